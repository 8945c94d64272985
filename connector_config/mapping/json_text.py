"""JSON of a request body: any Unicode encoding, exact numbers, bounded depth and size."""

from __future__ import annotations

import json
from json.decoder import JSONDecoder

from connector_config.mapping.events import FieldError, UnreadableBodyError
from connector_config.mapping.values import MAX_DEPTH, ExactFloat
from telephony_connector.common.charsets import known_charset

MAX_NODES = 50_000
MAX_DOCUMENTS = 1000
_PADDING = " \t\r\n\x00;,\x1e\x1a"

_DECODER = JSONDecoder(parse_float=ExactFloat, parse_constant=lambda name: None, strict=False)


def decode_text(body: bytes, charset: str = "") -> str:
    """The text of a body: by its byte-order mark or the shape of its first bytes (RFC 4627 §3), else ``charset``."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    encodings = [json.detect_encoding(body), known_charset(charset) or "cp1252"]
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeError:
            continue
    return body.decode("latin-1")


def looks_like_json(text: str) -> bool:
    """True when the text begins as a JSON object or array does."""
    return text.lstrip(_PADDING)[:1] in ("{", "[")


def parse_json(text: str) -> list[object]:
    """The documents in ``text``: one as a rule, several when they are written one after the other (JSON lines).

    Raises UnreadableBodyError for anything else, and for nesting or size beyond the limits.
    """
    documents: list[object] = []
    position, end = 0, len(text)
    while (position := _skip_padding(text, position, end)) < end:
        if len(documents) == MAX_DOCUMENTS:
            raise unreadable(f"holds more than {MAX_DOCUMENTS} JSON documents")
        try:
            document, position = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise unreadable(f"is not valid JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
        except RecursionError:
            raise unreadable(f"is nested deeper than {MAX_DEPTH} levels") from None
        except ValueError:
            raise unreadable("holds a number of too many digits") from None
        documents.append(document)
    check_limits(documents)
    return documents


def unreadable(message: str) -> UnreadableBodyError:
    """The error for a body that is not what its form promises."""
    return UnreadableBodyError([FieldError("body", message)])


def _skip_padding(text: str, position: int, end: int) -> int:
    while position < end and text[position] in _PADDING:
        position += 1
    return position


def check_limits(documents: list[object]) -> None:
    """Raises UnreadableBodyError for trees that are nested too deep or hold too many values."""
    level: list[object] = documents
    depth = nodes = 0
    while level:
        nodes += len(level)
        if depth > MAX_DEPTH:
            raise unreadable(f"is nested deeper than {MAX_DEPTH} levels")
        if nodes > MAX_NODES:
            raise unreadable(f"holds more than {MAX_NODES} values")
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
        level, depth = below, depth + 1
