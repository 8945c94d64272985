"""Whom a provider's server names in its own words: an agent, a lead, an opportunity. What is unknown is a HookError."""

from __future__ import annotations

from uuid import UUID

from calls.embedding.details import Reader
from calls.embedding.keys import may_use
from connector_config.mapping.events import FieldError
from connector_config.selectors import ConnectorConfig
from crm.matching import Candidate, match_leads
from crm.models import Agent, Lead, Opportunity
from crm.selectors import find_lead
from webhooks.answers import HookError

AGENT_FIELDS = {"agentemail": "AgentEmail", "userid": "UserId", "telephonyagentid": "TelephonyAgentId"}
_LARGEST_ID = 2**63 - 1


def field_refused(*errors: tuple[str, str]) -> HookError:
    """422 that names each field (as the sender writes it) and what is wrong with it."""
    found = [FieldError(field, message) for field, message in errors]
    return HookError(422, "InvalidInputException", "; ".join(f"{e.field}: {e.message}" for e in found), found)


def agent_named(sent: dict[str, str], connector: ConnectorConfig) -> Agent | None:
    """The agent that the first given of the three fields names; None when none is given. Raises HookError 422."""
    for folded, field in AGENT_FIELDS.items():
        if text := sent.get(folded, ""):
            agent = _agent(folded, text, connector)
            if agent is None:
                raise field_refused((field, "there is no such agent"))
            if not may_use(agent, connector):
                raise field_refused((field, "this agent is disabled, or does not use this connector"))
            return agent
    return None


def _agent(folded: str, text: str, connector: ConnectorConfig) -> Agent | None:
    rows = Agent.objects.select_related("user", "team")
    if folded == "agentemail":
        return rows.filter(email__iexact=text).first()
    agent_id = connector.agent_ids.get(text) if folded == "telephonyagentid" else _whole_number(text)
    return rows.filter(pk=agent_id).first() if agent_id is not None else None


def _whole_number(text: str) -> int | None:
    is_id = text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_ID))
    return min(int(text), _LARGEST_ID) if is_id else None


def lead_named(
    sent: dict[str, str], connector: ConnectorConfig, reader: Reader
) -> tuple[Lead | None, str, list[Candidate]]:
    """The lead by id, else the likeliest by number; the field that named it (empty: none did), and the others with
    that number. Only leads that the reader may see are found."""
    leads = reader.leads.select_related("owner").prefetch_related("phones").distinct()
    if text := sent.get("leadid", ""):
        known = find_lead(text)
        return (leads.filter(pk=known.pk).first() if known else None), "LeadId", []
    if text := sent.get("leadphone", ""):
        matches = match_leads(text, connector.default_country)
        visible = {lead.pk: lead for lead in leads.filter(pk__in=[match.lead.id for match in matches])}
        found = [match for match in matches if match.lead.id in visible]
        return (visible[found[0].lead.id] if found else None), "LeadPhone", found[1:]
    return None, "", []


def opportunity_named(sent: dict[str, str], reader: Reader) -> Opportunity | None:
    """The opportunity of our id or of another system's, where the reader may see it."""
    text = sent.get("opportunityid", "")
    if not text:
        return None
    rows = reader.opportunities.select_related("lead__owner", "owner").prefetch_related("lead__phones").distinct()
    try:
        known = rows.filter(pk=UUID(text)).first()
    except ValueError:
        known = None
    return known or rows.filter(external_id=text).first()
