"""A connector's rate limit: so many requests go to its provider within any minute, from all workers together.

The marks stand in the database, so that the limit holds while Redis is down or has forgotten everything.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from calls.models import SendingMark
from calls.outbox import CLICK_TO_CALL, due_requests
from telephony_connector.common.locks import lock_for_transaction

WINDOW = timedelta(seconds=61)
"""A second more than the provider's minute: a request arrives there a little later than it was marked here."""
LARGEST_SPREAD_SECONDS = 45
"""Waiting dispositions come back spread over this time, so that they do not all meet at one free place."""


def put_off_if_too_many(request_id: uuid.UUID) -> bool:
    """Take a place of this minute for a due request; True when there is none and the request was put off.

    No attempt is counted. A click comes back as soon as a place is free, and is dropped like any other that waits for
    too long (calls.outbox.CLICK_LIFETIME).
    """
    owed = due_requests(timezone.now()).filter(pk=request_id)
    found = owed.values_list("connector_id", "connector__rate_limit_per_minute", "connector__name", "purpose").first()
    if found is None or not found[1]:
        return False
    connector_id, limit, name, purpose = found
    free_at = _place_or_when(connector_id, limit)
    if free_at is None:
        return False
    if purpose != CLICK_TO_CALL:
        free_at += timedelta(seconds=random.uniform(0, LARGEST_SPREAD_SECONDS))  # noqa: S311 - spreads load
    message = f"Waiting: {name} takes {limit} requests a minute."
    now = timezone.now()
    return bool(owed.update(next_attempt_at=free_at, claimed_until=None, message=message, updated_at=now))


@transaction.atomic
def _place_or_when(connector_id: int, limit: int) -> datetime | None:
    """None when a place was free and is now taken; else when the next one will be free."""
    lock_for_transaction(f"rate:{connector_id}")
    now = timezone.now()
    marks = SendingMark.objects.filter(connector_id=connector_id)
    marks.filter(sent_at__lte=now - WINDOW).delete()
    taken = list(marks.order_by("-sent_at").values_list("sent_at", flat=True)[:limit])
    if len(taken) < limit:
        SendingMark.objects.create(connector_id=connector_id, sent_at=now)
        return None
    return taken[-1] + WINDOW
