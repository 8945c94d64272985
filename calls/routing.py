"""Call route: which agent a caller is to be put through to. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calls.services.parties import find_opportunity
from connector_config.models import AgentMapping
from connector_config.selectors import ConnectorConfig
from crm.matching import LeadReference, match_leads
from crm.models import Agent, Opportunity
from telephony_connector.common.phones import digits_of, is_withheld, parse_phone


@dataclass(frozen=True, slots=True)
class Question:
    """What a provider asks: who takes this caller, who dialled that virtual number, at this moment (aware)?"""

    caller: str
    virtual_number: str
    asked_at: datetime
    opportunity_id: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """The agent to ring, at which number (as stored), with the agent's id at the provider and the caller's lead."""

    agent: Agent
    number: str
    provider_agent_id: str
    lead: LeadReference | None
    opportunity: Opportunity | None = None


def find_route(*, connector: ConnectorConfig, question: Question) -> Route | None:
    """The first who is on duty and can be rung: the owners of the caller's leads, likeliest lead first, then the
    virtual number's fallback agent. None when there is nobody, and outside the connector's opening hours."""
    leads = _leads_of(connector, question.caller)
    owners = [(lead.owner_id, lead) for lead in leads]
    return _first_route(connector, question, owners, None)


def find_opportunity_route(*, connector: ConnectorConfig, question: Question) -> Route | None:
    """As find_route, but the owner of the opportunity comes first: the one named, else the newest open one of the
    caller's leads."""
    leads = _leads_of(connector, question.caller)
    opportunity = find_opportunity(question.opportunity_id) or _open_opportunity(leads)
    if opportunity is None:
        return _first_route(connector, question, [(lead.owner_id, lead) for lead in leads], None)
    lead = LeadReference(opportunity.lead_id, opportunity.lead.name, opportunity.lead.owner_id)
    return _first_route(connector, question, [(opportunity.owner_id, lead), (lead.owner_id, lead)], opportunity)


def _leads_of(connector: ConnectorConfig, caller: str) -> list[LeadReference]:
    if is_withheld(caller) or connector.is_internal(caller):
        return []
    return [match.lead for match in match_leads(caller, connector.default_country)]


def _open_opportunity(leads: Sequence[LeadReference]) -> Opportunity | None:
    if not leads:
        return None
    opportunities = Opportunity.objects.filter(
        lead_id__in=[lead.id for lead in leads], status=Opportunity.Status.OPEN
    ).select_related("lead")
    return opportunities.order_by("-created_at", "pk").first()


def _first_route(
    connector: ConnectorConfig,
    question: Question,
    owners: Iterable[tuple[int | None, LeadReference | None]],
    opportunity: Opportunity | None,
) -> Route | None:
    if not connector.opening_hours.is_open(question.asked_at.astimezone(ZoneInfo(connector.time_zone))):
        return None
    dialled = connector.virtual_number(question.virtual_number)
    owned = list(owners)
    lead = owned[0][1] if owned else None
    wanted = [*owned, (dialled.fallback_agent_id if dialled else None, lead)]
    agent_ids = [agent_id for agent_id, _ in wanted if agent_id is not None]
    if not agent_ids:
        return None
    on_duty = Agent.objects.filter(pk__in=agent_ids, is_on_duty=True, user__is_active=True)
    agents = on_duty.prefetch_related("phones").in_bulk()
    for agent_id, lead_of_agent in wanted:
        if agent_id in agents and (route := _route_to(agents[agent_id], lead_of_agent, opportunity, connector)):
            return route
    return None


def _route_to(
    agent: Agent, lead: LeadReference | None, opportunity: Opportunity | None, connector: ConnectorConfig
) -> Route | None:
    phone = next(iter(agent.phones.all()), None)
    mapping = AgentMapping.objects.filter(connector_id=connector.id, agent=agent).first()
    if phone is None and mapping is None:
        return None
    return Route(
        agent=agent,
        number=(phone.e164 or phone.number) if phone else "",
        provider_agent_id=mapping.provider_agent_id if mapping else "",
        lead=lead,
        opportunity=opportunity,
    )


def written_number(number: str, *, number_format: str, country: str) -> str:
    """The number as the connector wants it: ``e164``, ``national`` or ``digits``."""
    parsed = parse_phone(number, country)
    if parsed is None:
        return number
    return {"national": parsed.national, "digits": digits_of(parsed.e164)}.get(number_format, parsed.e164)
