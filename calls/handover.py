"""Handing what is owed to a worker. The task is named and not imported, since it imports those who hand over."""

from __future__ import annotations

import logging
import uuid
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction

from calls.models import OutboundRequest
from connector_config.models import RequestTemplate

logger = logging.getLogger(__name__)

DISPATCH_TASK = "calls.tasks.dispatch_outbound_request"


def dispatch_after_commit(request: OutboundRequest) -> None:
    """Hand the request to a worker after the commit. Never raises: without a broker the sweep finds it."""
    transaction.on_commit(partial(hand_to_worker, request.pk, request.purpose))


def hand_to_worker(request_id: uuid.UUID, purpose: str) -> bool:
    """Enqueue the request's dispatch; False when the broker took nothing. The row stays the truth either way.

    Clicks go into the queue that has threads of its own, so that slow dispositions cannot keep an agent waiting.
    """
    is_click = purpose == RequestTemplate.Purpose.CLICK_TO_CALL
    queue = settings.URGENT_QUEUE if is_click else settings.CELERY_TASK_DEFAULT_QUEUE
    try:
        current_app.send_task(DISPATCH_TASK, args=[str(request_id)], queue=queue)
    # Whatever a broken broker raises (kombu, redis, socket errors), the row is committed and the sweep will find it.
    except Exception as error:
        logger.warning("Outbound request %s not handed to a worker: %s", request_id, type(error).__name__)
        return False
    return True
