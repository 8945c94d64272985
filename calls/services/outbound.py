"""Taking a given-up request off the shelf again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from calls.errors import ResendError
from calls.handover import dispatch_after_commit
from calls.models import OutboundRequest
from connector_config.models import RequestTemplate

RESENDABLE_STATUSES = (OutboundRequest.Status.DEAD, OutboundRequest.Status.FAILED, OutboundRequest.Status.REFUSED)


def has_later_disposition(request: OutboundRequest) -> bool:
    """True when the call was disposed anew: sending the old word could put it over the new one."""
    if request.call_id is None:
        return False
    dispositions = OutboundRequest.objects.filter(call_id=request.call_id, purpose=RequestTemplate.Purpose.DISPOSITION)
    return dispositions.filter(created_at__gt=request.created_at).exists()


def is_resendable(request: OutboundRequest) -> bool:
    """True when ``resend`` takes it, unless a later disposition of its call has replaced it."""
    return request.purpose != RequestTemplate.Purpose.CLICK_TO_CALL and request.status in RESENDABLE_STATUSES


def resend(*, request: OutboundRequest) -> None:
    """Send a given-up, failed or refused request again with the same id and a fresh retry schedule.

    Raises ResendError for a click-to-call, which would ring people long after the click, for a disposition that a
    later one of its call has replaced, and for a request that is open or succeeded. Two
    administrators at once owe it once.
    """
    if request.purpose == RequestTemplate.Purpose.CLICK_TO_CALL:
        raise ResendError("A click-to-call is not sent again: the agent clicks once more.")
    if has_later_disposition(request):
        raise ResendError("The call has a later disposition, which this one would replace at the provider.")
    with transaction.atomic():
        resent = OutboundRequest.objects.filter(pk=request.pk, status__in=RESENDABLE_STATUSES).update(
            status=OutboundRequest.Status.PENDING,
            attempt_count=0,
            next_attempt_at=timezone.now(),
            claimed_until=None,
            finished_at=None,
            message="",
            updated_at=timezone.now(),
        )
        if not resent:
            request.refresh_from_db(fields=["status"])
            raise ResendError(f"Only a request that was given up can be sent again; this one is {request.status}.")
        dispatch_after_commit(request)
    request.refresh_from_db()
