"""What an edited mapping makes of a request: the very engine, then the calls layer's own look-ups, nothing written."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from calls.presentation import Look, direction_look, status_look
from calls.services.lead_creation import is_lead_wanted
from calls.services.parties import Parties, find_parties
from calls.services.popups import agents_concerned
from connector_config.mapping.compiled import FieldSources, InvalidMappingError, MappingError
from connector_config.mapping.difference import difference
from connector_config.mapping.events import CallEvent, Direction, EventKind, ParsedRequest
from connector_config.mapping.normalise import RecordReading, read_records, record_trees
from connector_config.mapping.times import zone_of
from connector_config.mapping.values import as_text
from connector_config.models import Connector
from connector_config.presets import load_preset
from connector_config.selectors import ConnectorConfig, build_connector_config
from crm.models import Agent
from telephony_connector.common.phones import for_display
from webhooks.editor.catalogue import FIELDS, RULE_KINDS
from webhooks.editor.tree import Node, record_nodes
from webhooks.ingest import is_wanted

_LABELS = {info.name: info.label for info in FIELDS}
_PSEUDO = {"customer_number": "source_number", "numbers": "source_number"}


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One standard field of the record: the value before its table, what it became in words, and what is wrong."""

    name: str
    label: str
    raw: str
    shown: str
    error: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the record would do: who is meant, whether a lead is made, what popup is shown and to whom."""

    title: str
    number: str
    line: str
    status: Look | None
    lead: str
    agents: str
    popup: str
    receivers: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that the page shows beside the rules."""

    nodes: list[Node]
    count: int
    index: int
    rule: str
    kind: str
    fields: list[FieldReading]
    faults: list[str]
    outcome: Outcome | None


class PreviewError(Exception):
    """The document has faults; ``errors`` name each by its path."""

    def __init__(self, errors: list[MappingError]) -> None:
        super().__init__("the mapping has faults")
        self.errors = errors


def configuration_of(connector: Connector, document: Mapping[str, object]) -> ConnectorConfig:
    """The connector as it would be with this document. Raises PreviewError."""
    draft = copy.copy(connector)
    draft.mapping = difference(load_preset(connector.preset).mapping, document)
    try:
        return build_connector_config(draft)
    except InvalidMappingError as error:
        raise PreviewError(error.errors) from None


def preview(config: ConnectorConfig, request: ParsedRequest, index: int) -> Preview:
    """One record of the request read by the configuration's mapping. Raises NormalisationError for one without any."""
    readings = read_records(request=request, mapping=config.mapping, time_zone=config.time_zone)
    trees = list(record_trees(request, config.mapping))
    index = min(max(index, 0), len(readings) - 1)
    reading, tree = readings[index], trees[index]
    return Preview(
        nodes=record_nodes(tree, is_part=_is_part(tree)),
        count=len(readings),
        index=index,
        rule=reading.rule,
        kind=_kind(reading),
        fields=_fields(config, reading, tree),
        faults=[error.message for error in reading.errors if not reading.rule],
        outcome=_outcome(config, reading.event) if reading.event is not None else None,
    )


def _is_part(tree: Mapping[str, object]) -> bool:
    """True when the record is one of several in the body, so that its paths do not begin at the body."""
    body = tree["_envelope"]
    return isinstance(body, Mapping) and any(tree.get(key) != value for key, value in body.items())


def _kind(reading: RecordReading) -> str:
    kind = reading.event.kind.value if reading.event else EventKind.IGNORE.value if not reading.errors else ""
    return RULE_KINDS.get(kind, "")


def _fields(config: ConnectorConfig, reading: RecordReading, tree: Mapping[str, object]) -> list[FieldReading]:
    """The fields in the catalogue's order; those that the rule neither reads nor lacks are left out."""
    rule = next((rule for rule in config.mapping.rules if rule.name == reading.rule), None)
    sources: FieldSources = {}
    if rule is not None:
        outbound = reading.fields.get("direction") is Direction.OUTBOUND
        told = "direction" in reading.fields
        sources = rule.fields if not told else rule.outbound if outbound else rule.inbound
    errors = {
        _PSEUDO.get(name, name): error.message for name, error in zip(reading.faulty, reading.errors, strict=False)
    }
    zone = zone_of(config.time_zone)
    names = [info.name for info in FIELDS if info.name in {*sources, *reading.fields, *errors}]
    return [_field(name, sources, reading, tree, errors.get(name, ""), zone) for name in names]


def _field(
    name: str, sources: FieldSources, reading: RecordReading, tree: Mapping[str, object], error: str, zone: tzinfo
) -> FieldReading:
    values = (source.value_in(tree) for source in sources.get(name, ()))
    raw = _shown(next((value for value in values if value is not None), None))
    warning = ""
    if not error and f"{name}_unreadable" in reading.flags:
        warning = f"“{raw[:60]}” cannot be read as this; the field stays empty."
    elif name == "status" and "status_unknown" in reading.flags:
        warning = f"“{raw[:60]}” is no word that we know. Say what it means."
    return FieldReading(name, _LABELS[name], raw, _in_words(name, reading.fields.get(name), zone), error, warning)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value)[:200]
    return as_text(value)[:200]


def _outcome(config: ConnectorConfig, event: CallEvent) -> Outcome:
    parties = find_parties(event, config)
    receivers = _receivers(config, event, parties)
    number = for_display(parties.customer_number, config.default_country) if parties.customer_number else ""
    virtual = parties.virtual_number
    line = virtual.tag or virtual.number if virtual else event.display_number
    return Outcome(
        title=parties.lead.name
        if parties.lead and parties.lead.name
        else event.caller_name or number or "Unknown number",
        number=number,
        line=f"{direction_look(event.direction or '').word}{f' · {line}' if line else ''}",
        status=status_look(event.status) if event.status else None,
        lead=_lead_sentence(config, event, parties),
        agents=_agent_sentence(parties),
        popup=_popup_sentence(config, event, parties, receivers),
        receivers=receivers,
        flags=tuple(sorted(flag.replace("_", " ") for flag in event.flags | parties.flags)),
    )


def _receivers(config: ConnectorConfig, event: CallEvent, parties: Parties) -> tuple[str, ...]:
    if event.kind != EventKind.POPUP:
        return ()
    ids = agents_concerned(event, parties.lead, parties, config)
    return tuple(Agent.objects.filter(pk__in=ids, receives_popups=True).values_list("name", flat=True))


def _lead_sentence(config: ConnectorConfig, event: CallEvent, parties: Parties) -> str:
    if event.kind == EventKind.UPDATE:
        return "Adds to the call with this id."
    if parties.lead is not None:
        others = len(parties.candidates) - 1
        return f"Matches {parties.lead.name or 'a lead without a name'}" + (
            f" and {others} more with this number." if others > 0 else "."
        )
    if not parties.customer_number:
        return "No customer's number: matches no lead."
    if not parties.is_customer:
        return "This number is one of our own or withheld: it never makes a lead."
    if is_lead_wanted(event, parties, config):
        return "Nobody has this number: a new lead is made."
    return "Nobody has this number; this request makes no lead."


def _agent_sentence(parties: Parties) -> str:
    if parties.agents.ids:
        names = Agent.objects.filter(pk__in=parties.agents.ids).values_list("name", flat=True)
        return ", ".join(names)
    if parties.agents.words:
        words = ", ".join(f"“{word}”" for word in parties.agents.words[:3])
        return f"{words} is nobody we know. Add it under Teams and agents."
    return "The request names no agent."


def _popup_sentence(config: ConnectorConfig, event: CallEvent, parties: Parties, receivers: tuple[str, ...]) -> str:
    if event.kind != EventKind.POPUP:
        return "This kind of request shows no popup; it closes the one that is open."
    if not is_wanted(event, config):
        return "Popups are switched off for this connector."
    if receivers:
        return f"Shown to {', '.join(receivers)}."
    if parties.agents.is_any_named and not parties.agents.ids:
        return "Shown to nobody: the agent is unknown."
    return "Shown to nobody: no agent is named, the lead has no owner, and the number has no fallback agent."


def field_values(found: Preview) -> dict[str, dict[str, Any]]:
    """The readings as the page's script takes them, by field."""
    return {one.name: dataclasses.asdict(one) for one in found.fields}


def _in_words(name: str, value: object, zone: tzinfo) -> str:
    """A standard value: a time in the zone to the second, a duration in seconds, several words with commas."""
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if name == "duration_seconds":
        return f"{value} s"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    return str(value)
