"""The outbox's tasks: send one request, and look for what nobody is sending."""

from __future__ import annotations

import uuid
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from calls.dispatch import dispatch
from calls.embedding.keys import purge_keys
from calls.embedding.sessions import purge_sessions
from calls.recordings.copies import sweep_copies, thin_out_copies
from calls.recordings.fetching import fetch_copy
from calls.services.auto_disposition import dispose_abandoned_calls
from calls.services.closing import close_calls_that_never_ended
from calls.sweep import sweep


@shared_task
def dispatch_outbound_request(outbound_request_id: str) -> None:
    """Send this outbound request if it is due and nobody else has claimed it."""
    dispatch(uuid.UUID(outbound_request_id))


@shared_task
def sweep_outbound_requests(*, is_after_start: bool = False) -> None:
    """Enqueue what is due and take back what a lost worker had claimed; beat sends this every few seconds."""
    sweep(is_after_start=is_after_start)


@shared_task
def close_stale_calls() -> None:
    """Close calls whose end was never told, so that no popup rings for ever."""
    close_calls_that_never_ended()


@shared_task
def dispose_calls_by_themselves() -> None:
    """Choose the connectors' own disposition where no agent has chosen one in time."""
    dispose_abandoned_calls()


@shared_task
def fetch_recording_copy(copy_id: int) -> None:
    """Fetch this copy of a recording if it is due and nobody else has claimed it."""
    fetch_copy(copy_id)


@shared_task
def sweep_recording_copies() -> None:
    """Enqueue the copies of recordings that are due, and take back what a lost worker had claimed."""
    sweep_copies()


@shared_task
def thin_out_recording_copies() -> None:
    """Delete copies of recordings that are past their connector's days."""
    thin_out_copies()


@shared_task
def purge_embedding() -> None:
    """Delete keys of single sign-on and embedded sessions that are past their time."""
    purge_keys()
    purge_sessions()


@worker_ready.connect
def sweep_at_start(**_signal: Any) -> None:
    """Look at once, not at the next beat: what a killed worker held in its hands is in no queue any more."""
    sweep_outbound_requests.apply_async(kwargs={"is_after_start": True}, queue=settings.URGENT_QUEUE, expires=30)
