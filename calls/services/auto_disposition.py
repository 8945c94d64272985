"""Calls whose agent chose no disposition: after a while one is chosen, so that the provider frees the agent."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from calls.errors import DispositionError
from calls.models import Call
from calls.services.dispositions import save_disposition
from connector_config.models import Connector

logger = logging.getLogger(__name__)

BATCH_SIZE = 200
HORIZON = timedelta(hours=24)
"""Older calls are left alone: switching this on must not send yesterday's whole history to the provider."""


def dispose_abandoned_calls() -> int:
    """Choose the connectors' own disposition for calls that were over and untouched long enough; returns how many.

    Only calls that have an agent: nobody waits for the others. Notes that are still being written put it off.
    """
    now = timezone.now()
    connectors = Connector.objects.filter(is_enabled=True, auto_dispose_minutes__gt=0).exclude(auto_disposition="")
    return sum(_dispose_of(connector, now) for connector in connectors)


def _dispose_of(connector: Connector, now: datetime) -> int:
    abandoned = Call.objects.filter(
        connector=connector,
        happened_at__gt=now - HORIZON,
        updated_at__lte=now - timedelta(minutes=connector.auto_dispose_minutes),
        is_over=True,
        is_manual=False,
        disposition="",
        agent__isnull=False,
    )
    count = 0
    for pk in list(abandoned.order_by("happened_at").values_list("pk", flat=True)[:BATCH_SIZE]):
        try:
            count += _dispose(pk, connector.auto_disposition)
        except DispositionError as error:
            logger.warning("Calls of %s cannot be disposed by themselves: %s", connector.slug, error.message)
            break
    return count


@transaction.atomic
def _dispose(pk: int, value: str) -> bool:
    """Under the call's lock, so that what an agent chooses in this moment stands."""
    locked = Call.objects.select_for_update(of=("self",), no_key=True).select_related("connector")
    call = locked.filter(pk=pk, disposition="").first()
    if call is None:
        return False
    save_disposition(call=call, agent=None, value=value)
    return True
