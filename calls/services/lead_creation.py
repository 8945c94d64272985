"""Unknown inbound callers become leads, once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from calls.services.parties import Parties
from connector_config.mapping.events import CallEvent, Direction, EventKind
from connector_config.models import Connector
from connector_config.selectors import ConnectorConfig
from crm.matching import match_leads
from crm.models import Agent
from crm.services.leads import create_lead
from telephony_connector.common.locks import lock_for_transaction
from telephony_connector.common.phones import suffix_of

DEFAULT_SOURCE = "Inbound Phone Call"

_CALLER_FIELDS = {
    "name": "caller_name",
    "city": "caller_city",
    "state": "caller_state",
    "country": "caller_country",
    "zip_code": "caller_zip_code",
    "source": "caller_source",
}


def caller_of(facts: CallEvent) -> dict[str, str]:
    """What the provider told of the caller, by our words for it; nothing that is empty."""
    return {key: value for key, name in _CALLER_FIELDS.items() if (value := getattr(facts, name))}


def values_of_new_lead(*, caller: Mapping[str, str], tag: str) -> dict[str, str]:
    """The columns of a lead that a call brings: what the provider told, the usual source, and the tag as origin."""
    return {"source": DEFAULT_SOURCE, **caller, "origin": tag}


def lead_for_unknown_caller(facts: CallEvent, parties: Parties, connector: ConnectorConfig) -> uuid.UUID | None:
    """The id of a new lead when the connector's setting wants one now, else None; must run inside a transaction.

    Two calls from one new number at once make one lead: the number is locked and looked for again. Owner: the
    answering agent, else the virtual number's fallback agent, else the connector's owner.
    """
    if not is_lead_wanted(facts, parties, connector):
        return None
    number = parties.customer_number
    lock_for_transaction(f"lead:{suffix_of(number)}")
    if matches := match_leads(number, connector.default_country):
        return matches[0].lead.id
    tag = facts.tag or (parties.virtual_number.tag if parties.virtual_number else "")
    lead = create_lead(
        phone=number,
        country=connector.default_country,
        owner=_owner(parties, connector),
        values=values_of_new_lead(caller=caller_of(facts), tag=tag),
    )
    return lead.pk


def is_lead_wanted(facts: CallEvent, parties: Parties, connector: ConnectorConfig) -> bool:
    """True when the connector's setting makes this unknown caller a lead now."""
    if facts.direction == Direction.OUTBOUND or not parties.is_customer:
        return False
    kinds = {
        Connector.LeadCreation.POPUP: {EventKind.POPUP, EventKind.CALL_LOG},
        Connector.LeadCreation.CALL_LOG: {EventKind.CALL_LOG},
    }
    return facts.kind in kinds.get(Connector.LeadCreation(connector.lead_creation), set())


def _owner(parties: Parties, connector: ConnectorConfig) -> Agent | None:
    fallback = parties.virtual_number.fallback_agent_id if parties.virtual_number else None
    owner_id = next(iter(parties.agents.ids), None) or fallback or connector.owner_id
    return Agent.objects.filter(pk=owner_id).first() if owner_id else None
