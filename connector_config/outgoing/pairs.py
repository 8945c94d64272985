"""Names and values joined by ``=`` and ``&``: URL queries and form bodies.

Literal text is sent as written: what is percent-encoded already stays, what the destination cannot carry (blanks,
quotes, other alphabets) is encoded. A value that begins with ``<`` or with a JSON object or array is a document of its
own inside the pair: its merge fields are escaped for XML or JSON first, then the whole value is percent-encoded. In a
value that begins with ``https://`` merge fields are percent-encoded twice: for that address, and for the pair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlencode

from connector_config.outgoing.context import MergeContext, text_of
from connector_config.outgoing.escapes import quote_all
from connector_config.outgoing.grammar import Part, Placeholder, TemplateError
from connector_config.outgoing.structured import is_url_start, render_json, render_xml

_Writer = Callable[[Sequence[Part], MergeContext], str]

_XML_START = re.compile(r"\s*(?:<|%3C)", re.IGNORECASE)
_JSON_START = re.compile(r"\s*(?:[\[{]|%7B|%5B)\s*(?:[\"{\[]|%22|%7B|%5B)|\s*\[\Z", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|amp|lt|gt|quot|apos);")
_ENCODED_START = re.compile(r"\s*%")
_LITERAL = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$'()*,;:@/?=+&\[\]]")
_PLUS = re.compile(r"\+(?=[0-9]|\Z)")
_LINE_END = re.compile(r"[ \t]*[\r\n]\s*\Z")


@dataclass(slots=True)
class Pair:
    """One name with its value, still as template parts. ``writer`` writes a nested document, None plain text."""

    name: list[Part] = field(default_factory=list)
    value: list[Part] = field(default_factory=list)
    has_value: bool = False
    writer: _Writer | None = None

    @property
    def is_literal(self) -> bool:
        """True when no merge field stands in the value."""
        return self.has_value and all(isinstance(part, str) for part in self.value)


def quote_value(field: Placeholder, context: MergeContext) -> str:
    """The value of a merge field, or its default, percent-encoded."""
    return context.written(quote_all(field.text(context)))


def quote_literal(text: str) -> str:
    """Literal text of a query or a form: only what may not stand there is encoded."""
    return _LITERAL.sub(lambda found: found.group() if len(found.group()) == 3 else quote_all(found.group()), text)


def render_pairs(parts: Sequence[Part], context: MergeContext) -> str:
    """``a=1&b=@x`` with its values put in. Line breaks around ``&`` are layout and are left out."""
    return "&".join(_render_pair(pair, context) for pair in split_pairs(parts))


def render_form_object(parts: Sequence[Part], context: MergeContext) -> str:
    """A form written as a JSON object: one pair a member, a list repeats its name, deeper values go out as JSON.

    Raises TemplateError when the text is no JSON object.
    """
    try:
        document = json.loads(render_json(parts, context))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise TemplateError("the form body begins like a JSON object but is none")
    pairs = [
        (name, _form_text(item))
        for name, value in document.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs, quote_via=lambda text, *_: quote_all(text))


def _form_text(value: object) -> str:
    if value is None or isinstance(value, str | bool | int | float):
        return text_of(value)
    return json.dumps(value, ensure_ascii=False)


def _render_pair(pair: Pair, context: MergeContext) -> str:
    name = "".join(quote_literal(part) if isinstance(part, str) else quote_value(part, context) for part in pair.name)
    return f"{name}={_render_value(pair, context)}" if pair.has_value else name


def _render_value(pair: Pair, context: MergeContext) -> str:
    if pair.writer is None:
        return _render_plain_value(pair.value, context)
    parts: Sequence[Part] = pair.value
    if isinstance(parts[0], str) and _ENCODED_START.match(parts[0]):
        parts = [unquote_plus(part) if isinstance(part, str) else part for part in parts]
    return quote_all(pair.writer(parts, context))


def _render_plain_value(parts: Sequence[Part], context: MergeContext) -> str:
    written: list[str] = []
    before = ""
    is_url = bool(parts) and isinstance(parts[0], str)
    for index, part in enumerate(parts):
        if isinstance(part, str):
            before += unquote_plus(part)
            written.append(_value_literal(part, is_first=index == 0, is_last=index == len(parts) - 1))
        elif is_url and is_url_start(before):
            written.append(context.written(quote_all(quote_all(part.text(context)))))
        else:
            written.append(quote_value(part, context))
    return "".join(written)


def _value_literal(text: str, *, is_first: bool, is_last: bool) -> str:
    """Literal text of a value. A plus that leads into a number is meant as one: nobody sends `` 91…`` on purpose."""
    leads = _PLUS.match(text) if is_first else None
    if leads and not (is_last and leads.end() == len(text)):
        return f"%2B{quote_literal(text[leads.end() :])}"
    return quote_literal(text)


def split_pairs(parts: Sequence[Part]) -> list[Pair]:
    """The pairs of a query or form template, nested documents recognised."""
    splitter = _Splitter()
    for part in parts:
        if isinstance(part, str):
            splitter.read(part)
        else:
            splitter.add(part)
    return splitter.finish()


class _Splitter:
    """Walks the parts; inside a nested document ``&`` may be an entity or string content, not a separator."""

    def __init__(self) -> None:
        self._pairs = [Pair()]
        self._is_in_quotes = False

    def add(self, part: Part) -> None:
        """Append to the name or the value that is being read."""
        pair = self._pairs[-1]
        target = pair.value if pair.has_value else pair.name
        if part == "":
            return
        if isinstance(part, str) and target and isinstance(target[-1], str):
            target[-1] += part
        else:
            target.append(part)

    def read(self, literal: str) -> None:
        """Read literal text up to its end, opening a pair at each separator."""
        start = 0
        for index, character in enumerate(literal):
            pair = self._pairs[-1]
            if character == "&" and not self._is_content(literal, index):
                self.add(literal[start:index])
                self._pairs.append(Pair())
                self._is_in_quotes = False
                start = index + 1
            elif character == "=" and not pair.has_value:
                self.add(literal[start:index])
                pair.has_value = True
                pair.writer = _writer_for(literal[index + 1 :])
                start = index + 1
            elif character == '"' and pair.writer is render_json and not _is_escaped(literal, index):
                self._is_in_quotes = not self._is_in_quotes
        self.add(literal[start:])

    def _is_content(self, literal: str, index: int) -> bool:
        writer = self._pairs[-1].writer
        if writer is render_xml:
            return bool(_ENTITY.match(literal, index))
        return writer is render_json and self._is_in_quotes

    def finish(self) -> list[Pair]:
        """The pairs read, without the layout around them."""
        for pair in self._pairs:
            if pair.name and isinstance(pair.name[0], str):
                pair.name[0] = pair.name[0].lstrip()
            last = pair.value if pair.has_value else pair.name
            if last and isinstance(last[-1], str):
                last[-1] = _LINE_END.sub("", last[-1])
        return self._pairs


def _is_escaped(literal: str, index: int) -> bool:
    before = literal[:index]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _writer_for(following: str) -> _Writer | None:
    if _XML_START.match(following):
        return render_xml
    return render_json if _JSON_START.match(following) else None
