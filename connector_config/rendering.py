"""From a request template and merge values to the bytes that are sent, every value escaped for where it lands."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from connector_config.outgoing.address import UrlTemplate, compile_url
from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import Placeholder, Template, TemplateError, compile_template
from connector_config.outgoing.pairs import render_form_object, render_pairs
from connector_config.outgoing.structured import render_json, render_text, render_xml
from connector_config.outgoing.typed_in import values_in_json, values_in_pairs, values_in_xml

CONTENT_TYPES: Mapping[str, str] = MappingProxyType({
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
    "raw": "text/plain; charset=utf-8",
})  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BodyType(StrEnum):
    """How the body is written; it sets Content-Type, which no header row may."""

    NONE = "none"
    JSON = "json"
    FORM = "form"
    XML = "xml"
    RAW = "raw"


class RenderError(TemplateError):
    """A value that its destination cannot carry; the message names the place, never the value."""


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """A request as its administrator wrote it, in templates; ``headers`` are ``(name, value, is_secret)``."""

    method: str
    url: str = field(repr=False)
    body_type: str = BodyType.NONE
    body: str = field(default="", repr=False)
    headers: tuple[tuple[str, str, bool], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RenderedRequest:
    """A request ready to be sent. ``secrets`` are the texts that no record may show (see ``common.redaction``)."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CompiledRequest:
    """A request template read once; ``render`` may be called many times."""

    method: str
    url: UrlTemplate = field(repr=False)
    body_type: BodyType
    body: Template = field(repr=False)
    headers: tuple[tuple[str, Template, bool], ...] = field(repr=False)

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Every merge field of the request."""
        in_headers = [placeholder for _, value, _ in self.headers for placeholder in value.placeholders]
        return (*self.url.placeholders, *in_headers, *self.body.placeholders)

    def render(self, context: MergeContext) -> RenderedRequest:
        """Put the values in. Raises RenderError or TemplateError when a place cannot carry its value."""
        url = self.url.render(context)
        headers = [(name, _render_header(name, value, context)) for name, value, _ in self.headers]
        if self.body_type is not BodyType.NONE:
            headers.append(("Content-Type", CONTENT_TYPES[self.body_type]))
        return RenderedRequest(
            method=self.method,
            url=url,
            headers=tuple(headers),
            body=render_body(self.body_type, self.body, context),
            secrets=self._secrets(url, headers),
        )

    def _secrets(self, url: str, headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """What was typed in rather than merged, at every place where providers want their credentials."""
        found = [value for (_, value), (_, _, is_secret) in zip(headers, self.headers, strict=False) if is_secret]
        parts = urlsplit(url)
        found += [unquote(parts.password or ""), unquote(parts.username or "") if not parts.password else ""]
        # It goes out as Basic authentication.
        userinfo = unquote_to_bytes(parts.netloc.rpartition("@")[0])
        found.append(base64.b64encode(userinfo).decode().rstrip("="))
        found += values_in_pairs(self.url.query or ())
        found += _values_in_body(self.body_type, self.body)
        return tuple(dict.fromkeys(text for text in found if text))


def compile_request(spec: RequestSpec, custom_fields: Collection[str] = ()) -> CompiledRequest:
    """Read a request template. Raises TemplateError at the first thing that is wrong; ``validators`` lists them all."""
    return CompiledRequest(
        method=spec.method.upper(),
        url=compile_url(spec.url, custom_fields),
        body_type=BodyType(spec.body_type),
        body=compile_template(spec.body if spec.body_type != BodyType.NONE else "", custom_fields),
        headers=tuple(
            (name, compile_template(value, custom_fields, is_strict=not is_secret), is_secret)
            for name, value, is_secret in spec.headers
        ),
    )


def render_request(spec: RequestSpec, context: MergeContext, custom_fields: Collection[str] = ()) -> RenderedRequest:
    """Compile and render in one step."""
    return compile_request(spec, custom_fields).render(context)


def render_body(body_type: BodyType, body: Template, context: MergeContext) -> bytes | None:
    """The body as bytes in UTF-8, or None when there is none."""
    if body_type is BodyType.NONE:
        return None
    if body_type is BodyType.JSON:
        text = render_json(body.parts, context)
    elif body_type is BodyType.XML:
        text = render_xml(body.parts, context)
    elif body_type is BodyType.FORM:
        text = (render_form_object if _is_object(body) else render_pairs)(body.parts, context)
    else:
        text = body.render(context)
    return text.encode("utf-8", "replace")


def _render_header(name: str, value: Template, context: MergeContext) -> str:
    # Halves of surrogate pairs have no UTF-8; elsewhere they become a question mark too.
    text = render_text(value.parts, context).strip().encode("utf-8", "replace").decode()
    if _CONTROL.search(text):
        raise RenderError(f"header {name}: a value holds a line break or another control character")
    return text


def _is_object(body: Template) -> bool:
    first = body.parts[0] if body.parts else ""
    return isinstance(first, str) and first.lstrip().startswith("{")


def _values_in_body(body_type: BodyType, body: Template) -> list[str]:
    if body_type is BodyType.JSON or (body_type is BodyType.FORM and _is_object(body)):
        return values_in_json(body.parts)
    if body_type is BodyType.FORM:
        return values_in_pairs(body.parts)
    return values_in_xml(body.parts) if body_type is BodyType.XML else []
