"""Read one record by one rule: its fields, what follows from them, and every fault by the sender's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector_config.mapping.compiled import BY_STATUS, CUSTOMER_NUMBER, NUMBERS, FieldSource, FieldSources, Rule
from connector_config.mapping.durations import read_seconds
from connector_config.mapping.events import CallEvent, CallStatus, Direction, EventKind, FieldError
from connector_config.mapping.expressions import Expression
from connector_config.mapping.fields import (
    FIELD_KINDS,
    MAX_TEXT,
    FieldKind,
    ReadingContext,
    UnreadableValueError,
    quoted,
    read_field,
)
from connector_config.mapping.values import as_text, digits_of, fold_word
from connector_config.mapping.vocabulary import DIRECTION_WORDS, STATUS_WORDS

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What one record of a request became: the rule that took it (empty: none), its event, or its faults.

    ``event`` is None for an ignored record too; then ``errors`` is empty. ``fields`` is what was read, faults or not;
    ``flags`` what was unusual; ``faulty`` names the standard field of each error.
    """

    rule: str
    event: CallEvent | None
    errors: tuple[FieldError, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    faulty: tuple[str, ...] = ()


def bound_value(sources: tuple[FieldSource, ...], tree: Tree) -> object:
    """The value of a binding (what expressions see as ``_.name``): of the first source that gives one, else None."""
    for source in sources:
        value = _tabled(source, source.value_in(tree))
        if value is not None:
            return value
    return None


class RecordReader:
    """Reads the fields of one record by one rule; good for one use."""

    def __init__(self, tree: Tree, rule: Rule, context: ReadingContext, flags: frozenset[str]) -> None:
        self.tree, self.rule, self.context = tree, rule, context
        self.flags = set(flags)
        self.draft: dict[str, Any] = {}
        self.sources: FieldSources = rule.fields
        self.errors: dict[str, FieldError] = {}

    def read(self) -> RecordReading:
        """The record as an event, or its faults."""
        self.read_fields()
        is_end_told = "ended_at" in self.draft
        for derive in self.rule.derivations:
            derive(self.draft)
        self.tidy()
        kind = self.kind(is_end_told=is_end_told)
        self.require(kind)
        flags = frozenset(self.flags)
        event = None if self.errors else CallEvent(kind=kind, flags=flags, **self.draft)
        faults = tuple(self.errors.values())
        return RecordReading(self.rule.name, event, faults, self.draft, flags, tuple(self.errors))

    def read_fields(self) -> None:
        """Direction first: where the numbers stand depends on it."""
        if "direction" in self.sources:
            self.read_one("direction", self.sources["direction"])
            direction = self.draft.get("direction")
            if direction is not None:
                self.sources = self.rule.outbound if direction is Direction.OUTBOUND else self.rule.inbound
        tree = self.tree
        for name, sources in self.sources.items():
            key = sources[0].only_key
            if name != "direction" and not (key and key not in tree and len(sources) == 1):
                self.read_one(name, sources)

    def read_one(self, name: str, sources: tuple[FieldSource, ...]) -> None:
        """The first source that gives something; a bad value is refused only when no later source is good."""
        read = _SPECIAL.get(name, RecordReader.read_value)
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
        value = _tabled(source, source.value_in(self.tree))
        if value is None:
            return False
        context = self.context
        if source.zone is not None or source.formats:
            context = ReadingContext(source.zone or context.zone, source.formats, context.bare_recordings)
        reading = read_field(name, value, context)
        if reading.flag:
            self.flags.add(reading.flag)
        if reading.value in (None, "", ()):
            return False
        moment = reading.value if source.anchor is None else self.anchored(reading.value, source, context)
        if source.plus is not None:
            moment = self.later(moment, source.plus)
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
        try:
            return start + (moment - stamped) if isinstance(stamped, datetime) else None
        except OverflowError:
            return None

    def later(self, moment: object, plus: Expression) -> object:
        """A time that is told as another one and the seconds after it; None when either is not known."""
        try:
            seconds = read_seconds(plus.evaluate(self.tree))
            return moment + timedelta(seconds=seconds) if isinstance(moment, datetime) and seconds is not None else None
        except (ValueError, OverflowError):
            return None

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

    def kind(self, *, is_end_told: bool) -> EventKind:
        """The rule's kind; by status, a terminal one makes a call log, a live one is news, an unknown one either."""
        if self.rule.kind != BY_STATUS:
            return EventKind(self.rule.kind)
        status = self.draft.get("status", CallStatus.UNKNOWN)
        if status is CallStatus.UNKNOWN:
            return EventKind.CALL_LOG if is_end_told else EventKind.POPUP
        return EventKind.CALL_LOG if status.is_terminal else EventKind.POPUP

    def require(self, kind: EventKind) -> None:
        """Note what the rule requires and the record lacks, and the engine's own minimum: an id, or both numbers."""
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
        sources = self.sources.get(name, ())
        return next((source.label for source in sources if source.label), name)


def _tabled(source: FieldSource, value: object) -> object:
    """The value after the source's table and default."""
    if value is not None and source.table is not None:
        value = source.table.get(fold_word(as_text(value)), source.otherwise)
    return source.default if value is None else value


_SPECIAL: dict[str, Callable[[RecordReader, str, FieldSource], bool]] = {
    "direction": RecordReader.read_direction,
    "status": RecordReader.read_status,
}
