"""The way out, with the real worker: killed, without a broker, and against the simulated provider."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from telephony_connector.environment import BASE_DIR
from tests.environment.live import LiveSystem
from tests.environment.ports import free_port
from tests.environment.provider import Answer, ProviderServer, RecordedRequest
from tests.flows.client import ProductClient, standard_document
from tests.webhooks.test_call_log import SAMPLE

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)

NUMBER = "+919611795983"


@pytest.fixture(scope="module")
def configured(
    live_system: LiveSystem, provider: ProviderServer, tmp_path_factory: pytest.TempPathFactory
) -> ProductClient:
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), _document("out", provider.url))


@pytest.fixture
def product(configured: ProductClient, provider: ProviderServer) -> ProductClient:
    """The product, whose provider has heard nothing yet."""
    provider.clear()
    return configured


def _document(slug: str, provider_url: str) -> dict[str, Any]:
    body = '{"session":"@callSessionId","value":"@dispositionValue"}'
    return standard_document(
        slug,
        click_to_call={
            "enabled": True,
            "method": "POST",
            "url": f"{provider_url}/call?agent=@agentNumber",
            "body_type": "json",
            "body": '{"to":"@PhoneNumberWithCountryCode"}',
            "response_keyword": "OK",
            "timeout_seconds": 5,
        },
        disposition={
            "enabled": True,
            "field": f"Disposition {slug}",
            "method": "POST",
            "url": f"{provider_url}/dispose",
            "body_type": "json",
            "body": body,
            "timeout_seconds": 5,
        },
    )


def call_ids(product: ProductClient, sessions: list[str]) -> list[str]:
    """Make these calls by their logs; our ids of them."""
    for session in sessions:
        answer = product.send("call-log", {**SAMPLE, "CallSessionId": session})
        assert answer.status_code == 200, answer.text
    return [product.get("calls/", session_id=session)["results"][0]["id"] for session in sessions]


def dispose(product: ProductClient, call_id: str, value: str = "Interested") -> str:
    """Save a disposition; the id of the request that is owed for it."""
    answer = product.post(f"calls/{call_id}/disposition/", {"value": value})
    assert answer.status_code in {200, 202}, answer.text
    return str(answer.json()["outbound"]["id"])


def click(product: ProductClient, phone: str = NUMBER, **headers: str) -> str:
    """Click to call; the request's id."""
    wish = {"phone": phone, "connector": product.slug, "agent": f"asha.{product.slug}@example.com"}
    answer = product.post("click-to-call/", wish, **headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


def status_of(product: ProductClient, request_id: str) -> str:
    return str(product.get(f"outbound/{request_id}/")["status"])


def ids_of(requests: list[RecordedRequest]) -> set[str]:
    return {request.headers["idempotency-key"] for request in requests}


def test_ten_dispositions_survive_a_killed_worker(
    product: ProductClient, live_system: LiveSystem, provider: ProviderServer
) -> None:
    calls = call_ids(product, [f"kill-{number}-{time.time_ns()}" for number in range(10)])
    provider.answer("/dispose", Answer(delay_seconds=2))
    owed = {dispose(product, call_id) for call_id in calls}
    provider.wait_for("/dispose", count=2)

    pid = live_system.kill_worker()
    live_system.wait_for_other("celery", pid)
    wait_until(lambda: all(status_of(product, one) == "succeeded" for one in owed), seconds=45)

    sent = provider.received("/dispose")
    assert ids_of(sent) == owed
    by_id = {request.headers["idempotency-key"]: request.json() for request in sent}
    assert all(request.json() == by_id[request.headers["idempotency-key"]] for request in sent)
    assert len({body["session"] for body in by_id.values()}) == 10


def test_a_click_under_way_when_the_worker_is_killed_is_unknown_and_rings_once(
    product: ProductClient, live_system: LiveSystem, provider: ProviderServer
) -> None:
    provider.answer("/call", Answer(delay_seconds=4))
    request = click(product)
    provider.wait_for("/call")

    pid = live_system.kill_worker()
    live_system.wait_for_other("celery", pid)
    wait_until(lambda: status_of(product, request) == "unknown", seconds=40)

    time.sleep(6)
    assert len(provider.received("/call")) == 1


def test_without_a_broker_clicks_are_accepted_and_sent_once_it_is_back(
    product: ProductClient, live_system: LiveSystem, provider: ProviderServer
) -> None:
    pid = live_system.kill_broker()
    request = click(product, "+919611795001")
    live_system.wait_for_other("valkey", pid)

    wait_until(lambda: status_of(product, request) == "succeeded", seconds=60)

    assert len(provider.received("/call")) == 1


def test_many_clicks_at_once_ring_once_and_one_key_rings_once(product: ProductClient, provider: ProviderServer) -> None:
    provider.answer("/call", Answer(body=b"OK", delay_seconds=2))
    keyed = {"Idempotency-Key": f"key-{time.time_ns()}"}

    with ThreadPoolExecutor(10) as pool:
        plain = set(pool.map(lambda _: click(product, "+919611795002"), range(10)))
        with_key = set(pool.map(lambda _: click(product, "+919611795003", **keyed), range(10)))

    assert (len(plain), len(with_key)) == (1, 1)
    for request in plain | with_key:
        wait_until(lambda request=request: status_of(product, request) == "succeeded", seconds=20)  # type: ignore[misc]
    assert len(provider.received("/call")) == 2


def test_a_refusal_is_told_in_the_providers_words(product: ProductClient, provider: ProviderServer) -> None:
    provider.answer("/call", Answer(200, b'{"status":"fail","message":"Agent is not logged in"}'))

    request = click(product, "+919611795004")

    wait_until(lambda: status_of(product, request) == "refused", seconds=20)
    assert product.get(f"outbound/{request}/")["message"] == "Agent is not logged in"


@pytest.fixture
def simulated(live_system: LiveSystem, tmp_path: Path) -> Iterator[tuple[ProductClient, Path]]:
    """A connector whose provider is `simulate_provider --calls 0`, and the simulator's log."""
    port, log = free_port(), tmp_path / "simulator.log"
    product = ProductClient(live_system, tmp_path, _document("simulated", f"http://127.0.0.1:{port}"))
    command = [sys.executable, "manage.py", "simulate_provider", "--connector", product.slug, "--calls", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=BASE_DIR, env=live_system.environment, stdout=output, stderr=output
        )
        try:
            wait_until(lambda: "serving" in log.read_text(), seconds=30)
            yield product, log
        finally:
            process.terminate()
            assert process.wait(timeout=10) == 0


def test_the_simulated_provider_rings_answers_logs_and_records_what_we_click(
    simulated: tuple[ProductClient, Path],
) -> None:
    product, log = simulated

    def call() -> dict[str, Any]:
        found = product.get("calls/", direction="Outbound", connector=product.slug)["results"]
        return dict(found[0]) if found else {}

    request = click(product)
    wait_until(lambda: bool(call().get("recording_url")), seconds=40)

    assert status_of(product, request) == "succeeded"
    assert (call()["status"], call()["lead"] is not None) == ("Answered", True)
    owed = dispose(product, call()["id"])
    wait_until(lambda: status_of(product, owed) == "succeeded", seconds=20)
    assert "disposition 'Interested'" in log.read_text()
