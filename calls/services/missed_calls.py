"""The queue of missed calls: an agent says that nobody needs to call back any more, or takes that back."""

from __future__ import annotations

from django.utils import timezone

from calls.errors import FieldRefusedError
from calls.models import Call
from connector_config.mapping.events import CallStatus, Direction
from crm.models import Agent

MISSED_STATUSES = (
    CallStatus.MISSED,
    CallStatus.NOT_ANSWERED,
    CallStatus.VOICEMAIL,
    CallStatus.BUSY,
    CallStatus.DECLINED,
)
"""How an inbound call ends that somebody ought to call back."""


def is_missed(call: Call) -> bool:
    """True for an inbound call to which nobody spoke."""
    return call.direction == Direction.INBOUND and call.status in MISSED_STATUSES


def mark_handled(*, call: Call, agent: Agent | None) -> None:
    """Nobody needs to call back: this call and the customer's earlier ones leave the queue. Idempotent.

    ``agent`` is None for staff who are no agents. Raises FieldRefusedError for a call that was not missed.
    """
    if not is_missed(call):
        raise FieldRefusedError("Only a missed call can be marked as handled.")
    now = timezone.now()
    Call.objects.filter(pk=call.pk, handled_at=None).update(handled_at=now, handled_by=agent, updated_at=now)
    call.refresh_from_db(fields=["handled_at", "handled_by"])


def undo_handled(*, call: Call) -> None:
    """The missed call waits again. Idempotent."""
    Call.objects.filter(pk=call.pk).update(handled_at=None, handled_by=None, updated_at=timezone.now())
    call.refresh_from_db(fields=["handled_at", "handled_by"])
