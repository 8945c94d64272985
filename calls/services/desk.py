"""What an agent adds to a call from their desk: notes, the lead, the opportunity; and whether they are on duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from calls.errors import FieldRefusedError
from calls.models import Call, Popup
from calls.services.dispositions import save_disposition
from calls.services.lead_creation import values_of_new_lead
from calls.services.popups import touch_deliveries
from crm.models import Agent, Lead, Opportunity
from crm.services.leads import create_lead

NOTES_LIMIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call went: the disposition, what was said (None: as it stands), and when to call again."""

    disposition: str
    notes: str | None
    follow_up_at: datetime | None


@transaction.atomic
def settle_call(*, call: Call, agent: Agent | None, outcome: Outcome) -> None:
    """Save how the call went and owe the provider the news; raises DispositionError, and then nothing is saved."""
    save_disposition(call=call, agent=agent, value=outcome.disposition, notes=outcome.notes)
    set_follow_up(call=call, at=outcome.follow_up_at)


def set_follow_up(*, call: Call, at: datetime | None) -> None:
    """When to call again; None: not."""
    call.follow_up_at = at
    call.save(update_fields=["follow_up_at", "updated_at"])


@transaction.atomic
def save_notes(*, call: Call, notes: str) -> None:
    """Keep what the agent wrote, and show it in their other tabs; it stands above the provider's notes."""
    if _keep_notes(call, notes):
        _tell_desks(call)


def _keep_notes(call: Call, notes: str) -> bool:
    """Whether these notes are others than those that stood there."""
    others = Call.objects.filter(pk=call.pk).exclude(notes=notes[:NOTES_LIMIT])
    is_changed = bool(others.update(notes=notes[:NOTES_LIMIT], updated_at=timezone.now()))
    call.refresh_from_db(fields=["notes", "updated_at"])
    return is_changed


@transaction.atomic
def write_up(*, call: Call, notes: str | None, follow_up_at: datetime | None) -> None:
    """Keep the notes (None: as they stand) and when to call again, of a call whose disposition nobody has chosen."""
    if notes is not None:
        _keep_notes(call, notes)
    set_follow_up(call=call, at=follow_up_at)
    _tell_desks(call)


@transaction.atomic
def choose_lead(*, call: Call, lead: Lead) -> None:
    """Tie the call to one of the leads that share its number; the choice stands above all events."""
    call.chosen_lead = call.lead = lead
    if call.chosen_opportunity and call.chosen_opportunity.lead_id != lead.pk:
        call.chosen_opportunity = None
    if call.opportunity and call.opportunity.lead_id != lead.pk:
        call.opportunity = None
    call.save(update_fields=["chosen_lead", "lead", "chosen_opportunity", "opportunity", "updated_at"])
    _tell_desks(call)


@transaction.atomic
def create_lead_of_call(*, call: Call, agent: Agent | None, name: str) -> Lead:
    """Make a lead of an unknown caller, owned by the agent.

    A lead without a name, which the call may have brought while the agent typed, gets the name instead. Raises
    FieldRefusedError without a name, and when the call has a lead with a name already.
    """
    if not name.strip():
        raise FieldRefusedError("Type a name first.", "name")
    calls = Call.objects.select_for_update(of=("self",), no_key=True).select_related("connector", "virtual_number")
    locked = calls.get(pk=call.pk)
    if locked.lead is not None:
        _name_lead(locked.lead, name)
        _tell_desks(locked)
        return locked.lead
    tag = locked.tag or (locked.virtual_number.tag if locked.virtual_number else "")
    lead = create_lead(
        phone=locked.customer_number_e164 or locked.customer_number,
        country=locked.connector.default_country,
        owner=agent,
        values=values_of_new_lead(caller=locked.caller, tag=tag) | {"name": name},
    )
    choose_lead(call=locked, lead=lead)
    return lead


def _name_lead(lead: Lead, name: str) -> None:
    if lead.name:
        raise FieldRefusedError("This call has a lead already, which is shown now.", "name")
    lead.name = name.strip()[:200]
    lead.save(update_fields=["name", "updated_at"])


@transaction.atomic
def choose_opportunity(*, call: Call, opportunity: Opportunity | None) -> None:
    """Tie the call to one of its lead's opportunities, or to none; the choice stands above all events."""
    if opportunity is not None and opportunity.lead_id != call.lead_id:
        raise FieldRefusedError("This opportunity belongs to another lead.", "opportunity")
    call.chosen_opportunity = opportunity
    call.opportunity = opportunity
    call.save(update_fields=["chosen_opportunity", "opportunity", "updated_at"])
    _tell_desks(call)


def _tell_desks(call: Call) -> None:
    popup = Popup.objects.filter(call=call).first()
    if popup is not None:
        touch_deliveries(popup=popup)


def set_duty(*, agent: Agent, is_on_duty: bool) -> None:
    """Calls are routed to agents on duty only."""
    Agent.objects.filter(pk=agent.pk).update(is_on_duty=is_on_duty, updated_at=timezone.now())
    agent.is_on_duty = is_on_duty
