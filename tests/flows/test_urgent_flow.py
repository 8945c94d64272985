"""Clicks do not wait behind slow dispositions, and find the call whose events overtake the provider's answer."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.environment.live import LiveSystem
from tests.environment.provider import Answer, ProviderServer
from tests.flows.client import ProductClient, standard_document
from tests.flows.test_outbound_flow import call_ids, click, dispose, status_of, wait_until

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)

HANGING_SECONDS = 10
CUSTOMER = "+919611795983"


@pytest.fixture(scope="module")
def product(
    live_system: LiveSystem, provider: ProviderServer, tmp_path_factory: pytest.TempPathFactory
) -> ProductClient:
    request: dict[str, Any] = {"enabled": True, "method": "POST", "body_type": "json", "timeout_seconds": 12}
    document = standard_document(
        "urgent",
        click_to_call=request
        | {"url": f"{provider.url}/call", "body": '{"to":"@customerNumber"}', "call_id_path": "callId"},
        disposition=request
        | {"url": f"{provider.url}/dispose", "body": '{"session":"@callSessionId"}', "field": "Disposition urgent"},
    )
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), document)


def test_a_click_goes_out_at_once_while_ten_dispositions_hang_at_a_slow_provider(
    product: ProductClient, provider: ProviderServer
) -> None:
    provider.answer("/dispose", Answer(delay_seconds=HANGING_SECONDS))
    provider.answer("/call", Answer(body=b'{"callId": "C-1"}'))
    owed = {dispose(product, call) for call in call_ids(product, [f"slow-{n}-{time.time_ns()}" for n in range(10)])}
    provider.wait_for("/dispose", count=2)

    waits = []
    for number in range(3):
        clicked_at = time.monotonic()
        click(product, f"+91961179510{number}")
        provider.wait_for("/call", count=number + 1, timeout_seconds=HANGING_SECONDS)
        waits.append(time.monotonic() - clicked_at)

    print(f"from click to provider: {', '.join(f'{wait:.2f}' for wait in waits)} s")
    assert max(waits) < 2
    assert any(status_of(product, request) in {"pending", "sending"} for request in owed)
    provider.answer("/dispose", Answer())
    wait_until(lambda: all(status_of(product, request) == "succeeded" for request in owed), seconds=60)


def test_a_call_whose_events_overtake_the_answer_is_the_clicks_own(
    product: ProductClient, provider: ProviderServer
) -> None:
    session = f"early-{time.time_ns()}"
    provider.answer("/call", Answer(body=f'{{"callId": "{session}"}}'.encode(), delay_seconds=2))
    request = click(product, CUSTOMER)
    provider.wait_for("/call")
    event = {"SourceNumber": "+911140000000", "DestinationNumber": CUSTOMER, "Direction": "Outbound"}
    product.send("agent-popup", {**event, "Status": "Ringing", "CallSessionId": session})

    def call() -> dict[str, Any]:
        return dict(product.get("calls/", session_id=session)["results"][0])

    assert (status_of(product, request), call()["agent"]) == ("sending", None)
    wait_until(lambda: call()["agent"] is not None, seconds=10)
    assert call()["agent"]["email"] == f"asha.{product.slug}@example.com"
    popups = product.get("popups/", session_id=session)["results"]
    assert [delivery["agent"]["email"] for delivery in popups[0]["deliveries"]] == [call()["agent"]["email"]]
