"""What an administrator typed into a template where credentials are put: records show merged values, not these.

Providers take keys in headers, queries, forms, JSON and XML alike. A typed-in value is shown only when it is short or
plain words (``outbound``, ``Sales desk``) under a name that speaks of no credential; everything else is a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote_plus

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import Part
from connector_config.outgoing.names import Scope
from connector_config.outgoing.pairs import split_pairs
from connector_config.outgoing.structured import render_json

SHORTEST_SECRET = 6
"""Typed-in values from this length on may be secrets."""

_FIELD = "\ue000"
_PLAIN_WORDS = re.compile(r"[A-Za-z]{1,14}(?:[ _\-.,][A-Za-z]{1,14})*")
_CREDENTIAL_NAME = re.compile(r"auth|cred|key|pass|pin$|pwd|secret|sig|sid|token|user", re.IGNORECASE)
_XML_TEXT = re.compile(r"<([^\s/>]+)[^>]*>([^<]+)<")
_XML_ATTRIBUTE = re.compile(r"([\w:.\-]+)\s*=\s*(?:\"([^\"<]+)\"|'([^'<]+)')")


class _EveryValue(MergeContext):
    """Gives the mark of a merge field for every name."""

    def bare_value(self, name: str) -> str:
        return _FIELD

    def scoped_value(self, scope: Scope, name: str) -> str:
        return _FIELD


def values_in_pairs(parts: Sequence[Part]) -> list[str]:
    """Secret values of a query or form, as written and decoded."""
    return _secrets(
        ("".join(str(part) for part in pair.name), text)
        for pair in split_pairs(parts)
        if pair.is_literal
        for value in ["".join(str(part) for part in pair.value)]
        for text in (value, unquote_plus(value))
    )


def values_in_json(parts: Sequence[Part]) -> list[str]:
    """Secret strings of a JSON body; nothing when the text is no JSON."""
    try:
        document = json.loads(render_json(parts, _EveryValue()))
    except ValueError:
        return []
    return _secrets(_leaves("", document))


def values_in_xml(parts: Sequence[Part]) -> list[str]:
    """Secret texts and attributes of an XML body."""
    text = "".join(part if isinstance(part, str) else _FIELD for part in parts)
    attributes = ((name, double or single) for name, double, single in _XML_ATTRIBUTE.findall(text))
    return _secrets([*_XML_TEXT.findall(text), *attributes])


def _leaves(name: str, document: object) -> Iterator[tuple[str, str]]:
    if isinstance(document, str):
        yield name, document
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from _leaves(key, value)
    elif isinstance(document, list):
        for value in document:
            yield from _leaves(name, value)


def _secrets(named_values: Iterable[tuple[str, str]]) -> list[str]:
    return [value for name, value in named_values if _FIELD not in value and _is_secret(name, value.strip())]


def _is_secret(name: str, value: str) -> bool:
    if len(value) < SHORTEST_SECRET:
        return False
    return bool(_CREDENTIAL_NAME.search(name)) or not _PLAIN_WORDS.fullmatch(value)
