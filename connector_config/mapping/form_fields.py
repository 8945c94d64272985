"""Fields of forms and queries: urlencoded and multipart, bracket keys, repeated keys, an unescaped plus."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from connector_config.mapping.json_text import decode_text, unreadable

MAX_FIELDS = 2000
_MAX_BRACKETS = 8
_BRACKETS = re.compile(r"\[([^\[\]]{0,100})\]")
_BRACKET_KEY = re.compile(r"[^\[\]]+(?:\[[^\[\]]{0,100}\]){1,8}")
_PLUS_LOST = re.compile(r" [1-9][0-9][0-9 ().\-]{4,20}")
_DISPOSITION = re.compile(rb'name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)

Pairs = list[tuple[str, str]]


def parse_urlencoded(text: str) -> dict[str, object]:
    """The fields of an urlencoded form or query as a tree. Raises UnreadableBodyError for more than MAX_FIELDS."""
    return tree_of([(key, restore_plus(value)) for key, value in urlencoded_pairs(text)])


def urlencoded_pairs(text: str) -> Pairs:
    """The fields of an urlencoded form or query as they were sent. Raises UnreadableBodyError, as above."""
    try:
        return parse_qsl(text.lstrip("?"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise unreadable(f"holds more than {MAX_FIELDS} fields") from None


def multipart_pairs(body: bytes, boundary: bytes) -> Pairs:
    """The fields of a multipart form; the content of files counts as text. Raises UnreadableBodyError."""
    pieces = body.split(b"--" + boundary)
    if len(pieces) < 2 or len(pieces) > MAX_FIELDS:
        raise unreadable("is not a multipart form with the declared boundary")
    pairs: Pairs = []
    for piece in pieces[1:]:
        head, separator, content = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            head, separator, content = piece.lstrip(b"\r\n").partition(b"\n\n")
        name = _DISPOSITION.search(head)
        if separator and name:
            pairs.append((decode_text(name[1]), decode_text(content.removesuffix(b"\n").removesuffix(b"\r"))))
    return pairs


def restore_plus(value: str) -> str:
    """Give back the plus of a telephone number that was sent unescaped and so was read as a blank."""
    return f"+{value[1:]}" if value[:1] == " " and _PLUS_LOST.fullmatch(value.rstrip()) else value


def tree_of(pairs: Pairs) -> dict[str, object]:
    """Pairs as a tree: ``Legs[0][Number]`` and ``user[]`` nest, a plain key that is repeated becomes a list."""
    tree: dict[str, object] = {}
    for key, value in pairs:
        if "[" in key and _BRACKET_KEY.fullmatch(key):
            root = key[: key.index("[")]
            _put(tree, [root, *_BRACKETS.findall(key)[:_MAX_BRACKETS]], value)
        else:
            _append(tree, key, value)
    return {key: _listed(value) for key, value in tree.items()}


def _append(branch: dict[str, object], key: str, value: str) -> None:
    present = branch.get(key)
    if present is None or isinstance(present, dict):
        branch[key] = value if present is None else present
    elif isinstance(present, list):
        present.append(value)
    else:
        branch[key] = [present, value]


def _put(tree: dict[str, object], path: list[str], value: str) -> None:
    branch = tree
    for part in path[:-1]:
        below = branch.setdefault(part or str(len(branch)), {})
        if not isinstance(below, dict):
            return
        branch = below
    _append(branch, path[-1] or str(len(branch)), value)


def _listed(value: object) -> object:
    """Objects whose keys are all numbers are lists, in the order of the numbers (gaps closed)."""
    if not isinstance(value, dict):
        return value
    below = {key: _listed(item) for key, item in value.items()}
    if below and all(key.isascii() and key.isdecimal() and len(key) < 10 for key in below):
        return [below[key] for key in sorted(below, key=int)]
    return below
