"""A call is a pure fold over its events: the same set of events gives the same calls, in whatever order they came.

``split_into_calls`` says which events of one session key are one call, ``fold`` what those events together say.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

from connector_config.mapping.events import CallEvent, CallStatus, Direction, EventKind
from telephony_connector.common.phones import suffix_of

JOIN_WINDOW = timedelta(minutes=10)
INFERRED_PREFIX = "inferred:"

_POPUP_LEAD = timedelta(minutes=2)
_POPUP_LAG = timedelta(seconds=30)
_POPUP_REPEAT = timedelta(minutes=3)
_KIND_RANK = {EventKind.CALL_LOG: 1, EventKind.UPDATE: 1, EventKind.POPUP: 0, EventKind.IGNORE: -1}
_STATUS_RANK = {CallStatus.UNKNOWN: 0, CallStatus.RINGING: 1, CallStatus.IN_PROGRESS: 2}
_TERMINAL_RANK = 3
_OUTCOMES: dict[CallStatus | None, CallStatus] = {
    CallStatus.RINGING: CallStatus.MISSED,
    CallStatus.IN_PROGRESS: CallStatus.ANSWERED,
}
_NEVER = datetime.min.replace(tzinfo=UTC)
_DISTINGUISHING = ("ended_at", "duration_seconds", "recording_url")


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """An event and when its request was received (aware UTC)."""

    event: CallEvent
    received_at: datetime
    content_hash: str

    @property
    def start(self) -> datetime | None:
        """The start that the provider told."""
        return self.event.started_at


def heard(event: CallEvent, received_at: datetime) -> HeardEvent:
    """Wrap an event with its content hash."""
    return HeardEvent(event=event, received_at=received_at, content_hash=content_hash(event))


def content_hash(event: CallEvent) -> str:
    """SHA-256 over kind and all fields that were sent: equal for equal events only."""
    text = json.dumps({"kind": event.kind, **event_to_json(event)}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def event_to_json(event: CallEvent) -> dict[str, Any]:
    """The sent fields and flags of an event as JSON values; times as ISO 8601."""
    fields = {name: _plain(value) for name, value in event.present_fields().items()}
    if event.flags:
        fields["flags"] = sorted(event.flags)
    return fields


def event_from_json(kind: str, fields: dict[str, Any]) -> CallEvent:
    """The inverse of event_to_json."""
    return CallEvent(kind=EventKind(kind), **{name: _READERS.get(name, _same)(value) for name, value in fields.items()})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _same(value: Any) -> Any:
    return value


_READERS: dict[str, Any] = {
    "direction": Direction,
    "status": CallStatus,
    "flags": frozenset,
    "agent_ids": tuple,
    "agent_numbers": tuple,
    **dict.fromkeys(("started_at", "answered_at", "ended_at", "occurred_at"), datetime.fromisoformat),
}


def session_key_of(event: CallEvent) -> str:
    """The key under which an event looks for its call: the session id, else inferred from direction and customer.

    An inferred key only narrows the search; split_into_calls then compares starts and parties.
    """
    if event.session_id:
        is_usable = len(event.session_id) <= 255 and not event.session_id.startswith(INFERRED_PREFIX)
        return event.session_id if is_usable else _digest(event.session_id)
    customer = _customer(event)
    parties = suffix_of(customer) or customer or f"{event.source_number}>{event.destination_number}"
    direction = event.direction or ""
    return INFERRED_PREFIX + _digest(f"{direction}|{parties}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fold(events: Iterable[HeardEvent]) -> CallEvent:
    """What the events together say of their call. Kind is CALL_LOG once a call log is among them, else UPDATE or POPUP.

    Per field the value of the highest-ranked event that has one wins: call log and update above popup, then the
    provider's own time and sequence, then the further status, then the fuller event, then the content hash. A
    terminal status never goes back; a live one becomes what it led to once a log, or an update with its end, has come.
    """
    ranked = sorted(events, key=_event_rank)
    merged: dict[str, Any] = {}
    for one in ranked:
        merged.update(one.event.present_fields())
    spoken = max(ranked, key=lambda one: (_status_rank(one.event.status), _event_rank(one)))
    merged["status"], merged["raw_status"] = spoken.event.status, spoken.event.raw_status
    if any(_tells_end(one.event) for one in ranked):
        # An end was told without its outcome: who talked has answered, who only rang has not.
        merged["status"] = _OUTCOMES.get(spoken.event.status, spoken.event.status)
    kinds = {one.event.kind for one in ranked}
    kind = next(kind for kind in (EventKind.CALL_LOG, EventKind.POPUP, EventKind.UPDATE) if kind in kinds)
    flags = frozenset[str]().union(*(one.event.flags for one in ranked))
    return dataclasses.replace(CallEvent(kind=kind, flags=flags), **merged)


def _tells_end(event: CallEvent) -> bool:
    return event.kind == EventKind.CALL_LOG or (event.kind == EventKind.UPDATE and event.ended_at is not None)


def is_over(facts: CallEvent) -> bool:
    """True once a call log came, an end is known, or a status says that nobody talks any more.

    *Answered* alone does not end a call: in a popup it means that the agent has picked up.
    """
    if facts.kind == EventKind.CALL_LOG or facts.ended_at is not None:
        return True
    return facts.status is not None and facts.status.is_terminal and facts.status != CallStatus.ANSWERED


def _event_rank(one: HeardEvent) -> tuple[int, datetime, int, int, int, str]:
    """The further status counts before fullness: of a rung group's events the answering agent's is to win."""
    event = one.event
    sequence = -1 if event.sequence is None else event.sequence
    fullness = len(event.present_fields())
    kind, moment = _KIND_RANK[event.kind], event.occurred_at or _NEVER
    return kind, moment, sequence, _status_rank(event.status), fullness, one.content_hash


def _status_rank(status: CallStatus | None) -> int:
    return -1 if status is None else _STATUS_RANK.get(status, _TERMINAL_RANK)


def split_into_calls(events: Sequence[HeardEvent], *, is_inferred: bool) -> list[list[HeardEvent]]:
    """Group the events of one session key into calls, oldest first.

    With a session id, events belong together when their starts lie within ten minutes and their parties do not
    differ; one without a start joins the latest such call. Without a session id see _split_inferred.
    """
    if len(events) == 1:
        return [list(events)]
    return _split_inferred(events) if is_inferred else _split_session(events)


def _split_session(events: Sequence[HeardEvent]) -> list[list[HeardEvent]]:
    dated = sorted((one for one in events if one.start), key=lambda one: (one.start or _NEVER, one.content_hash))
    undated = [one for one in events if not one.start]
    undated.sort(key=lambda one: (not _customer(one.event), one.content_hash))
    groups: list[list[HeardEvent]] = []
    for one in dated:
        fitting = (group for group in _near_groups(groups, one) if _same_parties(group, one))
        _join(groups, next(fitting, None), one)
    for one in undated:
        fitting = (group for group in reversed(groups) if _same_parties(group, one))
        _join(groups, next(fitting, None), one)
    return groups


def _near_groups(groups: list[list[HeardEvent]], one: HeardEvent) -> list[list[HeardEvent]]:
    """Those that began within the window before it, oldest first; groups stand in the order of their first starts."""
    return list(takewhile(lambda group: _starts_near(group[0], one), reversed(groups)))[::-1]


def _join(groups: list[list[HeardEvent]], group: list[HeardEvent] | None, one: HeardEvent) -> None:
    if group is None:
        groups.append([one])
    else:
        group.append(one)


def _starts_near(first: HeardEvent, other: HeardEvent) -> bool:
    return first.start is not None and other.start is not None and other.start - first.start <= JOIN_WINDOW


def _same_parties(group: list[HeardEvent], one: HeardEvent) -> bool:
    return not any(_parties_differ(member.event, one.event) for member in group)


def _parties_differ(one: CallEvent, other: CallEvent) -> bool:
    """Other customers, and not merely the two ends exchanged."""
    left, right = suffix_of(_customer(one)), suffix_of(_customer(other))
    if not left or not right or left == right:
        return False
    ends, other_ends = _ends(one), _ends(other)
    if one.direction != other.direction:
        return not ends & other_ends
    return ends != other_ends


def _ends(event: CallEvent) -> set[str]:
    return {suffix_of(event.source_number), suffix_of(event.destination_number)} - {""}


def _customer(event: CallEvent) -> str:
    return event.destination_number if event.direction == Direction.OUTBOUND else event.source_number


def _split_inferred(events: Sequence[HeardEvent]) -> list[list[HeardEvent]]:
    """Without session ids: logs are one call when start and parties are equal and end, duration and recording do not
    differ; a popup joins the log during which it came, else a popup of the last three minutes."""
    groups: list[list[HeardEvent]] = []
    logs = [one for one in events if one.event.kind != EventKind.POPUP]
    for one in sorted(logs, key=lambda one: (_moment(one), -len(one.event.present_fields()), one.content_hash)):
        _join(groups, next((group for group in groups if _is_same_log(group, one)), None), one)
    logged = list(groups)
    popups = [one for one in events if one.event.kind == EventKind.POPUP]
    for one in sorted(popups, key=lambda one: (_moment(one), one.content_hash)):
        near = (group for group in reversed(logged) if _rang_during(group[0], one))
        ringing = (group for group in groups if group not in logged)
        recent = (group for group in ringing if _moment(one) - _moment(group[-1]) <= _POPUP_REPEAT)
        _join(groups, next(near, None) or next(recent, None), one)
    return sorted(groups, key=lambda group: _moment(group[0]))


def _moment(one: HeardEvent) -> datetime:
    return one.start or one.received_at


def _is_same_log(group: list[HeardEvent], one: HeardEvent) -> bool:
    return all(_is_same_entry(member.event, one.event) for member in group)


def _is_same_entry(one: CallEvent, other: CallEvent) -> bool:
    is_same = one.started_at == other.started_at and _ends(one) == _ends(other)
    return is_same and not _told_apart(one, other)


def _told_apart(one: CallEvent, other: CallEvent) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in _DISTINGUISHING)
    return any(left not in (None, "") and right not in (None, "") and left != right for left, right in pairs)


def _rang_during(log: HeardEvent, popup: HeardEvent) -> bool:
    """Distances, never sums: a time may be so far off that nothing can be added to it."""
    after_start = _moment(popup) - _moment(log)
    length = timedelta(seconds=log.event.duration_seconds or JOIN_WINDOW.total_seconds())
    if log.event.ended_at is not None:
        length = log.event.ended_at - _moment(log)
    return -_POPUP_LEAD <= after_start <= length + _POPUP_LAG
