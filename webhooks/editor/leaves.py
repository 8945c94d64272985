"""The single values of a request with their places, and where in a body the calls are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector_config.mapping.values import as_text
from webhooks.editor.field_names import Role, name_score
from webhooks.editor.paths import path_expression
from webhooks.editor.shapes import direction_of, is_phone, status_of, time_format

MAX_LEAVES = 500
_KINDS = ("role", "type", "kind", "party")
_ELEMENTS = 4
"""Elements of a list of objects that are looked at: the parties or legs of one call."""

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value, or a list of single values, and the keys that lead to it."""

    keys: Keys
    value: object
    kin: tuple[str, ...] = ()
    """What the group that it stands in is called by a value beside it: ``{"role": "agent", "phone": …}``."""

    @property
    def path(self) -> str:
        """The expression that reads it."""
        return path_expression(self.keys)

    @property
    def names(self) -> list[str]:
        """The keys that are names, and what its group is called, the value's own name last."""
        named = [key for key in self.keys if isinstance(key, str) and key != "_envelope"]
        return [*named[:-1], *self.kin, *named[-1:]]

    @property
    def text(self) -> str:
        """The value as the engine reads it."""
        return as_text(self.value)


def leaves_of(tree: Mapping[str, object]) -> list[Leaf]:
    """The values of a record, those of the request around it last."""
    own = {key: value for key, value in tree.items() if key not in ("_envelope", "_request", "_")}
    found = [leaf for leaf in _walk((), own) if leaf.text and leaf.path]
    envelope = tree.get("_envelope")
    if isinstance(envelope, Mapping) and not all(envelope.get(key) == value for key, value in own.items()):
        around = {key: value for key, value in envelope.items() if not _holds_objects(value)}
        found += [leaf for leaf in _walk(("_envelope",), around) if leaf.text and leaf.path]
    return found[:MAX_LEAVES]


def records_expression(body: Mapping[str, object]) -> str:
    """Where the calls stand when they are a list inside the body; empty when the body is the call."""
    own = _evidence(body)
    best, chosen = max(own, 1), ""
    for expression, element in _lists_in("", body):
        evidence = _evidence(element)
        if evidence > best and own < 3:
            best, chosen = evidence, expression
    return chosen


def _walk(keys: Keys, value: object, kin: tuple[str, ...] = ()) -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        kin = tuple(word for name in _KINDS if isinstance(word := value.get(name), str) and word.isalpha())
        for name, item in value.items():
            yield from _walk((*keys, name), item, () if name in _KINDS or len(keys) < 1 else kin)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for index, item in enumerate(value[:_ELEMENTS]):
            yield from _walk((*keys, index), item)
    elif keys:
        yield Leaf(keys, value, kin)


def _lists_in(path: str, value: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every list of objects, as an expression that flattens it, with its first object."""
    for name, item in value.items():
        step = path_expression((name,))
        below = f"{path}.{step}" if path else step
        if isinstance(item, Mapping):
            yield from _lists_in(below, item)
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            yield (f"{below}[]" if "[]" in below else below), item[0]
            yield from _lists_in(f"{below}[]", item[0])


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _evidence(tree: Mapping[str, object]) -> int:
    """How many things an object says that only a call has; lists in it are not looked into."""
    flat = [leaf for leaf in _walk((), tree) if not any(isinstance(key, int) for key in leaf.keys)]
    has_session = any(name_score(Role.SESSION, leaf.names) >= 6 for leaf in flat)
    has_word = any(status_of(leaf.value) or direction_of(leaf.value) for leaf in flat)
    numbers = sum(is_phone(leaf.value) for leaf in flat)
    return has_session + has_word + min(2, numbers) + any(time_format(leaf.value) is not None for leaf in flat)
