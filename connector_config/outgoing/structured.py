"""Values inside JSON and XML: escaped for the very position in which they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import Part, Placeholder

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_LONGEST_EXACT_NUMBER = 15
"""Digits that a double holds exactly; a longer id would be rounded by many readers, so it goes out as a string."""

_XML_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_XML_SPECIAL = re.compile("[&<>\"'\t\n\r]")
_XML_MARKS = {"": re.compile(r"<!\[CDATA\[|<!--"), "<![CDATA[": re.compile(r"\]\]>"), "<!--": re.compile(r"-->")}


def render_json(parts: Sequence[Part], context: MergeContext, stand_in: str = "") -> str:
    """JSON text. In quotes a value is string content; outside, it is a number where it reads as one, else a string.

    Outside quotes, no value is ``null``, and a default may be any JSON word (``true``, ``null``). ``stand_in``, when
    given, is written for every merge field instead of its value.
    """
    written: list[str] = []
    position = _JsonPosition()
    for part in parts:
        if isinstance(part, str):
            position.read(part)
            written.append(part)
        elif stand_in:
            written.append(stand_in if position.is_in_string else json.dumps(stand_in, ensure_ascii=False))
        elif position.is_in_string:
            written.append(context.written(json.dumps(part.text(context), ensure_ascii=False)[1:-1]))
        else:
            written.append(context.written(_bare_json(part, context)))
    return "".join(written)


class _JsonPosition:
    def __init__(self) -> None:
        self.is_in_string = False
        self._is_escaped = False

    def read(self, literal: str) -> None:
        for character in literal:
            if self._is_escaped:
                self._is_escaped = False
            elif character == '"':
                self.is_in_string = not self.is_in_string
            elif character == "\\" and self.is_in_string:
                self._is_escaped = True


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


def render_xml(parts: Sequence[Part], context: MergeContext) -> str:
    """XML text: values are escaped for text and attributes alike, and kept from ending a CDATA section or a comment.

    Characters that XML 1.0 cannot carry in any form (NUL and most controls) become U+FFFD.
    """
    written: list[str] = []
    section = ""
    for part in parts:
        if isinstance(part, str):
            section = _section_after(part, section)
            written.append(part)
        else:
            written.append(context.written(_xml_value(part.text(context), section)))
    return "".join(written)


def escape_xml(value: str) -> str:
    """A value for XML text or an attribute; white space survives the parser's normalisation."""
    return _XML_SPECIAL.sub(lambda found: _XML_ESCAPES[found.group()], _XML_FORBIDDEN.sub("\ufffd", value))


def _xml_value(value: str, section: str) -> str:
    if section == "<![CDATA[":
        return _XML_FORBIDDEN.sub("\ufffd", value).replace("]]>", "]]]]><![CDATA[>")
    if section == "<!--":
        return escape_xml(value).replace("-", "&#45;")
    return escape_xml(value)


def _section_after(literal: str, section: str) -> str:
    """In which section ("", CDATA, comment) the text stands after ``literal``."""
    position = 0
    while found := _XML_MARKS[section].search(literal, position):
        position = found.end()
        section = "" if section else found.group()
    return section
