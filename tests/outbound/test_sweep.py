"""The sweep: what is due is enqueued, what a lost worker held is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from calls.models import OutboundRequest
from calls.outbox import claim, settle
from calls.outcomes import Outcome
from calls.sweep import BATCH_SIZE, sweep
from calls.tasks import sweep_outbound_requests
from tests.factories import CallFactory, OutboundRequestFactory, RequestTemplateFactory

pytestmark = pytest.mark.django_db

Status = OutboundRequest.Status


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were given to the broker."""
    ids: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: ids.extend(args))
    return ids


def disposition(**values: Any) -> OutboundRequest:
    request: OutboundRequest = OutboundRequestFactory(purpose="disposition", **values)
    return request


def reread(request: OutboundRequest) -> OutboundRequest:
    return OutboundRequest.objects.get(pk=request.pk)


def test_what_is_due_is_enqueued_and_what_is_not_stays(enqueued: list[str]) -> None:
    due = disposition()
    disposition(next_attempt_at=timezone.now() + timedelta(minutes=1))
    disposition(status=Status.SUCCEEDED)

    sweep_outbound_requests()

    assert enqueued == [str(due.pk)]


def test_the_next_round_does_not_enqueue_again_until_the_mark_is_over(enqueued: list[str]) -> None:
    disposition()
    sweep()

    sweep()
    OutboundRequest.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    sweep()

    assert len(enqueued) == 2


def test_after_a_start_everything_due_is_enqueued_again(enqueued: list[str]) -> None:
    disposition()
    sweep()

    sweep(is_after_start=True)

    assert len(enqueued) == 2


def test_an_enqueued_mark_does_not_hinder_the_claim(enqueued: list[str]) -> None:
    request = disposition()
    sweep()

    assert claim(request.pk) is not None


def test_a_round_is_bounded(enqueued: list[str]) -> None:
    RequestTemplateFactory()
    for _ in range(BATCH_SIZE + 5):
        disposition()

    sweep()

    assert len(enqueued) == BATCH_SIZE


def test_a_broker_that_takes_nothing_is_asked_once_and_the_rows_stay_due(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def broken(*_: Any, args: list[str], **__: Any) -> None:
        asked.extend(args)
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", broken)
    requests = [disposition() for _ in range(3)]

    sweep()

    assert len(asked) == 1
    assert {reread(request).claimed_until for request in requests} == {None}


def test_an_expired_claim_of_a_disposition_is_pending_and_due_again(enqueued: list[str]) -> None:
    request = disposition(status=Status.SENDING, claimed_until=timezone.now() - timedelta(seconds=1), attempt_count=1)

    sweep()

    assert reread(request).status == Status.PENDING
    assert enqueued == [str(request.pk)]


def test_an_expired_claim_of_a_click_is_unknown_and_never_enqueued(enqueued: list[str]) -> None:
    request = OutboundRequestFactory(status=Status.SENDING, claimed_until=timezone.now() - timedelta(seconds=1))

    sweep()
    sweep(is_after_start=True)

    after = reread(request)
    assert (after.status, enqueued) == (Status.UNKNOWN, [])
    assert "may have been made" in after.message
    assert after.finished_at is not None


def test_a_claim_that_still_holds_is_left_alone(enqueued: list[str]) -> None:
    request = disposition(status=Status.SENDING, claimed_until=timezone.now() + timedelta(seconds=5))

    sweep(is_after_start=True)

    assert (reread(request).status, enqueued) == (Status.SENDING, [])


def test_a_click_that_nobody_sent_for_two_minutes_is_dropped_and_says_so(enqueued: list[str]) -> None:
    request = OutboundRequestFactory()
    OutboundRequest.objects.update(created_at=timezone.now() - timedelta(minutes=2))

    sweep()

    after = reread(request)
    assert (after.status, enqueued) == (Status.FAILED, [])
    assert "Call again" in after.message


def test_a_worker_whose_claim_was_taken_away_changes_nothing() -> None:
    request = disposition()
    first = claim(request.pk)
    OutboundRequest.objects.update(status=Status.PENDING)
    second = claim(request.pk)
    assert first is not None
    assert second is not None

    was_first_settled = settle(first, Outcome(Status.REFUSED))
    was_second_settled = settle(second, Outcome(Status.SUCCEEDED))

    assert (was_first_settled, was_second_settled) == (False, True)
    assert reread(request).status == Status.SUCCEEDED


def test_a_claim_lasts_as_long_as_the_templates_time_out_and_a_margin() -> None:
    template = RequestTemplateFactory(purpose="disposition", timeout_seconds=30)

    held = claim(disposition(connector=template.connector).pk)

    assert held is not None
    assert timedelta(seconds=34) < held.claimed_until - timezone.now() <= timedelta(seconds=35)


def test_a_failed_word_is_not_retried_once_a_later_one_exists() -> None:
    call = CallFactory()
    held = claim(disposition(call=call, connector=call.connector).pk)
    disposition(call=call, connector=call.connector)
    assert held is not None

    settle(held, Outcome(Status.PENDING, "busy"))

    assert reread(held.request).status == Status.FAILED
