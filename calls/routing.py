"""Call route: which agent a caller is to be put through to."""

from __future__ import annotations

from dataclasses import dataclass

from connector_config.models import AgentMapping
from connector_config.selectors import ConnectorConfig
from crm.matching import LeadReference, match_leads
from crm.models import Agent
from telephony_connector.common.phones import digits_of, is_withheld, parse_phone


@dataclass(frozen=True, slots=True)
class Route:
    """The agent to ring, at which number (as stored), with the agent's id at the provider and the caller's lead."""

    agent: Agent
    number: str
    provider_agent_id: str
    lead: LeadReference | None


def find_route(*, connector: ConnectorConfig, caller: str, virtual_number: str = "") -> Route | None:
    """The first agent on duty with a phone or a provider id: the owner of the caller's lead, then the virtual number's
    fallback agent. None when there is nobody. Reads only."""
    lead = _lead_of(connector, caller)
    dialled = connector.virtual_number(virtual_number)
    wanted = [lead.owner_id if lead else None, dialled.fallback_agent_id if dialled else None]
    agent_ids = [agent_id for agent_id in wanted if agent_id is not None]
    if not agent_ids:
        return None
    agents = Agent.objects.filter(pk__in=agent_ids, is_on_duty=True).prefetch_related("phones").in_bulk()
    for agent_id in dict.fromkeys(agent_ids):
        if agent_id in agents and (route := _route_to(agents[agent_id], lead, connector)):
            return route
    return None


def _lead_of(connector: ConnectorConfig, caller: str) -> LeadReference | None:
    if is_withheld(caller) or connector.is_internal(caller):
        return None
    matches = match_leads(caller, connector.default_country)
    return matches[0].lead if matches else None


def _route_to(agent: Agent, lead: LeadReference | None, connector: ConnectorConfig) -> Route | None:
    phone = next(iter(agent.phones.all()), None)
    mapping = AgentMapping.objects.filter(connector_id=connector.id, agent=agent).first()
    if phone is None and mapping is None:
        return None
    return Route(
        agent=agent,
        number=(phone.e164 or phone.number) if phone else "",
        provider_agent_id=mapping.provider_agent_id if mapping else "",
        lead=lead,
    )


def written_number(number: str, *, number_format: str, country: str) -> str:
    """The number as the connector wants it: ``e164``, ``national`` or ``digits``."""
    parsed = parse_phone(number, country)
    if parsed is None:
        return number
    return {"national": parsed.national, "digits": digits_of(parsed.e164)}.get(number_format, parsed.e164)
