"""Which click to call a provider's call came from: by our reference that it echoes, or by its own id of the call."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from calls.models import Call, OutboundRequest
from connector_config.mapping.events import CallEvent, Direction
from connector_config.models import RequestTemplate
from connector_config.selectors import ConnectorConfig
from crm.matching import LeadReference


@dataclass(frozen=True, slots=True)
class Click:
    """A click to call as far as its call needs it: who clicked, for whom, and about what."""

    id: uuid.UUID
    agent_id: int | None
    lead: LeadReference | None
    opportunity_id: uuid.UUID | None


def find_click(facts: CallEvent, connector: ConnectorConfig) -> Click | None:
    """The click that led to this call, else None. Queries only for what a click can have led to.

    By our reference first, which no two clicks share; a reference that is none of ours may be an id of the provider's.
    """
    found = next((click for wanted in _wanted(facts) if (click := _newest(connector, wanted))), None)
    if found is None:
        return None
    lead = LeadReference(id=found.lead.pk, name=found.lead.name, owner_id=found.lead.owner_id) if found.lead else None
    return Click(id=found.pk, agent_id=found.agent_id, lead=lead, opportunity_id=found.opportunity_id)


def _newest(connector: ConnectorConfig, wanted: Q) -> OutboundRequest | None:
    clicks = OutboundRequest.objects.filter(connector_id=connector.id, purpose=RequestTemplate.Purpose.CLICK_TO_CALL)
    return clicks.filter(wanted).select_related("lead").order_by("-created_at").first()


def _wanted(facts: CallEvent) -> Iterator[Q]:
    if (reference := _uuid(facts.call_reference)) is not None:
        yield Q(pk=reference)
    if ids := provider_ids_of(facts):
        yield Q(provider_call_id__in=ids)


def provider_ids_of(facts: CallEvent) -> set[str]:
    """The provider's ids by which an event can name a click's call; none for one that cannot be a click's."""
    is_ours = bool(facts.call_reference) or facts.direction == Direction.OUTBOUND
    return {facts.session_id, facts.parent_session_id, facts.call_reference} - {""} if is_ours else set()


def with_click(
    click: Click | None, opportunity_id: uuid.UUID | None, named_lead: LeadReference | None
) -> tuple[uuid.UUID | None, LeadReference | None]:
    """Opportunity and lead: what the provider named wins, then the click's; its opportunity only with its lead."""
    if click is None:
        return opportunity_id, named_lead
    lead = named_lead or click.lead
    is_clicks_lead = lead is not None and click.lead is not None and lead.id == click.lead.id
    return opportunity_id or (click.opportunity_id if is_clicks_lead else None), lead


def tie_click(*, click_id: uuid.UUID | None, call: Call) -> None:
    """Remember at the click which call it became; the first one stays, where a provider sends several legs."""
    if click_id is not None:
        OutboundRequest.objects.filter(pk=click_id, call=None).update(call=call)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
