"""The way in, over real HTTP into the running product, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.environment.live import LiveSystem
from tests.flows.client import ProductClient, standard_document
from tests.webhooks.test_call_log import SAMPLE

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)


@pytest.fixture(scope="module")
def product(live_system: LiveSystem, tmp_path_factory: pytest.TempPathFactory) -> ProductClient:
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), standard_document("acme"))


def test_three_equal_logs_at_once_and_a_later_recording_make_one_call(product: ProductClient) -> None:
    log = {**SAMPLE, "ResourceURL": ""}

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: product.send("call-log", log), range(3)))
    late = product.send("call-log", {"CallSessionId": log["CallSessionId"], "ResourceURL": "https://server/late.mp3"})
    product.send("call-log", {**log, "CallNotes": ""})

    assert [answer.status_code for answer in [*answers, late]] == [200] * 4
    calls = product.get("calls/", session_id=log["CallSessionId"])["results"]
    assert len(calls) == 1
    assert calls[0]["recording_url"] == "https://server/late.mp3"
    assert calls[0]["notes"] == "Enquired about product"
    assert calls[0]["started_at"] == "2015-08-20T12:56:38Z"
    assert calls[0]["lead"]["name"] == "Ravi Kumar"
    assert calls[0]["agent"]["email"] == "asha.acme@example.com"


def test_two_first_calls_of_one_new_number_at_once_make_one_lead(product: ProductClient) -> None:
    logs = [{**SAMPLE, "SourceNumber": "+919811100000", "CallSessionId": f"new-{index}"} for index in range(6)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda log: product.send("call-log", log), logs))

    assert {answer.status_code for answer in answers} == {200}
    calls = product.get("calls/", since="2015-01-01T00:00:00Z")["results"]
    leads = {call["lead"]["id"] for call in calls if call["session_id"].startswith("new-")}
    assert len(leads) == 1
