"""Calls that no provider told of: somebody here writes down who spoke with whom (docs/adr/0031-manual-calls.md).

Such a call is folded like every other from a stored event, a call log flagged ``manual``. Its session id begins with
SESSION_PREFIX, and its event has a journal id below zero. Nothing of it is ever sent to a provider.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from calls.errors import FieldRefusedError
from calls.flags import Flag
from calls.models import Call
from calls.services.desk import save_notes
from calls.services.dispositions import save_disposition
from calls.services.recording import Source, record_events
from connector_config.mapping.events import CallEvent, CallStatus, Direction, EventKind
from connector_config.models import Connector
from connector_config.selectors import connector_config, connectors_of
from crm.models import Agent, Lead, Opportunity
from crm.services.tasks import replace_task

SESSION_PREFIX = "manual:"
EDITABLE_FOR = timedelta(days=1)
"""So long whoever entered a call may change or delete it; staff always may."""
LONGEST_SECONDS = 24 * 60 * 60
STATUSES = (
    CallStatus.ANSWERED,
    CallStatus.NOT_ANSWERED,
    CallStatus.BUSY,
    CallStatus.VOICEMAIL,
    CallStatus.MISSED,
    CallStatus.DECLINED,
)
"""How a call that is written down can have gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualCall:
    """A call as somebody remembers it. ``customer_number`` may be empty; ``started_at`` is aware."""

    lead: Lead
    connector: Connector
    direction: Direction
    status: CallStatus
    started_at: datetime
    customer_number: str = ""
    duration_seconds: int | None = None
    opportunity: Opportunity | None = None
    disposition: str = ""
    notes: str = ""


def connectors_to_log(agent: Agent | None) -> list[Connector]:
    """The connectors whose lists of dispositions and country a call may be written down under, by name."""
    rows = connectors_of(agent) if agent is not None else Connector.objects.filter(is_enabled=True)
    return list(rows.order_by("name", "id"))


@transaction.atomic
def log_manual_call(*, entry: ManualCall, agent: Agent | None, user: User) -> Call:
    """Store a call that took place elsewhere; ``agent`` is who spoke. Raises FieldRefusedError, DispositionError."""
    _check(entry)
    reference = uuid.uuid4()
    event = _event(entry, agent, f"{SESSION_PREFIX}{reference.hex}")
    source = Source(journal_id=_journal_id(event.session_id), received_at=timezone.now())
    call = record_events(connector=connector_config(entry.connector), events=[event], source=source)[0]
    call.entered_by, call.entered_at = user, timezone.now()
    call.save(update_fields=["entered_by", "entered_at", "updated_at"])
    return _with_outcome(call, entry, agent)


@transaction.atomic
def change_manual_call(*, call: Call, entry: ManualCall, user: User) -> Call:
    """What was entered is entered anew. The connector stays. Raises FieldRefusedError, DispositionError."""
    check_may_change(call=call, user=user)
    _check(entry)
    event = _event(entry, call.agent, call.session_id)
    source = Source(journal_id=_journal_id(call.session_id), received_at=call.received_at, is_replay=True)
    changed = record_events(connector=connector_config(call.connector), events=[event], source=source)[0]
    return _with_outcome(changed, entry, call.agent)


@transaction.atomic
def delete_manual_call(*, call: Call, user: User) -> None:
    """The call goes, with the task that its disposition made. Raises FieldRefusedError."""
    check_may_change(call=call, user=user)
    replace_task(source=f"call:{call.pk}", new=None)
    call.delete()


def may_change(*, call: Call, user: Any) -> bool:
    """True for a manual call that this user may still change: its author for a day, staff always."""
    if not call.is_manual:
        return False
    is_fresh = call.entered_at is not None and timezone.now() - call.entered_at < EDITABLE_FOR
    return bool(user.is_staff or (call.entered_by_id == user.pk and is_fresh))


def check_may_change(*, call: Call, user: Any) -> None:
    """Raises FieldRefusedError with the reason why this user may not change the call."""
    if not call.is_manual:
        raise FieldRefusedError("This call was reported by the provider: only what people added can be changed.")
    if not may_change(call=call, user=user):
        raise FieldRefusedError("A call entered by hand can be changed by whoever entered it, for a day.")


def _check(entry: ManualCall) -> None:
    if entry.started_at > timezone.now():
        raise FieldRefusedError("This moment is still to come.", "started_at")
    if entry.duration_seconds is not None and not 0 <= entry.duration_seconds <= LONGEST_SECONDS:
        raise FieldRefusedError("A call lasts a day at most.", "duration_seconds")
    if entry.status not in STATUSES:
        raise FieldRefusedError("A call that is written down is over.", "status")
    if entry.opportunity is not None and entry.opportunity.lead_id != entry.lead.pk:
        raise FieldRefusedError("This opportunity belongs to another lead.", "opportunity")


def _event(entry: ManualCall, agent: Agent | None, session_id: str) -> CallEvent:
    ours = agent.phones.first() if agent is not None else None
    ends = (ours.e164 or ours.number if ours else "", entry.customer_number)
    source_number, destination_number = ends if entry.direction == Direction.OUTBOUND else ends[::-1]
    length = entry.duration_seconds
    return CallEvent(
        kind=EventKind.CALL_LOG,
        session_id=session_id,
        direction=entry.direction,
        status=entry.status,
        source_number=source_number,
        destination_number=destination_number,
        started_at=entry.started_at,
        ended_at=None if length is None else entry.started_at + timedelta(seconds=length),
        duration_seconds=length,
        lead_id=str(entry.lead.pk),
        user_id=str(agent.pk) if agent else "",
        opportunity_id=str(entry.opportunity.pk) if entry.opportunity else "",
        flags=frozenset({Flag.MANUAL.value}),
    )


def _journal_id(session_id: str) -> int:
    """Below zero, so that it never meets a journal row's; 62 bits of the call's own reference."""
    return -1 - (uuid.UUID(session_id.removeprefix(SESSION_PREFIX)).int >> 66)


def _with_outcome(call: Call, entry: ManualCall, agent: Agent | None) -> Call:
    if entry.disposition:
        save_disposition(call=call, agent=agent, value=entry.disposition, notes=entry.notes)
        return call
    save_notes(call=call, notes=entry.notes)
    if call.disposition:
        call.disposition, call.disposed_at, call.disposed_by = "", None, None
        call.save(update_fields=["disposition", "disposed_at", "disposed_by", "updated_at"])
        replace_task(source=f"call:{call.pk}", new=None)
    return call
