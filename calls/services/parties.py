"""Who takes part in a call: the customer's number and lead, our agents, the virtual number, the opportunity."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from calls.flags import Flag
from calls.services.clicks import Click, find_click, with_click
from connector_config.mapping.events import CallEvent, Direction
from connector_config.selectors import ConnectorConfig, VirtualNumberConfig
from crm.matching import Candidate, LeadReference, agents_by_number, match_leads
from crm.models import Agent, Opportunity
from crm.selectors import find_lead
from telephony_connector.common.phones import is_withheld, parse_phone


@dataclass(frozen=True, slots=True)
class NamedAgents:
    """The known agents that an event names, and the words by which it did (none: it names nobody)."""

    ids: tuple[int, ...]
    words: tuple[str, ...]

    @property
    def is_any_named(self) -> bool:
        """True when the event names somebody, known or not."""
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Parties:
    """Everybody of one call as its events name them.

    ``named_lead`` is the lead that the provider named by id, else that of our click to call that led to the call
    (``click_id``); ``lead`` is that one or the best match by number.
    ``is_customer`` is true when the number can belong to a lead: readable, not withheld, none of our own.
    ``candidates`` lists all leads with the number when they are several: ``{"lead_id", "reason"}``.
    """

    customer_number: str
    is_customer: bool
    agents: NamedAgents
    virtual_number: VirtualNumberConfig | None
    named_lead: LeadReference | None
    lead: LeadReference | None
    opportunity_id: uuid.UUID | None
    candidates: tuple[dict[str, str], ...]
    flags: frozenset[str]
    click_id: uuid.UUID | None = None


def find_parties(facts: CallEvent, connector: ConnectorConfig) -> Parties:
    """Find everybody by the rules of docs/domain.md; nothing found is a flag, never an error."""
    customer = customer_number_of(facts, connector)
    click = find_click(facts, connector)
    agents, owners = _find_agents(facts, connector, customer)
    agents = _with_clicking_agent(agents, facts, click)
    flags = {str(flag) for flag in _number_flags(customer, customer in owners, connector)}
    if agents.is_any_named and not agents.ids:
        flags.add(Flag.AGENT_UNKNOWN)
    virtual_number = connector.virtual_number(facts.display_number)
    if facts.display_number and virtual_number is None:
        flags.add(Flag.VIRTUAL_NUMBER_UNKNOWN)
    is_own = bool(flags & {Flag.NUMBER_INTERNAL, Flag.NUMBER_WITHHELD})
    opportunity_id, named_lead = with_click(click, *_find_named(facts, flags))
    matches = [] if named_lead or is_own else match_leads(customer, connector.default_country)
    if len(matches) > 1:
        flags.add(Flag.LEAD_AMBIGUOUS)
    return Parties(
        customer_number=customer,
        is_customer=bool(customer) and not is_own and Flag.NUMBER_UNREADABLE not in flags,
        agents=agents,
        virtual_number=virtual_number,
        named_lead=named_lead,
        lead=named_lead or (matches[0].lead if matches else None),
        opportunity_id=opportunity_id,
        candidates=_several(matches),
        flags=frozenset(flags),
        click_id=click.id if click else None,
    )


def find_agents(event: CallEvent, connector: ConnectorConfig, known: NamedAgents) -> NamedAgents:
    """The agents that this one event names (each event of a ring group may name another); ``known`` saves a query."""
    return known if _agent_words(event, connector) == known.words else _find_agents(event, connector, "")[0]


def _with_clicking_agent(agents: NamedAgents, facts: CallEvent, click: Click | None) -> NamedAgents:
    """Who clicked makes the call, whatever numbers say; only a known UserId says it better."""
    if click is None or click.agent_id is None or (facts.user_id and agents.ids):
        return agents
    return NamedAgents(ids=(click.agent_id,), words=agents.words or (str(click.id),))


def customer_number_of(facts: CallEvent, connector: ConnectorConfig) -> str:
    """The number that is not ours: source when inbound, destination when outbound.

    Without a direction it is the end that is neither a virtual number nor an agent known by id.
    """
    if facts.direction == Direction.OUTBOUND:
        return facts.destination_number
    source = facts.source_number
    is_ours = source in connector.agent_ids or connector.is_internal(source)
    return facts.destination_number if facts.direction is None and is_ours else source


def _number_flags(customer: str, is_agents: bool, connector: ConnectorConfig) -> set[Flag]:
    if not customer:
        return set()
    if is_withheld(customer):
        return {Flag.NUMBER_WITHHELD}
    if is_agents or connector.is_internal(customer):
        return {Flag.NUMBER_INTERNAL}
    return set() if parse_phone(customer, connector.default_country) else {Flag.NUMBER_UNREADABLE}


def _find_agents(
    event: CallEvent, connector: ConnectorConfig, customer: str
) -> tuple[NamedAgents, dict[str, tuple[int, ...]]]:
    """Beside the agents, whose phones the numbers in question are: one query serves both."""
    words = _agent_words(event, connector)
    numbers = [word for word in (*words, customer) if word not in connector.agent_ids]
    owners = agents_by_number(numbers, connector.default_country)
    return NamedAgents(ids=_agent_ids(event, owners, connector), words=words), owners


def _agent_words(facts: CallEvent, connector: ConnectorConfig) -> tuple[str, ...]:
    """The ids and numbers that name agents: those told as such, and our end of the call."""
    our_end = facts.source_number if facts.direction == Direction.OUTBOUND else facts.destination_number
    words = dict.fromkeys([*facts.agent_ids, *facts.agent_numbers, our_end])
    usable = (word for word in words if _can_name_agent(word, facts, connector))
    return tuple(filter(None, [facts.user_id, *usable, facts.agent_email]))


def _can_name_agent(word: str, facts: CallEvent, connector: ConnectorConfig) -> bool:
    return not (is_withheld(word) or word == facts.display_number or connector.virtual_number(word))


def _agent_ids(facts: CallEvent, owners: dict[str, tuple[int, ...]], connector: ConnectorConfig) -> tuple[int, ...]:
    """By user id, else by provider id, else by phone, else by e-mail. A phone that agents share names none of them.

    Of a rung group some members may be named by id and others by phone, so that only a single id stands alone.
    """
    if facts.user_id and (agent := _agent_by_user_id(facts.user_id)):
        return (agent,)
    if len(facts.agent_ids) == 1 and (known := connector.agent_ids.get(facts.agent_ids[0])):
        return (known,)
    found: list[int] = []
    for word in _agent_words(facts, connector):
        by_number = owners.get(word, ())
        if word in connector.agent_ids:
            found.append(connector.agent_ids[word])
        elif len(by_number) == 1:
            found.append(by_number[0])
    if not found and facts.agent_email:
        found = list(Agent.objects.filter(email__iexact=facts.agent_email).values_list("pk", flat=True))
    return tuple(dict.fromkeys(found))


def _agent_by_user_id(user_id: str) -> int | None:
    if "@" in user_id:
        return Agent.objects.filter(email__iexact=user_id).values_list("pk", flat=True).first()
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 18):
        return None
    return Agent.objects.filter(pk=int(user_id)).values_list("pk", flat=True).first()


def find_opportunity(opportunity_id: str) -> Opportunity | None:
    """The opportunity of this id, ours or external, with its lead; None for an unknown or empty one."""
    if not opportunity_id:
        return None
    rows = Opportunity.objects.select_related("lead")
    try:
        found = rows.filter(pk=uuid.UUID(opportunity_id)).first()
    except ValueError:
        found = None
    return found or rows.filter(external_id=opportunity_id).first()


def _find_named(facts: CallEvent, flags: set[str]) -> tuple[uuid.UUID | None, LeadReference | None]:
    """The opportunity and the lead that the provider named by id; a lead named wins over the opportunity's own."""
    opportunity = find_opportunity(facts.opportunity_id)
    if facts.opportunity_id and opportunity is None:
        flags.add(Flag.OPPORTUNITY_UNKNOWN)
    lead = find_lead(facts.lead_id)
    if facts.lead_id and lead is None:
        flags.add(Flag.LEAD_UNKNOWN)
    lead = lead or (opportunity.lead if opportunity else None)
    named = LeadReference(id=lead.pk, name=lead.name, owner_id=lead.owner_id) if lead else None
    return opportunity.pk if opportunity else None, named


def _several(matches: list[Candidate]) -> tuple[dict[str, str], ...]:
    """The candidates as they are stored, when there is a choice."""
    if len(matches) < 2:
        return ()
    return tuple({"lead_id": str(one.lead.id), "reason": one.reason} for one in matches)
