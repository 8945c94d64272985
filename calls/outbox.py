"""The outbox as a queue: which rows are due, claiming one, settling it; each step is one conditional UPDATE."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from calls.circuit import PROBE_SECONDS, may_send
from calls.models import OutboundRequest
from calls.outcomes import Outcome
from calls.retry_schedule import MAXIMUM_ATTEMPTS, pause_after
from calls.sending import longest_exchange_seconds
from calls.services.outbound import has_later_disposition
from connector_config.models import RequestTemplate

Status = OutboundRequest.Status
CLICK_TO_CALL = RequestTemplate.Purpose.CLICK_TO_CALL
DISPOSITION = RequestTemplate.Purpose.DISPOSITION

CLICK_LIFETIME = timedelta(minutes=2)
"""A click that nobody could send within this time is dropped: the agent has moved on."""
LEASE_MARGIN = timedelta(seconds=5)
"""What a worker gets beyond the template's time-out (and that of tokens) before others take it for dead."""
DEFAULT_TIMEOUT_SECONDS = 10
UNANSWERED = (
    f"Waiting: the provider does not answer. One request every {PROBE_SECONDS} seconds tries whether it is back."
)
REPLACED = "A later disposition of this call took its place before the provider had accepted this one."


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's right to send one request until ``claimed_until``, which also tells its claim from a later one."""

    request: OutboundRequest
    claimed_until: datetime


def due_requests(now: datetime) -> QuerySet[OutboundRequest]:
    """What may be sent now. Dispositions of one call go out in the order in which they were made."""
    earlier_of_the_call = OutboundRequest.objects.filter(
        call_id=OuterRef("call_id"),
        purpose=DISPOSITION,
        status__in=OutboundRequest.OPEN_STATUSES,
        created_at__lt=OuterRef("created_at"),
    )
    in_time = ~Q(purpose=CLICK_TO_CALL) | Q(created_at__gt=now - CLICK_LIFETIME)
    has_come = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    pending = OutboundRequest.objects.filter(in_time, has_come, status=Status.PENDING)
    return pending.exclude(Q(purpose=DISPOSITION) & Exists(earlier_of_the_call))


def postpone_if_unanswered(request_id: uuid.UUID) -> bool:
    """Put a due disposition off, without counting an attempt, while its provider answers nobody; True when put off.

    Clicks are never put off: the agent waits, and a refused connection fails at once anyway.
    """
    now = timezone.now()
    owed = due_requests(now).filter(pk=request_id, purpose=DISPOSITION)
    connector_id = owed.values_list("connector_id", flat=True).first()
    if connector_id is None or may_send(connector_id):
        return False
    pause = timedelta(seconds=PROBE_SECONDS * random.uniform(1.0, 1.5))  # noqa: S311 - spreads load, keeps no secret
    return bool(owed.update(next_attempt_at=now + pause, claimed_until=None, message=UNANSWERED, updated_at=now))


def claim(request_id: uuid.UUID) -> Claim | None:
    """Take the request for sending; None when it is not due, or somebody else has it."""
    now = timezone.now()
    claimed_until = now + timedelta(seconds=_timeout_seconds(request_id)) + LEASE_MARGIN
    claimed = (
        due_requests(now)
        .filter(pk=request_id)
        .update(
            status=Status.SENDING,
            claimed_until=claimed_until,
            attempt_count=F("attempt_count") + 1,
            updated_at=now,
        )
    )
    if not claimed:
        return None
    request = OutboundRequest.objects.select_related("connector").get(pk=request_id)
    return Claim(request=request, claimed_until=claimed_until)


def _timeout_seconds(request_id: uuid.UUID) -> int:
    template = RequestTemplate.objects.filter(
        connector__outbound_requests=request_id, purpose=F("connector__outbound_requests__purpose")
    )
    # Without its encrypted columns: an unreadable secret is told after the claim, on the request itself.
    found = template.values_list("authentication_kind", "timeout_seconds").first()
    return longest_exchange_seconds(*found) if found else DEFAULT_TIMEOUT_SECONDS


def settle(held: Claim, outcome: Outcome) -> bool:
    """Write what became of a claimed request; False when the claim had been taken away meanwhile."""
    now = timezone.now()
    changes = _changes(held.request, outcome, now)
    return bool(
        OutboundRequest.objects.filter(
            pk=held.request.pk, status=Status.SENDING, claimed_until=held.claimed_until
        ).update(claimed_until=None, updated_at=now, **changes)
    )


def _changes(request: OutboundRequest, outcome: Outcome, now: datetime) -> dict[str, object]:
    if outcome.status is not Status.PENDING:
        return _final(outcome.status, outcome.message, now) | {"provider_call_id": outcome.provider_call_id}
    if has_later_disposition(request):
        return _final(Status.FAILED, REPLACED, now)
    pause = pause_after(request.attempt_count, outcome.retry_after_seconds)
    if pause is None:
        return _final(Status.DEAD, f"Given up after {MAXIMUM_ATTEMPTS} attempts. {outcome.message}", now)
    return {"status": Status.PENDING, "message": outcome.message, "next_attempt_at": now + pause}


def _final(status: Status, message: str, now: datetime) -> dict[str, object]:
    return {"status": status, "message": message, "next_attempt_at": None, "finished_at": now}


def next_of_the_call(request: OutboundRequest) -> uuid.UUID | None:
    """The disposition of the same call that had to wait for this one, if any."""
    if request.call_id is None:
        return None
    due = due_requests(timezone.now()).filter(call_id=request.call_id, purpose=DISPOSITION)
    return due.exclude(pk=request.pk).order_by("created_at").values_list("pk", flat=True).first()
