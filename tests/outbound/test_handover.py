"""Handing over: the task's name stands for the task, and clicks have a queue of their own."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from calls.handover import DISPATCH_TASK, FETCH_COPY_TASK, hand_to_worker
from calls.tasks import dispatch_outbound_request, fetch_recording_copy, sweep_outbound_requests
from connector_config.models import RequestTemplate
from tests.factories import OutboundRequestFactory

Purpose = RequestTemplate.Purpose


def test_the_tasks_that_are_named_are_the_ones_that_do_the_work() -> None:
    assert (dispatch_outbound_request.name, fetch_recording_copy.name) == (DISPATCH_TASK, FETCH_COPY_TASK)


@pytest.mark.django_db
@pytest.mark.parametrize(("purpose", "queue"), [(Purpose.CLICK_TO_CALL, "urgent"), (Purpose.DISPOSITION, "celery")])
def test_clicks_go_into_the_queue_that_has_threads_of_its_own(
    monkeypatch: pytest.MonkeyPatch, purpose: str, queue: str
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: sent.append((name, args, queue)))
    request = OutboundRequestFactory(purpose=purpose)

    hand_to_worker(request.pk, request.purpose)

    assert sent == [(DISPATCH_TASK, [str(request.pk)], queue)]


def test_a_plain_worker_takes_from_both_queues_and_a_message_goes_to_one() -> None:
    queues = current_app.amqp.queues

    assert list(queues.consume_from) == [settings.URGENT_QUEUE, settings.CELERY_TASK_DEFAULT_QUEUE]
    assert [queues[name].routing_key for name in queues] == list(queues)


def test_the_clock_does_not_wait_behind_slow_dispositions() -> None:
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE

    queues = {entry["task"]: entry.get("options", {}).get("queue") for entry in schedule.values()}

    assert queues[sweep_outbound_requests.name] == settings.URGENT_QUEUE
    assert queues["telephony_connector.tasks.record_beat_heartbeat"] == settings.URGENT_QUEUE
