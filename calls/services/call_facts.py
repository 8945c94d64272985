"""Writing what the events of a call say, and whom they concern, into the call's own columns."""

from __future__ import annotations

from collections.abc import Sequence

from calls.flags import Flag
from calls.folding import HeardEvent, fold, is_over
from calls.models import Call
from calls.services.lead_creation import caller_of, lead_for_unknown_caller
from calls.services.parties import Parties, find_parties
from connector_config.mapping.events import CallEvent, CallStatus, EventKind
from connector_config.selectors import ConnectorConfig
from telephony_connector.common.phones import suffix_of, to_e164


def write_facts(call: Call, events: Sequence[HeardEvent], connector: ConnectorConfig, *, is_reused: bool) -> Parties:
    """Set the folded columns of a call (not yet saved) from its events; an unknown caller may become a lead here."""
    facts = fold(events)
    received_at = min(one.received_at for one in events)
    _write_facts(call, facts)
    call.received_at = received_at
    call.happened_at = facts.started_at or received_at
    parties = _write_parties(call, facts, connector)
    call.flags = sorted(facts.flags | parties.flags | _call_flags(facts, is_reused=is_reused))
    return parties


def _write_facts(call: Call, facts: CallEvent) -> None:
    call.session_id = facts.session_id[:255]
    call.parent_session_id = facts.parent_session_id[:255]
    call.direction = facts.direction.value if facts.direction else ""
    call.status = (facts.status or CallStatus.UNKNOWN).value
    call.raw_status = facts.raw_status[:255]
    call.is_over = is_over(facts)
    call.source_number = facts.source_number[:255]
    call.destination_number = facts.destination_number[:255]
    call.display_number = facts.display_number[:255]
    call.started_at, call.answered_at, call.ended_at = facts.started_at, facts.answered_at, facts.ended_at
    call.duration_seconds = facts.duration_seconds
    call.recording_url = facts.recording_url
    call.provider_notes = facts.notes
    call.tag = facts.tag[:255]
    call.is_manual = Flag.MANUAL in facts.flags
    call.caller = caller_of(facts)


def _write_parties(call: Call, facts: CallEvent, connector: ConnectorConfig) -> Parties:
    country = connector.default_country
    known_customer = call.customer_number
    parties = find_parties(facts, connector)
    call.customer_number = parties.customer_number[:255]
    call.customer_suffix = suffix_of(call.customer_number)
    for name in ("source_number", "destination_number", "display_number", "customer_number"):
        setattr(call, f"{name}_e164", to_e164(getattr(call, name), country))
    call.virtual_number_id = parties.virtual_number.id if parties.virtual_number else None
    call.agent_id = parties.agents.ids[0] if _is_one_agent(call, parties) else None
    is_same_customer = suffix_of(known_customer) == call.customer_suffix
    named = parties.named_lead.id if parties.named_lead else None
    lead_id = call.chosen_lead_id or named or (call.lead_id if is_same_customer else None)
    lead_id = lead_id or (parties.lead.id if parties.lead else None)
    call.lead_id = lead_id or lead_for_unknown_caller(facts, parties, connector)
    call.opportunity_id = call.chosen_opportunity_id or parties.opportunity_id
    call.candidates = list(parties.candidates)
    return parties


def _is_one_agent(call: Call, parties: Parties) -> bool:
    """Several rung agents are nobody's call until one has answered or the call is over."""
    return len(parties.agents.ids) == 1 or (bool(parties.agents.ids) and call.is_over)


def _call_flags(facts: CallEvent, *, is_reused: bool) -> set[str]:
    flags: set[str] = set()
    if not facts.session_id:
        flags.add(Flag.SESSION_ID_INFERRED)
    if is_reused:
        flags.add(Flag.SESSION_ID_REUSED)
    if facts.kind == EventKind.UPDATE:
        flags.add(Flag.AWAITING_CALL_LOG)
    return flags
