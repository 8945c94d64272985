"""A lead or an opportunity as JSON, for a provider's own agent desktop (docs/hooks.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from calls.models import Call
from calls.selectors import visible_calls
from crm.masking import sees_numbers, shown_number, shown_text
from crm.matching import Candidate
from crm.models import Agent, Lead, Opportunity
from crm.selectors import visible_leads, visible_opportunities

MOST_CALLS = 10
MOST_OPPORTUNITIES = 50


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the answer is: an agent, with their rights, or (None) the provider's server itself, which sees all."""

    agent: Agent | None = None

    @property
    def leads(self) -> QuerySet[Lead]:
        """The leads that may be read."""
        return visible_leads(self.agent.user) if self.agent else Lead.objects.all()

    @property
    def opportunities(self) -> QuerySet[Opportunity]:
        """The opportunities that may be read."""
        return visible_opportunities(self.agent.user) if self.agent else Opportunity.objects.all()

    @property
    def calls(self) -> QuerySet[Call]:
        """The calls that may be read."""
        return visible_calls(self.agent.user) if self.agent else Call.objects.all()

    def text(self, value: str) -> str:
        """Text that may hold a customer's number."""
        return shown_text(value, viewer=self.agent.user) if self.agent else value

    def number(self, number: str, e164: str) -> dict[str, str]:
        """A number as it was written and in E.164; for a reader who may not learn it masked, and without the second."""
        if self.agent is not None and not sees_numbers(self.agent.user):
            return {"number": shown_number(e164 or number, viewer=self.agent.user), "number_e164": ""}
        return {"number": number, "number_e164": e164}


def lead_document(lead: Lead, reader: Reader, others: Sequence[Candidate] = ()) -> dict[str, Any]:
    """The lead with its last calls and open opportunities; ``others`` have the same number."""
    open_ones = reader.opportunities.filter(lead=lead, status=Opportunity.Status.OPEN).select_related("owner")
    return {
        "Status": "Success",
        "Lead": _lead(lead, reader),
        "Calls": _calls(reader.calls.filter(lead=lead), reader),
        "Opportunities": [_opportunity(row, reader) for row in open_ones.distinct()[:MOST_OPPORTUNITIES]],
        "Candidates": [_candidate(one, reader) for one in others],
    }


def opportunity_document(opportunity: Opportunity, reader: Reader) -> dict[str, Any]:
    """The opportunity with its lead and its own last calls."""
    return {
        "Status": "Success",
        "Opportunity": _opportunity(opportunity, reader),
        "Lead": _lead(opportunity.lead, reader),
        "Calls": _calls(reader.calls.filter(opportunity=opportunity), reader),
    }


def _lead(lead: Lead, reader: Reader) -> dict[str, Any]:
    return {
        "id": str(lead.pk),
        "external_id": reader.text(lead.external_id or ""),
        "name": reader.text(lead.name),
        "numbers": [reader.number(phone.number, phone.e164) for phone in lead.phones.all()],
        "email": reader.text(lead.email),
        "company": reader.text(lead.company),
        "stage": reader.text(lead.stage),
        "source": reader.text(lead.source),
        "do_not_call": lead.do_not_call,
        "owner": _person(lead.owner),
        "url": f"{settings.PUBLIC_URL}{reverse('lead', args=[lead.pk])}",
    }


def _opportunity(opportunity: Opportunity, reader: Reader) -> dict[str, Any]:
    return {
        "id": str(opportunity.pk),
        "external_id": reader.text(opportunity.external_id or ""),
        "name": reader.text(opportunity.name),
        "stage": reader.text(opportunity.stage),
        "status": opportunity.status,
        "owner": _person(opportunity.owner),
    }


def _calls(rows: QuerySet[Call], reader: Reader) -> list[dict[str, Any]]:
    newest = rows.select_related("agent").order_by("-happened_at", "-pk")
    return [_call(row, reader) for row in newest.distinct()[:MOST_CALLS]]


def _call(call: Call, reader: Reader) -> dict[str, Any]:
    return {
        "id": call.pk,
        "direction": call.direction,
        "status": call.status,
        "at": _moment(call.happened_at),
        "duration_seconds": call.duration_seconds,
        "agent": _person(call.agent),
        "disposition": reader.text(call.disposition),
        "notes": reader.text(call.shown_notes),
    }


def _candidate(candidate: Candidate, reader: Reader) -> dict[str, str]:
    return {
        "id": str(candidate.lead.id), "name": reader.text(candidate.lead.name), "reason": candidate.reason
    }  # fmt: skip


def _person(agent: Agent | None) -> dict[str, Any] | None:
    return {"id": agent.pk, "name": agent.name, "email": agent.email} if agent else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
