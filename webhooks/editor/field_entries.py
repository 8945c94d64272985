"""Turn what was found in a request into the entries of a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector_config.mapping.compiled import BY_STATUS
from connector_config.mapping.events import CallStatus, Direction, EventKind
from webhooks.editor import shapes
from webhooks.editor.field_names import Role, words_of
from webhooks.editor.leaves import Leaf

_SAME_NAME = (
    Role.SESSION, Role.DISPLAY, Role.AGENT_NUMBER, Role.AGENT_ID, Role.AGENT_NAME, Role.AGENT_EMAIL, Role.RECORDING,
    Role.NOTES, Role.CALLER_NAME, Role.CALLER_CITY,
)  # fmt: skip
_MILLISECONDS = frozenset({"ms", "msec", "millis", "milliseconds", "millisec"})
_MINUTES = frozenset({"minutes", "mins", "min"})
Entries = dict[str, object]


class EntryBuilder:
    """Writes a rule for the values of each role; ``questions`` are what a request alone cannot tell."""

    def __init__(self, found: Mapping[Role, Leaf], records: Sequence[Sequence[Leaf]]) -> None:
        self.found = found
        self.records = records
        self.questions: list[str] = []

    def rule(self, name: str) -> dict[str, object]:
        """The rule in a document's form."""
        fields: Entries = {role.value: self.found[role].path for role in _SAME_NAME if role in self.found}
        fields |= self._direction() | self._status() | self._times() | self._duration()
        inbound, outbound = self._numbers(fields)
        rule: dict[str, object] = {"name": name, **self._condition(), "kind": self._kind(), "fields": fields}
        if inbound:
            rule |= {"inbound": inbound, "outbound": outbound}
        return {**rule, "derive": self._derivations()}

    def _condition(self) -> Entries:
        session = self.found.get(Role.SESSION)
        if session is None:
            self.questions.append("No field looks like the call's id. Without one, a call's requests are held together "
                                  "by its numbers and times only.")  # fmt: skip
            return {}
        return {"when": session.path}

    def _kind(self) -> str:
        if Role.STATUS in self.found:
            return BY_STATUS
        return EventKind.CALL_LOG if self.found.keys() & {Role.ENDED, Role.DURATION} else EventKind.POPUP

    def _direction(self) -> Entries:
        leaf = self.found.get(Role.DIRECTION)
        if leaf is None:
            self.questions.append("The request does not say whether the call is incoming or outgoing: it is taken "
                                  "for incoming.")  # fmt: skip
            return {Role.DIRECTION.value: {"default": Direction.INBOUND.value}}
        table: dict[str, str] = {}
        for value in self._values_seen(leaf):
            if not shapes.is_known_direction(value):
                table[str(value)] = (shapes.direction_of(value) or Direction.INBOUND).value
                if shapes.direction_of(value) is None:
                    self.questions.append(f"Does “{value}” in {leaf.path} mean incoming? Say so under Direction.")
        return {Role.DIRECTION.value: {"from": leaf.path, "table": table} if table else leaf.path}

    def _status(self) -> Entries:
        leaf = self.found.get(Role.STATUS)
        if leaf is None:
            return {}
        table: dict[str, str] = {}
        for value in self._values_seen(leaf):
            if not shapes.is_known_status(value):
                table[str(value)] = (shapes.status_of(value) or CallStatus.UNKNOWN).value
        unknown = [word for word, status in table.items() if status == CallStatus.UNKNOWN]
        if unknown:
            words = ", ".join(f"“{word}”" for word in unknown)
            self.questions.append(f"What does {words} in {leaf.path} mean? Choose it under Status.")
        return {Role.STATUS.value: {"from": leaf.path, "table": table} if table else leaf.path}

    def _values_seen(self, leaf: Leaf) -> list[str]:
        """What stands at this place in each record of the request."""
        seen = {other.text: None for leaves in self.records for other in leaves if other.keys == leaf.keys}
        return [text for text in seen if len(text) <= 60][:20]

    def _times(self) -> Entries:
        entries: Entries = {}
        for role in (Role.STARTED, Role.ANSWERED, Role.ENDED):
            leaf = self.found.get(role)
            if leaf is not None:
                chosen = shapes.time_format(leaf.value)
                entries[role.value] = {"from": leaf.path, "format": [chosen]} if chosen else leaf.path
        if Role.STARTED not in self.found and (joined := self._date_and_time()):
            entries[Role.STARTED.value] = {"join": joined}
        return entries

    def _date_and_time(self) -> list[str]:
        leaves = self.records[0]
        date = next((leaf for leaf in leaves if shapes.is_date(leaf.value)), None)
        clocks = [leaf for leaf in leaves if shapes.is_clock_time(leaf.value) and "time" in words_of(leaf.names[-1])]
        return [date.path, clocks[0].path] if date and clocks else []

    def _duration(self) -> Entries:
        leaf = self.found.get(Role.DURATION)
        if leaf is None:
            return {}
        words = set(words_of(leaf.names[-1]))
        if words & _MILLISECONDS or self._is_thousandfold(leaf):
            return {Role.DURATION.value: {"from": leaf.path, "transform": ["milliseconds"]}}
        if words & _MINUTES:
            return {Role.DURATION.value: {"from": leaf.path, "transform": ["minutes"]}}
        return {Role.DURATION.value: leaf.path}

    def _is_thousandfold(self, leaf: Leaf) -> bool:
        """True when the duration is longer than the call's own times by far, as milliseconds are."""
        start, end = (self.found.get(role) for role in (Role.STARTED, Role.ENDED))
        seconds = shapes.seconds_of(leaf.value) or 0
        begun, over = (shapes.moment_of(one.value) if one else None for one in (start, end))
        if begun is None or over is None:
            return seconds > 86_400
        return seconds > 100 * max(1.0, (over - begun).total_seconds())

    def _numbers(self, fields: Entries) -> tuple[Entries, Entries]:
        """The two ends of the call: as named, or by direction when the request names customer and agent."""
        source, target = self._entry(Role.SOURCE), self._entry(Role.DESTINATION)
        ours = [entry for role in (Role.AGENT_NUMBER, Role.DISPLAY) if (entry := self._entry(role))]
        if Role.DISPLAY in self.found:
            fields[Role.DISPLAY.value] = self._entry(Role.DISPLAY)
        if Role.AGENT_NUMBER in self.found:
            fields[Role.AGENT_NUMBER.value] = self._entry(Role.AGENT_NUMBER)
        customer = self._entry(Role.CUSTOMER)
        if (source and target) or not customer:
            _set_some(fields, source_number=source, destination_number=target or _several(ours))
            return {}, {}
        inbound: Entries = {}
        outbound: Entries = {}
        _set_some(inbound, source_number=source or customer, destination_number=target or _several(ours))
        _set_some(outbound, source_number=_several(ours) or source, destination_number=target or customer)
        return inbound, outbound

    def _entry(self, role: Role) -> object:
        """A number's path, with the step that takes it out of an address where it stands in one."""
        leaf = self.found.get(role)
        if leaf is None:
            return None
        is_address = any(mark in leaf.text for mark in ("<", ":", "@"))
        return {"from": leaf.path, "transform": ["phone"]} if is_address else leaf.path

    def _derivations(self) -> list[str]:
        names = ["start_from_duration", "end_from_duration", "duration_from_times"]
        if Role.STATUS not in self.found or not shapes.is_known_status(self.found[Role.STATUS].value):
            is_answer_told = Role.ANSWERED in self.found
            names.append("status_from_answer" if is_answer_told else "status_from_duration")
        return names


def _set_some(entries: Entries, **values: object) -> None:
    entries.update({name: value for name, value in values.items() if value})


def _several(entries: Sequence[object]) -> object:
    """The first of these that has a value."""
    if len(entries) < 2:
        return entries[0] if entries else None
    if all(isinstance(entry, str) for entry in entries):
        return list(entries)
    return [entry if isinstance(entry, dict) else {"from": entry} for entry in entries]
