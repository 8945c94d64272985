"""Reading a template once: literal text and merge fields, in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.names import Scope, bare_name, longest_bare_name, nearest_name, scope_of, scoped_name

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BRACED = re.compile(r"@\{(?P<name>[^,{}]*)(?:,(?P<default>[^}]*))?\}")
_ACCOUNT_BEFORE = re.compile(r"[A-Za-z0-9._%+\-]*[A-Za-z][A-Za-z0-9._%+\-]*\Z")
_HOST_AFTER = re.compile(r"(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")
_LONGEST_ACCOUNT = 64


class TemplateError(ValueError):
    """A template that cannot be used as written; the message names the place and, where there is one, the remedy."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One merge field. ``scope`` is None for a bare name; ``default`` renders when there is no value."""

    scope: Scope | None
    name: str
    default: str = ""

    @property
    def label(self) -> str:
        """The merge field as the catalogue writes it, without its default."""
        return f"@{{{self.scope}:{self.name}}}" if self.scope else f"@{self.name}"

    def value(self, context: MergeContext) -> str:
        """The value in this context, else an empty text; the default is the caller's business."""
        return context.scoped_value(self.scope, self.name) if self.scope else context.bare_value(self.name)

    def text(self, context: MergeContext) -> str:
        """The value, else the default."""
        return self.value(context) or self.default


Part = str | Placeholder


@dataclass(frozen=True, slots=True)
class Template:
    """A template read once. Values are put in by a single pass: no value is ever looked at for merge fields."""

    parts: tuple[Part, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Its merge fields, in order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    def render(self, values: MergeContext, escape: Callable[[str], str] = str) -> str:
        """The text with every merge field replaced by its escaped value or default; literal text stays as it is."""
        return "".join(
            part if isinstance(part, str) else values.written(escape(part.text(values))) for part in self.parts
        )


def compile_template(text: str, custom_fields: Collection[str] = (), *, is_strict: bool = True) -> Template:
    """Read a template.

    ``custom_fields`` are further names for ``@{…}``: ``Lead:Budget``, or ``Budget`` for every scope. Raises
    TemplateError for an unknown or unclosed merge field, naming it and the nearest known one; with ``is_strict=False``
    (a secret that happens to hold an ``@``) what is unknown stays as literal text.
    """
    return Template(tuple(_parts(text, custom_fields, is_strict)))


def _parts(text: str, custom_fields: Collection[str], is_strict: bool) -> Iterator[Part]:
    literal_from = position = 0
    while (at := text.find("@", position)) >= 0:
        is_after_field = at == literal_from and at > 0
        try:
            found = _field_at(text, at, custom_fields, is_after_field=is_after_field)
        except TemplateError:
            if is_strict:
                raise
            found = None
        if found is None:
            position = at + 1
            continue
        if at > literal_from:
            yield text[literal_from:at]
        placeholder, literal_from = found
        position = literal_from
        yield placeholder
    if literal_from < len(text):
        yield text[literal_from:]


def _field_at(
    text: str, at: int, custom_fields: Collection[str], *, is_after_field: bool
) -> tuple[Placeholder, int] | None:
    if text.startswith("@{", at):
        return _braced_field_at(text, at, custom_fields)
    word = _WORD.match(text, at + 1)
    if word is None or _is_in_address(text, at):
        return None
    if name := longest_bare_name(word.group()):
        return Placeholder(None, name), at + 1 + len(name)
    follows_word = at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_-.+%")
    if is_after_field or follows_word or _HOST_AFTER.match(text, at + 1):
        return None
    raise _unknown(f"@{word.group()}", word.group(), custom_fields)


def _is_in_address(text: str, at: int) -> bool:
    """True inside ``someone@example.com`` and ``user:password@example.com``."""
    before = text[max(0, at - _LONGEST_ACCOUNT) : at]
    return bool(_HOST_AFTER.match(text, at + 1) and _ACCOUNT_BEFORE.search(before))


def _braced_field_at(text: str, at: int, custom_fields: Collection[str]) -> tuple[Placeholder, int]:
    found = _BRACED.match(text, at)
    if found is None:
        raise TemplateError(f"“{text[at : at + 30]}” begins a merge field that is never closed; write @{{Scope:Name,}}")
    written = found["name"].strip()
    default = found["default"] or ""
    owner, colon, name = (piece.strip() for piece in written.partition(":"))
    if not colon:
        if known := bare_name(owner):
            return Placeholder(None, known, default), found.end()
    elif (scope := scope_of(owner)) and (known := scoped_name(scope, name, custom_fields)):
        return Placeholder(scope, known, default), found.end()
    raise _unknown(f"@{{{written}}}", f"{owner}:{name}" if colon else owner, custom_fields)


def _unknown(shown: str, written: str, custom_fields: Collection[str]) -> TemplateError:
    nearest = nearest_name(written, custom_fields)
    remedy = f"; did you mean {nearest}?" if nearest else ""
    return TemplateError(f"{shown} is no merge field{remedy}")
