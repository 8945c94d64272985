"""The circuit breaker: a dead provider is probed, not stormed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.circuit import FAILURES_TO_OPEN, PROBE_SECONDS, Circuit, circuits, may_send, note_answer
from calls.dispatch import dispatch
from calls.models import OutboundRequest
from telephony_connector.common.broker import redis_client
from tests.environment.provider import Answer, ProviderServer
from tests.outbound.conftest import MakeRequest

Status = OutboundRequest.Status


@pytest.fixture(autouse=True)
def _own_redis(valkey_url: str, settings: Any) -> None:
    settings.REDIS_URL = valkey_url
    redis_client().flushdb()


def fail(connector_id: int, times: int) -> None:
    for _ in range(times):
        note_answer(connector_id, is_answered=False)


def test_it_opens_after_five_in_a_row_and_lets_one_through_at_a_time() -> None:
    fail(1, FAILURES_TO_OPEN - 1)
    assert may_send(1)

    fail(1, 1)

    assert [may_send(1) for _ in range(3)] == [True, False, False]
    assert may_send(2)


def test_an_answer_closes_it() -> None:
    fail(1, FAILURES_TO_OPEN)

    note_answer(1, is_answered=True)

    assert [may_send(1) for _ in range(3)] == [True] * 3


def test_it_can_be_seen_to_be_open_and_is_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    fail(1, FAILURES_TO_OPEN + 2)
    seen = circuits([1, 2])
    note_answer(1, is_answered=True)

    assert seen is not None
    assert (seen[1].is_open, seen[1].unanswered, seen[2].is_open) == (True, FAILURES_TO_OPEN + 2, False)
    assert seen[1].open_since is not None
    assert [record.getMessage() for record in caplog.records] == [
        "The provider of connector 1 left 5 dispositions in a row unanswered; one every 10 s goes out now",
        "The provider of connector 1 answers again",
    ]
    assert circuits([1]) == {1: Circuit()}


def test_without_redis_nobody_knows(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert circuits([1]) is None
    assert circuits([]) == {}


def test_without_redis_it_is_closed(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    fail(1, FAILURES_TO_OPEN)

    assert may_send(1)


def test_a_disposition_is_put_off_without_counting_an_attempt(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    request = owed("disposition")
    fail(request.connector_id, FAILURES_TO_OPEN)
    may_send(request.connector_id)

    dispatch(request.pk)

    after = OutboundRequest.objects.get(pk=request.pk)
    assert (after.status, after.attempt_count, provider_server.requests) == (Status.PENDING, 0, [])
    assert after.next_attempt_at is not None
    assert after.next_attempt_at > timezone.now() + timedelta(seconds=PROBE_SECONDS - 2)
    assert "does not answer" in after.message


def test_a_click_is_never_put_off(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed("click_to_call")
    fail(request.connector_id, FAILURES_TO_OPEN)
    may_send(request.connector_id)

    dispatch(request.pk)

    assert len(provider_server.requests) == 1


def test_unanswered_dispositions_open_it_and_any_answer_closes_it(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    request = owed("disposition", timeout_seconds=1)
    fail(request.connector_id, FAILURES_TO_OPEN - 1)
    provider_server.answer("/api", Answer(delay_seconds=2))
    dispatch(request.pk)
    assert [may_send(request.connector_id) for _ in range(2)] == [True, False]

    redis_client().delete(f"telephony-connector:unanswered:{request.connector_id}:probe")
    OutboundRequest.objects.update(next_attempt_at=timezone.now())
    provider_server.answer("/api", Answer(503))
    dispatch(request.pk)

    assert [may_send(request.connector_id) for _ in range(2)] == [True, True]


def test_a_template_that_cannot_be_used_says_nothing_about_the_provider(owed: MakeRequest) -> None:
    request = owed("disposition", url="not a url")
    fail(request.connector_id, FAILURES_TO_OPEN - 1)

    dispatch(request.pk)

    assert [may_send(request.connector_id) for _ in range(2)] == [True, True]
