"""Guess a mapping from one request of an unknown provider: by what its fields are called and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from webhooks.editor import shapes
from webhooks.editor.field_entries import EntryBuilder
from webhooks.editor.field_names import Role, name_score
from webhooks.editor.leaves import Leaf, leaves_of

_THRESHOLD = 5.0
_AROUND_RECORD = 0.7
_LONGEST_CALL = timedelta(hours=12)
_AUDIO = (".mp3", ".wav", ".ogg", ".m4a", ".opus")
_NUMBERS = frozenset({Role.SOURCE, Role.DESTINATION, Role.DISPLAY, Role.CUSTOMER})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a field was taken for."""

    name: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A rule that reads the request, what it rests on, and what the administrator should look at."""

    rule: dict[str, object]
    findings: tuple[Finding, ...]
    questions: tuple[str, ...] = field(default=())


def guess_rule(trees: Sequence[Mapping[str, object]], *, name: str) -> Guess:
    """A rule for records such as these (at least one; all of one request). Never raises for what a body may hold."""
    found = assign(leaves_of(trees[0]))
    builder = EntryBuilder(found, [leaves_of(tree) for tree in trees[:50]])
    rule = builder.rule(name)
    findings = tuple(Finding(role.value, leaf.path, leaf.text) for role, leaf in found.items())
    return Guess(rule, findings, tuple(builder.questions))


def assign(leaves: Sequence[Leaf]) -> dict[Role, Leaf]:
    """Each role's most likely value; a value has one role, but for a word that is status and direction at once."""
    scored = [
        (_score(role, leaf), role, position, leaf) for role in Role for position, leaf in enumerate(leaves)
    ]  # fmt: skip
    scored = [entry for entry in scored if entry[0] >= _THRESHOLD]
    order = list(Role)
    scored.sort(key=lambda entry: (-entry[0], order.index(entry[1]), entry[2]))
    found: dict[Role, Leaf] = {}
    taken: set[int] = set()
    for _, role, position, leaf in scored:
        if role not in found and position not in taken:
            found[role] = leaf
            taken.add(position)
    _share_direction(found)
    left = [leaf for position, leaf in enumerate(leaves) if position not in taken]
    _take_left_numbers(found, left)
    _take_left_times(found, left)
    return {role: found[role] for role in order if role in found}


def _share_direction(found: dict[Role, Leaf]) -> None:
    status = found.get(Role.STATUS)
    if Role.DIRECTION not in found and status is not None and _looks_like_direction(status.value):
        found[Role.DIRECTION] = status


def _take_left_numbers(found: dict[Role, Leaf], left: Sequence[Leaf]) -> None:
    """A telephone number that no name explains is the customer's, when nobody else is."""
    if not found.keys() & {Role.SOURCE, Role.CUSTOMER}:
        number = next((leaf for leaf in left if shapes.is_phone(leaf.value) and "+" in leaf.text), None)
        number = number or next((leaf for leaf in left if shapes.is_phone(leaf.value)), None)
        if number is not None:
            found[Role.CUSTOMER] = number


def _take_left_times(found: dict[Role, Leaf], left: Sequence[Leaf]) -> None:
    """Of times that no name explains, in the call's own part, the first is the start and the last the end."""
    if found.keys() & {Role.STARTED, Role.ENDED}:
        return
    own = [leaf for leaf in left if leaf.keys[0] != "_envelope"]
    moments = [(moment, leaf) for leaf in own if (moment := shapes.moment_of(leaf.value)) is not None]
    moments.sort(key=lambda entry: entry[0])
    if moments:
        found[Role.STARTED] = moments[0][1]
    if len(moments) > 1 and moments[-1][0] - moments[0][0] < _LONGEST_CALL:
        found[Role.ENDED] = moments[-1][1]


def _score(role: Role, leaf: Leaf) -> float:
    named = name_score(role, leaf.names)
    shaped = _SHAPES[role](leaf.value, named)
    if shaped is None or named + shaped <= 0:
        return 0
    return (named + shaped) * (_AROUND_RECORD if leaf.keys[0] == "_envelope" else 1)


def _session(value: object, named: float) -> float | None:
    text = str(value)
    if not named or isinstance(value, bool) or shapes.is_link(value) or shapes.is_email(value) or " " in text:
        return None
    if named < 6 and (shapes.is_phone(value) or len(text) < 4 or shapes.time_format(value) is not None):
        return None
    return 1.0 + (len(text) >= 8) - 3 * (len(text) < 3)


def _direction(value: object, named: float) -> float | None:
    if _looks_like_direction(value):
        return 5.0
    return 0.0 if named >= 7 and shapes.is_code(value) else None


def _looks_like_direction(value: object) -> bool:
    is_status = shapes.is_known_status(value) and not shapes.is_known_direction(value)
    return shapes.direction_of(value) is not None and not is_status


def _status(value: object, named: float) -> float | None:
    if shapes.is_known_direction(value) and named < 7:
        return None
    if shapes.status_of(value) is not None:
        return 4.0
    is_word = isinstance(value, str) and value.replace("_", "").replace("-", "").replace(" ", "").isalpha()
    return 0.0 if named >= 6 and (shapes.is_code(value) or is_word) else None


def _number(value: object, named: float) -> float | None:
    if shapes.is_phone(value):
        return 3.0
    return 0.0 if named >= 6 and shapes.is_extension(value) else None


def _agent_number(value: object, named: float) -> float | None:
    if not named:
        return None
    return 3.0 if shapes.is_phone(value) else 1.0 if shapes.is_extension(value) else None


def _agent_id(value: object, named: float) -> float | None:
    text = str(value)
    is_other = shapes.is_phone(value) or shapes.is_email(value) or shapes.is_link(value) or isinstance(value, bool)
    return None if not named or is_other or " " in text or shapes.time_format(value) is not None else 1.0


def _time(value: object, named: float) -> float | None:
    return 3.0 if named and shapes.time_format(value) is not None else None


def _duration(value: object, named: float) -> float | None:
    is_time = shapes.time_format(value) is not None
    return 2.0 if named and not is_time and shapes.seconds_of(value) is not None else None


def _recording(value: object, named: float) -> float | None:
    if not shapes.is_link(value):
        return None
    return 5.0 if str(value).lower().partition("?")[0].endswith(_AUDIO) else 2.0 if named else None


def _text(value: object, named: float) -> float | None:
    is_text = isinstance(value, str) and any(character.isalpha() for character in value)
    is_other = shapes.is_link(value) or shapes.is_email(value) or shapes.is_phone(value)
    return 1.0 if named and is_text and not is_other else None


def _email(value: object, named: float) -> float | None:
    return 3.0 if named and shapes.is_email(value) else None


_SHAPES: dict[Role, Callable[[object, float], float | None]] = {
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys((Role.STARTED, Role.ANSWERED, Role.ENDED), _time),
    **dict.fromkeys((Role.NOTES, Role.CALLER_NAME, Role.CALLER_CITY, Role.AGENT_NAME), _text),
    Role.SESSION: _session,
    Role.DIRECTION: _direction,
    Role.STATUS: _status,
    Role.AGENT_NUMBER: _agent_number,
    Role.AGENT_ID: _agent_id,
    Role.AGENT_EMAIL: _email,
    Role.DURATION: _duration,
    Role.RECORDING: _recording,
}
"""What a value's shape adds to its name, None where it cannot be that."""
