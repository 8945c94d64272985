"""Normalise: a parsed request and a compiled mapping give call events, or every fault of the request by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from connector_config.mapping.compiled import (
    BY_STATUS,
    CUSTOMER_NUMBER,
    NUMBERS,
    FieldSource,
    FieldSources,
    Mapping,
    Rule,
)
from connector_config.mapping.events import (
    CallEvent,
    CallStatus,
    Direction,
    EventKind,
    FieldError,
    NormalisationError,
    ParsedRequest,
)
from connector_config.mapping.expressions import is_true
from connector_config.mapping.fields import (
    FIELD_KINDS,
    MAX_TEXT,
    FieldKind,
    ReadingContext,
    UnreadableValueError,
    quoted,
    read_field,
)
from connector_config.mapping.times import zone_of
from connector_config.mapping.values import as_text, digits_of, fold_word
from connector_config.mapping.vocabulary import DIRECTION_WORDS, STATUS_WORDS

MAX_EVENTS = 1000
_Tree = dict[str, object]
_NO_RULE = "no rule of the mapping fits this request"


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What one record of a request became: the rule that took it (empty: none), its event, or its faults.

    ``event`` is None for an ignored record too; then ``errors`` is empty.
    """

    rule: str
    event: CallEvent | None
    errors: tuple[FieldError, ...] = ()


def normalise(*, request: ParsedRequest, mapping: Mapping, time_zone: str) -> list[CallEvent]:
    """The call events of a request; naive times are in ``time_zone`` (IANA) unless the mapping fixes a zone.

    An empty list means: understood, and not wanted (rules of kind ``ignore``). Raises NormalisationError that lists
    every bad field of every record; nothing of a request is taken unless all of it can be. Raises ValueError for a
    ``time_zone`` that is none, which is the connector's fault and not the sender's.
    """
    readings = read_records(request=request, mapping=mapping, time_zone=time_zone)
    errors: list[FieldError] = []
    for index, reading in enumerate(readings):
        place = f"[{index}]." if len(readings) > 1 else ""
        errors += [FieldError(place + error.field, error.message) for error in reading.errors]
    if errors:
        raise NormalisationError(errors)
    return [reading.event for reading in readings if reading.event is not None]


def read_records(*, request: ParsedRequest, mapping: Mapping, time_zone: str) -> list[RecordReading]:
    """As normalise, but with one reading a record, for showing how a mapping works. Raises only for too many records."""
    zone = zone_of(time_zone)
    readings: list[RecordReading] = []
    for tree in _trees(request, mapping):
        if len(readings) == MAX_EVENTS:
            raise NormalisationError([FieldError("body", f"holds more than {MAX_EVENTS} events")])
        readings.append(_read_record(tree, mapping, zone, request.flags))
    return readings


def _trees(request: ParsedRequest, mapping: Mapping) -> Iterator[_Tree]:
    about = {
        "method": request.method, "endpoint": request.endpoint, "query": request.query, "headers": request.headers,
    }  # fmt: skip
    for raw in request.bodies:
        body = mapping.clean(raw)
        if not isinstance(body, dict):
            continue
        for record in _records(body, mapping):
            tree = dict(record)
            if mapping.known_keys:
                _rename_keys(tree, mapping)
            tree["_request"] = about
            tree["_envelope"] = body
            if mapping.bindings:
                tree["_"] = {name: _bound_value(sources, tree) for name, sources in mapping.bindings.items()}
            yield tree


def _records(body: _Tree, mapping: Mapping) -> list[_Tree]:
    """The events inside a body, or the body itself when it is not wrapped as the mapping says."""
    for expression in mapping.records:
        found = expression.evaluate(body)
        records = [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict) and item]
        if records:
            return records
    return [body]


def _rename_keys(tree: _Tree, mapping: Mapping) -> None:
    """Keys in another spelling get the name that the mapping's expressions use; an exact key wins."""
    known = mapping.known_keys
    names = set(known.values())
    for key in [key for key in tree if key not in names]:
        name = known.get(fold_word(key))
        if name is not None and name not in tree:
            tree[name] = tree[key]


def _bound_value(sources: tuple[FieldSource, ...], tree: _Tree) -> object:
    for source in sources:
        value = source.value_in(tree)
        if source.table is not None and value is not None:
            value = source.table.get(fold_word(as_text(value)), source.otherwise)
        if value is None:
            value = source.default
        if value is not None:
            return value
    return None


def _read_record(tree: _Tree, mapping: Mapping, zone: tzinfo, flags: frozenset[str]) -> RecordReading:
    rule = next((rule for rule in mapping.rules if rule.when is None or is_true(rule.when.evaluate(tree))), None)
    if rule is None:
        return RecordReading("", None, (FieldError("request", _NO_RULE),))
    if rule.kind == EventKind.IGNORE:
        return RecordReading(rule.name, None)
    reader = _RecordReader(tree, rule, zone, mapping.bare_recordings, set(flags))
    return reader.read()


class _RecordReader:
    """Reads the fields of one record by one rule."""

    def __init__(self, tree: _Tree, rule: Rule, zone: tzinfo, bare_recordings: bool, flags: set[str]) -> None:
        self.tree, self.rule, self.zone, self.bare_recordings, self.flags = tree, rule, zone, bare_recordings, flags
        self.draft: dict[str, Any] = {}
        self.sources: FieldSources = {}
        self.errors: dict[str, FieldError] = {}

    def read(self) -> RecordReading:
        self.read_fields()
        for derive in self.rule.derivations:
            derive(self.draft)
        self.tidy()
        kind = self.kind()
        self.require(kind)
        if self.errors:
            return RecordReading(self.rule.name, None, tuple(self.errors.values()))
        return RecordReading(self.rule.name, CallEvent(kind=kind, flags=frozenset(self.flags), **self.draft))

    def read_fields(self) -> None:
        fields = self.rule.fields
        if "direction" in fields:
            self.read_one("direction", fields["direction"])
        direction = self.draft.get("direction")
        self.sources = fields
        if direction is not None:
            self.sources = {**fields, **(self.rule.outbound if direction is Direction.OUTBOUND else self.rule.inbound)}
        for name, sources in self.sources.items():
            if name != "direction":
                self.read_one(name, sources)

    def read_one(self, name: str, sources: tuple[FieldSource, ...]) -> None:
        """The first source that gives something; a bad value is refused only when no later source is good."""
        read = _SPECIAL.get(name, _RecordReader.read_value)
        refusal: UnreadableValueError | None = None
        for source in sources:
            try:
                if read(self, name, source):
                    return
            except UnreadableValueError as error:
                refusal = refusal or error
        if refusal is not None:
            self.refuse(name, str(refusal))

    def read_value(self, name: str, source: FieldSource) -> bool:
        value = source.value_in(self.tree)
        if value is not None and source.table is not None:
            value = source.table.get(fold_word(as_text(value)), source.otherwise)
        if value is None:
            value = source.default
            if value is None:
                return False
        context = ReadingContext(source.zone or self.zone, source.formats, self.bare_recordings)
        reading = read_field(name, value, context)
        if reading.flag:
            self.flags.add(reading.flag)
        if reading.value in (None, "", ()):
            return False
        moment = reading.value if source.anchor is None else self.anchored(reading.value, source, context)
        if moment is not None:
            self.draft[name] = moment
        return moment is not None

    def anchored(self, moment: object, source: FieldSource, context: ReadingContext) -> object:
        """A time of a clock whose zone is unknown, by its distance from the start on the same clock."""
        start = self.draft.get("started_at")
        anchor = source.anchor.evaluate(self.tree) if source.anchor is not None else None
        if start is None or anchor is None or not isinstance(moment, datetime):
            return None
        stamped = read_field("started_at", anchor, context).value
        return start + (moment - stamped) if isinstance(stamped, datetime) else None

    def read_status(self, name: str, source: FieldSource) -> bool:
        raw = as_text(source.value_in(self.tree))
        if not raw:
            if source.default is not None:
                self.draft[name] = CallStatus(str(source.default))
            return source.default is not None
        word = fold_word(raw)
        known = source.table.get(word, source.otherwise) if source.table is not None else None
        self.draft.setdefault("raw_status", raw[:MAX_TEXT])
        self.draft[name] = CallStatus(known) if known else STATUS_WORDS.get(word, CallStatus.UNKNOWN)
        return True

    def read_direction(self, name: str, source: FieldSource) -> bool:
        raw = as_text(source.value_in(self.tree))
        word = fold_word(raw)
        known = source.table.get(word, source.otherwise) if source.table is not None and raw else None
        direction = Direction(known) if known else DIRECTION_WORDS.get(word)
        if direction is None and source.default is not None:
            direction = Direction(str(source.default))
        if direction is not None:
            self.draft[name] = direction
        elif raw:
            raise UnreadableValueError(f"{quoted(raw)} is not a direction; send Inbound or Outbound")
        return direction is not None

    def refuse(self, name: str, message: str) -> None:
        """A bad value: an error where the rule requires the field or the call's identity hangs on it, else a flag."""
        if name in self.rule.required or FIELD_KINDS[name] is FieldKind.KEY:
            self.errors[name] = FieldError(self.label(name), message)
        else:
            self.flags.add(f"{name}_unreadable")

    def tidy(self) -> None:
        """What senders say and do not mean: names that are numbers, the virtual number as an agent, reversed times."""
        draft = self.draft
        if draft.get("status") is CallStatus.UNKNOWN:
            self.flags.add("status_unknown")
        if "caller_name" in draft and not any(character.isalpha() for character in draft["caller_name"]):
            del draft["caller_name"]
        if "started_at" in draft and "ended_at" in draft and draft["ended_at"] < draft["started_at"]:
            self.flags.add("ends_before_start")
        own = digits_of(draft.get("display_number", ""))
        for name in ("agent_ids", "agent_numbers"):
            if own and name in draft:
                draft[name] = tuple(word for word in draft[name] if digits_of(word) != own)

    def kind(self) -> EventKind:
        if self.rule.kind != BY_STATUS:
            return EventKind(self.rule.kind)
        status = self.draft.get("status", CallStatus.UNKNOWN)
        if status is CallStatus.UNKNOWN:
            return EventKind.CALL_LOG if "ended_at" in self.draft else EventKind.POPUP
        return EventKind.CALL_LOG if status.is_terminal else EventKind.POPUP

    def require(self, kind: EventKind) -> None:
        for name in self.rule.required:
            if name == CUSTOMER_NUMBER:
                outbound = self.draft.get("direction") is Direction.OUTBOUND
                self.require_field("destination_number" if outbound else "source_number")
            elif name == NUMBERS:
                if not ("source_number" in self.draft or "destination_number" in self.draft):
                    self.errors.setdefault(name, FieldError(self.label("source_number"), "no phone numbers were sent"))
            else:
                self.require_field(name)
        has_numbers = "source_number" in self.draft and "destination_number" in self.draft
        if not self.errors and "session_id" not in self.draft and not (has_numbers and kind is not EventKind.UPDATE):
            message = "is missing; a call needs its id" + ("" if kind is EventKind.UPDATE else ", or both numbers")
            self.errors["session_id"] = FieldError(self.label("session_id"), message)

    def require_field(self, name: str) -> None:
        if name not in self.draft and name not in self.errors:
            self.errors[name] = FieldError(self.label(name), "is missing")

    def label(self, name: str) -> str:
        """The sender's own name of a field."""
        sources = self.sources.get(name, ()) or self.rule.fields.get(name, ())
        return next((source.label for source in sources if source.label), name)


_SPECIAL: dict[str, Callable[[_RecordReader, str, FieldSource], bool]] = {
    "direction": _RecordReader.read_direction,
    "status": _RecordReader.read_status,
}
