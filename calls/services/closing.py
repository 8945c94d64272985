"""Calls whose end was never told: a provider's last event was lost."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from calls.flags import Flag
from calls.models import Call
from calls.services.popups import follow_call
from connector_config.mapping.events import CallStatus

BATCH_SIZE = 200


def close_calls_that_never_ended() -> int:
    """Close live calls that are older than CALL_STALE_AFTER_MINUTES; returns how many.

    Their status becomes Unknown (Answered stays), flagged ``never_ended``. A call log that comes after all folds the
    call anew and so takes this back.
    """
    limit = timezone.now() - timedelta(minutes=settings.CALL_STALE_AFTER_MINUTES)
    stale = Call.objects.filter(is_over=False, happened_at__lt=limit, received_at__lt=limit)
    waiting = stale.exclude(flags__icontains=Flag.AWAITING_CALL_LOG.value)
    pks = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
    return sum(_close(pk) for pk in pks)


@transaction.atomic
def _close(pk: int) -> bool:
    call = Call.objects.select_for_update().filter(pk=pk, is_over=False).first()
    if call is None:
        return False
    call.is_over = True
    if call.status != CallStatus.ANSWERED:
        call.status = CallStatus.UNKNOWN.value
    call.flags = sorted({*call.flags, Flag.NEVER_ENDED.value})
    call.save(update_fields=["is_over", "status", "flags", "updated_at"])
    follow_call(call=call)
    return True
