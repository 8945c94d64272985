"""Values inside JSON, XML and URLs: escaped for the very position in which they stand.

A document may hold another: JSON or XML in a JSON string, a URL in an attribute. It is told by its first signs, before
its first merge field; a value is escaped for the innermost document first, then for each that is around it.
"""

from __future__ import annotations

import html
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.escapes import escape_xml, in_cdata, in_comment, in_json_string, quote_all
from connector_config.outgoing.grammar import Part, Placeholder

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_LONGEST_EXACT_NUMBER = 15
"""Digits that a double holds exactly; a longer id would be rounded by many readers, so it goes out as a string."""

_NESTED_XML = re.compile(r"\s*<[A-Za-z!?]")
_NESTED_JSON = re.compile(r'\s*(?:\[\s*)*(?:\{\s*"|\[\s*")')
_NESTED_URL = re.compile(r"\s*https?://\S*\Z", re.IGNORECASE)

_TEXT, _TAG, _CDATA, _COMMENT = "", "<", "<![CDATA[", "<!--"
_XML_MARKS = {
    _TEXT: re.compile(r"<!\[CDATA\[|<!--|<"),
    _TAG: re.compile(r"[\"'>]"),
    '"': re.compile('"'),
    "'": re.compile("'"),
    _CDATA: re.compile(r"\]\]>"),
    _COMMENT: re.compile(r"-->"),
}
"""What ends each kind of place in XML; an attribute's place is named by its quote."""


class Position(ABC):
    """A place in a document: told what literal text has come, it knows how a value has to be written there."""

    @abstractmethod
    def read(self, literal: str) -> None:
        """The document goes on with this literal text."""

    @abstractmethod
    def escape(self, field: Placeholder, context: MergeContext) -> str:
        """The value of a merge field at this place, or its default, escaped."""


def render_json(parts: Sequence[Part], context: MergeContext) -> str:
    """JSON text. In quotes a value is string content; outside, it is a number where it reads as one, else a string.

    Outside quotes, no value is ``null``, and a default may be any JSON word (``true``, ``null``).
    """
    return _rendered(parts, context, _JsonPosition())


def render_xml(parts: Sequence[Part], context: MergeContext) -> str:
    """XML text: values are escaped for text and attributes alike, and kept from ending a CDATA section or a comment."""
    return _rendered(parts, context, _XmlPosition())


def render_text(parts: Sequence[Part], context: MergeContext) -> str:
    """Text without a form of its own (a header's value), unless it begins as JSON, XML or a URL."""
    first = parts[0] if parts else ""
    position = nested_position(first) if isinstance(first, str) else None
    return _rendered(parts, context, position or _PlainPosition())


def nested_position(text: str) -> Position | None:
    """The start of the document that begins with ``text``; None when it is plain text."""
    if _NESTED_XML.match(text):
        return _XmlPosition()
    if _NESTED_JSON.match(text):
        return _JsonPosition()
    return _UrlPosition() if is_url_start(text) else None


def is_url_start(text: str) -> bool:
    """True when the text is a web address so far: whatever follows it without a blank is part of it."""
    return bool(_NESTED_URL.match(text))


def _rendered(parts: Sequence[Part], context: MergeContext, position: Position) -> str:
    written: list[str] = []
    for part in parts:
        if isinstance(part, str):
            position.read(part)
            written.append(part)
        else:
            written.append(context.written(position.escape(part, context)))
    return "".join(written)


class _PlainPosition(Position):
    def read(self, literal: str) -> None:
        """Nothing to learn from it."""

    def escape(self, field: Placeholder, context: MergeContext) -> str:
        return field.text(context)


class _UrlPosition(Position):
    """Up to the first blank; what comes after it (a sentence that begins with a link) is plain text."""

    def __init__(self) -> None:
        self._text = ""

    def read(self, literal: str) -> None:
        self._text += literal

    def escape(self, field: Placeholder, context: MergeContext) -> str:
        value = field.text(context)
        return quote_all(value) if is_url_start(self._text) else value


class _Content:
    """What a string, an attribute or a text holds so far, as written, and the document that it turns out to be."""

    def __init__(self, decode: Callable[[str], str]) -> None:
        self._decode = decode
        self._unread = ""
        self._inner: Position | None = None

    def read(self, literal: str) -> None:
        self._unread += literal

    def escape(self, field: Placeholder, context: MergeContext) -> str:
        """The value as the content has to hold it, before it is escaped for what is around."""
        text, self._unread = self._decode(self._unread), ""
        self._inner = self._inner or nested_position(text) or _PlainPosition()
        self._inner.read(text)
        return self._inner.escape(field, context)


class _JsonPosition(Position):
    def __init__(self) -> None:
        self._string: _Content | None = None
        self._is_escaped = False

    def read(self, literal: str) -> None:
        start = 0
        for index, character in enumerate(literal):
            if self._is_escaped:
                self._is_escaped = False
            elif character == "\\" and self._string:
                self._is_escaped = True
            elif character == '"':
                self._string, start = (None, 0) if self._string else (_Content(_decoded_json), index + 1)
        if self._string:
            self._string.read(literal[start:])

    def escape(self, field: Placeholder, context: MergeContext) -> str:
        return in_json_string(self._string.escape(field, context)) if self._string else _bare_json(field, context)


def _decoded_json(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _bare_json(field: Placeholder, context: MergeContext) -> str:
    value = field.value(context)
    if value:
        return value if _is_exact_number(value) else json.dumps(value, ensure_ascii=False)
    default = field.default.strip()
    if not default or default in {"true", "false", "null"} or _is_exact_number(default):
        return default or "null"
    return json.dumps(field.default, ensure_ascii=False)


def _is_exact_number(text: str) -> bool:
    return bool(_JSON_NUMBER.match(text)) and sum(map(str.isdigit, text)) <= _LONGEST_EXACT_NUMBER


class _XmlPosition(Position):
    def __init__(self) -> None:
        self._place = _TEXT
        self._content = _Content(html.unescape)

    def read(self, literal: str) -> None:
        position = 0
        while found := _XML_MARKS[self._place].search(literal, position):
            position = found.end()
            self._place = _place_after(self._place, found.group())
            self._content = _Content(str if self._place == _CDATA else html.unescape)
        self._content.read(literal[position:])

    def escape(self, field: Placeholder, context: MergeContext) -> str:
        if self._place == _COMMENT:
            return in_comment(field.text(context))
        if self._place == _TAG:
            return escape_xml(field.text(context))
        value = self._content.escape(field, context)
        return in_cdata(value) if self._place == _CDATA else escape_xml(value)


def _place_after(place: str, mark: str) -> str:
    if place == _TEXT:
        return mark
    if place == _TAG:
        return _TEXT if mark == ">" else mark
    return _TAG if place in {'"', "'"} else _TEXT
