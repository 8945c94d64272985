"""A record of a request as a tree of fields that can be clicked, as the expressions of a mapping see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connector_config.mapping.values import as_text
from webhooks.editor.paths import equality_expression, path_expression

MAX_SHOWN = 2000
"""Fields of one request that are shown; a body may hold many more."""

MAX_TEXT_SHOWN = 200
_ENVELOPE, _REQUEST, _BOUND = "_envelope", "_request", "_"
_TITLES = {_ENVELOPE: "The whole request", _REQUEST: "About the request", _BOUND: "Worked out by the preset"}
Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A field, or a group. ``path`` reads it, ``body_path`` too, from the whole body; ``equals`` compares it."""

    name: str
    path: str
    body_path: str
    is_group: bool
    text: str = ""
    kind: str = ""
    equals: str = ""
    is_open: bool = True
    children: list[Node] = field(default_factory=list)


def record_nodes(tree: Mapping[str, object], *, is_part: bool) -> list[Node]:
    """The fields of a record, then what else expressions can reach. ``is_part``: it is one of several in the body."""
    builder = _Builder()
    own = [key for key in tree if key not in _TITLES]
    nodes = [builder.node((key,), tree[key], body_keys=None if is_part else (key,)) for key in own]
    for key, title in _TITLES.items():
        if key == _ENVELOPE and not is_part:
            continue
        group = tree.get(key)
        if isinstance(group, Mapping) and group:
            nodes.append(builder.special(key, title, group))
    if builder.left <= 0:
        nodes.append(Node("Further fields are not shown", "", "", is_group=True, is_open=False))
    return nodes


class _Builder:
    """Builds nodes until enough are made."""

    def __init__(self) -> None:
        self.left = MAX_SHOWN

    def special(self, key: str, title: str, group: Mapping[str, object]) -> Node:
        is_body = key == _ENVELOPE
        children = list(self.children((key,), group, body_keys=() if is_body else None))
        return Node(title, "", "", is_group=True, children=children, is_open=False)

    def node(self, keys: Keys, value: object, *, body_keys: Keys | None) -> Node:
        self.left -= 1
        path = path_expression(keys)
        body_path = path_expression(body_keys) if body_keys else ""
        name = f"{int(keys[-1]) + 1}." if isinstance(keys[-1], int) else keys[-1]
        if isinstance(value, Mapping | list):
            children = list(self.children(keys, value, body_keys=body_keys))
            kind = f"list of {len(value)}" if isinstance(value, list) else ""
            return Node(name, path, body_path, is_group=True, kind=kind, children=children)
        text = as_text(value)
        kind = "text" if isinstance(value, str) else "yes/no" if isinstance(value, bool) else "number"
        return Node(
            name, path, body_path, is_group=False, text=text[:MAX_TEXT_SHOWN], kind=kind,
            equals=equality_expression(keys, value),
        )  # fmt: skip

    def children(self, keys: Keys, value: object, *, body_keys: Keys | None) -> Iterator[Node]:
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        for key, item in pairs:
            if self.left <= 0:
                return
            step: Keys = (key if isinstance(key, int) else str(key),)
            yield self.node(keys + step, item, body_keys=None if body_keys is None else body_keys + step)
