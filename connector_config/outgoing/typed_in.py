"""What an administrator typed into a template where credentials are put: records show merged values, not these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import Part
from connector_config.outgoing.pairs import split_pairs
from connector_config.outgoing.structured import render_json

SHORTEST_SECRET = 6
"""A typed-in value from this length on is treated as a secret in records."""

_FIELD = "\ue000"
_XML_VALUE = re.compile(r">([^<]+)<|\"([^\"<]+)\"|'([^'<]+)'")


def values_in_pairs(parts: Sequence[Part]) -> list[str]:
    """Values of a query or form in which no merge field stands, as written and decoded."""
    literal = ("".join(str(part) for part in pair.value) for pair in split_pairs(parts) if pair.is_literal)
    return _long_ones(text for value in literal for text in (value, unquote_plus(value)))


def values_in_json(parts: Sequence[Part]) -> list[str]:
    """String members in which no merge field stands; nothing when the text is no JSON."""
    try:
        document = json.loads(render_json(parts, MergeContext(), _FIELD))
    except ValueError:
        return []
    return _long_ones(_leaves(document))


def values_in_xml(parts: Sequence[Part]) -> list[str]:
    """Texts and attributes in which no merge field stands."""
    text = "".join(part if isinstance(part, str) else _FIELD for part in parts)
    return _long_ones("".join(groups) for groups in _XML_VALUE.findall(text))


def _leaves(document: object) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from _leaves(value)
    elif isinstance(document, list):
        for value in document:
            yield from _leaves(value)


def _long_ones(values: Iterator[str]) -> list[str]:
    return [value for value in values if len(value.strip()) >= SHORTEST_SECRET and _FIELD not in value]
