"""A request as people look at it before it is sent: merged values marked, secrets masked."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import TemplateError
from connector_config.rendering import RenderedRequest, RequestSpec, compile_request
from telephony_connector.common.redaction import MASK, redact_text

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKS = re.compile(f"({_OPEN}|{_CLOSE}|{quote(_OPEN)}|{quote(_CLOSE)})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``is_merged`` tells a merged value from the template's own text."""

    text: str
    is_merged: bool


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """What will be sent, in pieces. The texts joined are the request as sent, but for masked secrets."""

    method: str
    url: tuple[Piece, ...]
    headers: tuple[tuple[str, tuple[Piece, ...]], ...]
    body: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _MarkingContext(MergeContext):
    def written(self, escaped: str) -> str:
        return f"{_OPEN}{escaped}{_CLOSE}"


def preview_request(spec: RequestSpec, context: MergeContext, custom_fields: Collection[str] = ()) -> RequestPreview:
    """Render for the eye. Raises what ``render_request`` raises."""
    compiled = compile_request(spec, custom_fields)
    plain = compiled.render(context)
    fields = {item.name: getattr(context, item.name) for item in dataclasses.fields(MergeContext)}
    try:
        marked = compiled.render(_MarkingContext(**fields))
    except TemplateError:
        # A form written as a JSON object is read after its values are in, and marks outside quotes are no JSON.
        marked = plain
    secret_names = {name.casefold() for name, _, is_secret in spec.headers if is_secret}
    return RequestPreview(
        method=plain.method,
        url=_pieces(marked.url, plain),
        headers=tuple(
            (name, (Piece(MASK, is_merged=False),) if name.casefold() in secret_names else _pieces(value, plain))
            for name, value in marked.headers
        ),
        body=_pieces((marked.body or b"").decode("utf-8", "replace"), plain),
    )


def _pieces(text: str, plain: RenderedRequest) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    is_merged = False
    for stretch in _MARKS.split(redact_text(text, plain.secrets)):
        if _MARKS.fullmatch(stretch):
            is_merged = stretch in {_OPEN, quote(_OPEN)}
        elif stretch:
            pieces.append(Piece(stretch, is_merged=is_merged))
    return tuple(pieces)
