"""Handing what is owed to a worker. The task is named and not imported, since it imports those who hand over."""

from __future__ import annotations

import logging
import uuid
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from calls.models import OutboundRequest
from connector_config.models import RequestTemplate

logger = logging.getLogger(__name__)

DISPATCH_TASK = "calls.tasks.dispatch_outbound_request"
FETCH_COPY_TASK = "calls.tasks.fetch_recording_copy"
COPY_EXPIRES_SECONDS = 60
"""After that the sweep has enqueued the copy anew."""


def dispatch_after_commit(request: OutboundRequest) -> None:
    """Hand the request to a worker after the commit. Never raises: without a broker the sweep finds it."""
    transaction.on_commit(partial(hand_to_worker, request.pk, request.purpose))


def hand_to_worker(request_id: uuid.UUID, purpose: str) -> bool:
    """Enqueue the request's dispatch; False when the broker took nothing. The row stays the truth either way.

    Clicks go into the queue that has threads of its own, so that slow dispositions cannot keep an agent waiting.
    """
    is_click = purpose == RequestTemplate.Purpose.CLICK_TO_CALL
    queue = settings.URGENT_QUEUE if is_click else settings.CELERY_TASK_DEFAULT_QUEUE
    return _enqueue(DISPATCH_TASK, str(request_id), queue=queue)


def hand_over_copy(copy_id: int) -> bool:
    """Enqueue the fetch of a recording's copy; False when the broker took nothing."""
    return _enqueue(FETCH_COPY_TASK, copy_id, queue=settings.CELERY_TASK_DEFAULT_QUEUE, expires=COPY_EXPIRES_SECONDS)


def _enqueue(task: str, argument: str | int, **options: Any) -> bool:
    try:
        current_app.send_task(task, args=[argument], **options)
    # Whatever a broken broker raises (kombu, redis, socket errors), the row is committed and the sweep will find it.
    except Exception as error:
        logger.warning("%s of %s not handed to a worker: %s", task, argument, type(error).__name__)
        return False
    return True
