"""The beat's look at the outbox: the database is the queue, and this finds what nobody is sending."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from calls.handover import hand_to_worker
from calls.models import OutboundRequest
from calls.outbox import CLICK_LIFETIME, due_requests
from calls.push import ring_doorbell
from connector_config.models import RequestTemplate

logger = logging.getLogger(__name__)

Status = OutboundRequest.Status
CLICK_TO_CALL = RequestTemplate.Purpose.CLICK_TO_CALL
BATCH_SIZE = 100
ENQUEUED_FOR = timedelta(seconds=30)
"""So long an enqueued row is not enqueued again: longer than a queue usually is, shorter than anybody waits."""
NO_ANSWER_SEEN = (
    "The request was sent, but we were interrupted before the answer came. The call may have been made; it is not "
    "repeated by itself, so that no telephone rings twice."
)
TOO_LATE = "This call could not be sent in time and was dropped, so that no telephone rings unexpectedly. Call again."


def sweep(*, is_after_start: bool = False) -> None:
    """Take back expired claims, drop clicks that waited too long, enqueue what is due. Several at once are safe.

    ``is_after_start`` enqueues again what was enqueued a moment ago: a killed worker took those messages with it.
    Bounded: what one round leaves, the next one takes.
    """
    now = timezone.now()
    take_back_expired_claims(now)
    drop_late_clicks(now)
    _enqueue(_not_enqueued(due_requests(now), now, is_after_start=is_after_start), now)


def take_back_expired_claims(now: datetime) -> None:
    """A worker died over these. A disposition goes out again under its id; a click to call may have rung: unknown."""
    expired = OutboundRequest.objects.filter(status=Status.SENDING, claimed_until__lt=now)
    owed_again = expired.exclude(purpose=CLICK_TO_CALL)
    taken_back = owed_again.update(status=Status.PENDING, next_attempt_at=now, claimed_until=None, updated_at=now)
    if taken_back:
        logger.warning("Took back %s outbound requests whose worker was lost", taken_back)
    _close(expired.filter(purpose=CLICK_TO_CALL), status=Status.UNKNOWN, message=NO_ANSWER_SEEN, now=now)


def drop_late_clicks(now: datetime) -> None:
    """Whoever clicked minutes ago has moved on: ringing them now would be worse than telling them."""
    late = OutboundRequest.objects.filter(
        status=Status.PENDING, purpose=CLICK_TO_CALL, created_at__lte=now - CLICK_LIFETIME
    )
    _close(late, status=Status.FAILED, message=TOO_LATE, now=now)


def _close(requests: QuerySet[OutboundRequest], *, status: Status, message: str, now: datetime) -> None:
    for request_id, agent_id, was in list(requests.values_list("pk", "agent_id", "status")[:BATCH_SIZE]):
        closed = requests.filter(pk=request_id, status=was).update(
            status=status,
            message=message,
            claimed_until=None,
            next_attempt_at=None,
            finished_at=now,
            updated_at=now,
        )
        if closed and agent_id:
            ring_doorbell([agent_id])


def _not_enqueued(
    requests: QuerySet[OutboundRequest], now: datetime, *, is_after_start: bool
) -> QuerySet[OutboundRequest]:
    # On a pending row `claimed_until` says until when it counts as enqueued.
    return requests if is_after_start else requests.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))


def _enqueue(requests: QuerySet[OutboundRequest], now: datetime) -> None:
    # Clicks come first: somebody waits for each.
    found = list(requests.order_by("purpose", "next_attempt_at").values_list("pk", "purpose")[:BATCH_SIZE])
    ids = [request_id for request_id, _ in found]
    OutboundRequest.objects.filter(pk__in=ids, status=Status.PENDING).update(claimed_until=now + ENQUEUED_FOR)
    for position, (request_id, purpose) in enumerate(found):
        if not hand_to_worker(request_id, purpose):
            # The broker takes nothing: leave the rest to the next round.
            OutboundRequest.objects.filter(pk__in=ids[position:], status=Status.PENDING).update(claimed_until=None)
            return
