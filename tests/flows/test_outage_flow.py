"""A provider that is away for an hour, while broker and worker die: everything arrives, and no telephone rings twice.

The hour is simulated by moving what waits in the database nearer; real workers do the work.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from tests.environment.live import LiveSystem
from tests.environment.provider import Answer, ProviderServer
from tests.flows.client import ProductClient, standard_document
from tests.flows.test_outbound_flow import call_ids, click, dispose, ids_of, status_of, wait_until

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)

CALLS = 12
ROUNDS_OF_AN_HOUR = 6
"""Attempts after 0, 5, 25 and 85 s, 6 and 26 minutes; the seventh comes after the hour."""


@pytest.fixture(scope="module")
def configured(
    live_system: LiveSystem, provider: ProviderServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ProductClient, ProductClient]:
    folder = tmp_path_factory.mktemp("config")
    plain = ProductClient(live_system, folder, _document("outage", provider.url))
    limited = ProductClient(live_system, folder, _document("limited", provider.url, rate_limit_per_minute=4))
    return plain, limited


@pytest.fixture
def product(configured: tuple[ProductClient, ProductClient], provider: ProviderServer) -> ProductClient:
    provider.clear()
    return configured[0]


@pytest.fixture
def limited(configured: tuple[ProductClient, ProductClient], provider: ProviderServer) -> ProductClient:
    """Its connector may send four requests a minute."""
    provider.clear()
    return configured[1]


def _document(slug: str, provider_url: str, **connector: Any) -> dict[str, Any]:
    request = {"enabled": True, "method": "POST", "body_type": "json", "timeout_seconds": 2}
    return standard_document(
        slug,
        click_to_call=request
        | {"url": f"{provider_url}/call", "body": '{"to":"@PhoneNumberWithCountryCode"}', "response_keyword": "OK"},
        disposition=request
        | {
            "field": f"Disposition {slug}",
            "url": f"{provider_url}/dispose",
            "body": '{"session":"@callSessionId","value":"@dispositionValue"}',
        },
        **connector,
    )


def let_pass(product: ProductClient, *, minutes: int) -> None:
    """Move everything that waits nearer by so many minutes, and what was sent farther away."""
    product.system.manage(
        "shell",
        "-c",
        "from datetime import timedelta; from django.db.models import F;"
        "from calls.models import OutboundRequest, SendingMark;"
        f"passed = timedelta(minutes={minutes});"
        "OutboundRequest.objects.filter(status='pending').update(next_attempt_at=F('next_attempt_at') - passed);"
        "SendingMark.objects.update(sent_at=F('sent_at') - passed)",
    )


def attempts_by_id(provider: ProviderServer, path: str = "/dispose") -> Counter[str]:
    return Counter(request.headers["idempotency-key"] for request in provider.received(path))


def test_an_hours_outage_with_lost_broker_and_worker_loses_nothing_and_doubles_no_click(
    product: ProductClient, live_system: LiveSystem, provider: ProviderServer
) -> None:
    provider.answer("/dispose", Answer(503, delay_seconds=0.2))
    provider.answer("/call", Answer(delay_seconds=3))  # longer than we wait
    sessions = [f"outage-{number}-{time.time_ns()}" for number in range(CALLS)]
    owed = {dispose(product, call_id) for call_id in call_ids(product, sessions)}
    clicks = {click(product, f"+9196117951{number:02d}") for number in range(3)}

    for number in range(1, ROUNDS_OF_AN_HOUR + 1):
        if number == 3:
            broker = live_system.kill_broker()
            live_system.wait_for_other("valkey", broker, timeout_seconds=30)
        if number == 5:
            worker = live_system.kill_worker()
            live_system.wait_for_other("celery", worker, timeout_seconds=60)
        wait_until(
            lambda least=number: all(attempts_by_id(provider)[one] >= least for one in owed),  # type: ignore[misc]
            seconds=120,
        )
        let_pass(product, minutes=30)
    provider.answer("/dispose", Answer(200))
    let_pass(product, minutes=120)
    wait_until(lambda: all(status_of(product, one) == "succeeded" for one in owed), seconds=60)

    # An earlier try of this test may have left something that is still owed.
    sent = [request for request in provider.received("/dispose") if request.json()["session"] in sessions]
    bodies = {request.headers["idempotency-key"]: request.body for request in sent}
    assert ids_of(sent) == owed
    assert len(set(bodies.values())) == CALLS
    assert all(request.body == bodies[request.headers["idempotency-key"]] for request in sent)
    assert {one: times for one, times in attempts_by_id(provider, "/call").items() if one in clicks} == dict.fromkeys(
        clicks, 1
    )
    assert {status_of(product, one) for one in clicks} == {"unknown"}


def test_a_rate_limit_holds_for_all_workers_and_what_is_over_it_waits(
    limited: ProductClient, provider: ProviderServer
) -> None:
    calls = call_ids(limited, [f"limited-{number}-{time.time_ns()}" for number in range(10)])
    owed = {dispose(limited, call_id) for call_id in calls}

    for most in (4, 8, 10):
        provider.wait_for("/dispose", count=most, timeout_seconds=60)
        time.sleep(4)
        assert len(provider.received("/dispose")) == most
        let_pass(limited, minutes=3)
    wait_until(lambda: all(status_of(limited, one) == "succeeded" for one in owed), seconds=60)

    assert attempts_by_id(provider) == dict.fromkeys(owed, 1)
