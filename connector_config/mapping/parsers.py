"""Parse a provider's HTTP request, whatever its form, into one tree per event."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connector_config.mapping.events import ParsedRequest, UnreadableBodyError
from connector_config.mapping.form_fields import (
    Pairs,
    multipart_pairs,
    parse_urlencoded,
    restore_plus,
    tree_of,
    urlencoded_pairs,
)
from connector_config.mapping.json_text import decode_text, looks_like_json, parse_json, unreadable
from connector_config.mapping.xml_text import declared_charset, looks_like_xml, parse_xml

_WRAPPERS = frozenset({"data", "payload", "json", "body", "msg", "message", "event", "cdr", "request", "params"})
"""Form fields (and JSON keys) known to carry a whole JSON document as text."""

_BASE64_XML = re.compile(r"P[C-H][A-Za-z0-9+/_=\-\s]{8,}")
_BASE64_JSON = re.compile(r"(?:ey|ew|W3|WyJ)[A-Za-z0-9+/_=\-\s]{8,}")
_JWT = re.compile(r"eyJ[\w-]{4,}\.(eyJ[\w-]{4,})\.[\w-]*")
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]{1,200})\"|([^\s;,]{1,200}))", re.IGNORECASE)
_FIRST_BOUNDARY = re.compile(rb"\s{0,10}--(\S{1,200})\r?\n")
_CHARSET = re.compile(r"charset=\"?([\w-]{1,40})", re.IGNORECASE)
_PAIR = re.compile(r"[^=&\s{}<>]{1,200}=")


def parse_request(
    *, method: str, endpoint: str, query_string: str, headers: Mapping[str, str], content_type: str, body: bytes
) -> ParsedRequest:
    """The request as trees of JSON values, one per event of a batch.

    Reads JSON and XML under any content type, forms (urlencoded, multipart), a JSON text or its base64 in a form field
    (XML in one that is known to carry documents), an unverified JWT (the verifier checks it), and the query, which is
    merged under every body. Raises UnreadableBodyError for broken JSON that was declared as JSON, and for what is none
    of these.
    """
    query = parse_urlencoded(query_string)
    documents = _documents(content_type, body)
    merged_query = _expanded(query)
    base = merged_query[0] if len(merged_query) == 1 and isinstance(merged_query[0], dict) else query
    bodies = tuple(_tree(base, document) for document in documents) if documents else tuple(
        _tree({}, document) for document in merged_query
    )  # fmt: skip
    lowered = {name.lower(): value for name, value in headers.items()}
    return ParsedRequest(method.upper(), endpoint, query, lowered, bodies)


@dataclass(frozen=True, slots=True)
class _Form:
    """A body that is a form, its fields as they were sent."""

    pairs: Pairs
    is_urlencoded: bool = True

    def tree(self) -> dict[str, object]:
        """The fields as a tree."""
        return tree_of([(key, restore_plus(value)) for key, value in self.pairs] if self.is_urlencoded else self.pairs)


def form_pairs(*, content_type: str, body: bytes) -> Pairs:
    """The fields of a body that is declared as a form and that ``parse_request`` reads as one; else none.

    A signature over a form is checked over these. Read by anything else than what the events come from, a field could
    be seen by one of the two alone, and so be added to a signed request.
    """
    if "form" not in content_type.lower():
        return []
    try:
        found = _content(content_type, body)
    except UnreadableBodyError:
        return []
    return found.pairs if isinstance(found, _Form) else []


def _tree(query: Mapping[str, object], document: object) -> dict[str, object]:
    return {**query, **document} if isinstance(document, dict) else {**query, "items": document}


def _documents(content_type: str, body: bytes) -> list[object]:
    found = _content(content_type, body)
    return _expanded(found.tree()) if isinstance(found, _Form) else found


def _content(content_type: str, body: bytes) -> _Form | list[object]:
    declared = content_type.lower()
    if not body.strip(b" \t\r\n\x00"):
        return []
    if "multipart/form-data" in declared and (boundary := _boundary(content_type, body)):
        return _Form(multipart_pairs(body, boundary), is_urlencoded=False)
    charset = _CHARSET.search(declared)
    text = decode_text(body, charset[1] if charset else declared_charset(body))
    if looks_like_json(text) or "json" in declared:
        return _json_documents(text, declared)
    return _other_documents(text)


def _boundary(content_type: str, body: bytes) -> bytes:
    """The declared boundary, else that of the body's first line: programs that set the type by hand leave it out."""
    if match := _BOUNDARY.search(content_type):
        return (match[1] or match[2]).encode("latin-1", "replace")
    first = _FIRST_BOUNDARY.match(body)
    return first[1] if first else b""


def _json_documents(text: str, declared: str) -> _Form | list[object]:
    if not looks_like_json(text) and _JWT.fullmatch(text.strip().strip('"')):
        return _jwt_claims(text.strip().strip('"'))
    try:
        return _events_of(parse_json(text))
    except UnreadableBodyError:
        if "form-urlencoded" in declared and _PAIR.match(text):
            return _Form(urlencoded_pairs(text))
        raise


def _other_documents(text: str) -> _Form | list[object]:
    stripped = text.strip()
    if _JWT.fullmatch(stripped):
        return _jwt_claims(stripped)
    if stripped[:3].upper() in ("%7B", "%5B"):
        # A JSON document that some HTTP clients percent-encode whole, as if it were the name of a form field.
        return _events_of(parse_json(unquote_plus(stripped).removesuffix("=")))
    if looks_like_xml(stripped):
        return parse_xml(stripped)
    if _PAIR.match(stripped):
        return _Form(urlencoded_pairs(stripped))
    raise unreadable("is neither JSON nor XML nor a form")


def _events_of(documents: list[object]) -> list[object]:
    """JSON documents as events: an array of objects is a batch; a wrapped JSON text is opened."""
    events: list[object] = []
    for document in documents:
        if isinstance(document, list) and document and all(isinstance(item, dict) for item in document):
            events += document
        elif isinstance(document, dict):
            events.append(_opened(document))
        elif isinstance(document, list):
            events.append(document)
        elif isinstance(document, str) and (encoded_twice := _json_in(document)):
            events += _events_of(encoded_twice)
        else:
            raise unreadable("is JSON, but neither an object nor an array")
    return events


def _opened(document: dict[str, object]) -> dict[str, object]:
    wrapped = [key for key, value in document.items() if isinstance(value, str) and key.lower() in _WRAPPERS]
    return {**document, **{key: _json_value(document[key]) for key in wrapped}} if wrapped else document


def _expanded(form: dict[str, object]) -> list[object]:
    """A form as events: JSON texts in it are opened, and one that carries the whole record is laid over the others."""
    carriers = {key for key in form if len(form) == 1 or key.lower() in _WRAPPERS}
    opened = {key: (_xml_value if key in carriers else _json_value)(value) for key, value in form.items()}
    for key, value in opened.items():
        if value is not form[key] and key in carriers:
            records = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
            if records:
                return [{**opened, **record} for record in records]
    return [opened] if opened else []


def _json_value(value: object) -> object:
    """The object or array that a text holds as JSON (plain, or base64 as FreeSWITCH sends its cdr), else the value."""
    documents = _json_in(value) if isinstance(value, str) else []
    return documents[0] if len(documents) == 1 else value


def _xml_value(value: object) -> object:
    """As ``_json_value``, or the events that a text holds as XML."""
    text = value if isinstance(value, str) else ""
    if _BASE64_XML.fullmatch(text):
        text = decode_text(_base64_bytes(text))
    if not looks_like_xml(text):
        return _json_value(value)
    try:
        events = parse_xml(text)
    except UnreadableBodyError:
        return value
    return events[0] if len(events) == 1 else events


def _json_in(text: str) -> list[object]:
    """The JSON documents in a text (plain, or base64 as FreeSWITCH sends its cdr); none when it is something else."""
    if not looks_like_json(text) and _BASE64_JSON.fullmatch(text):
        text = decode_text(_base64_bytes(text))
    if not looks_like_json(text):
        return []
    try:
        return parse_json(text)
    except UnreadableBodyError:
        return []


def _base64_bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "==")
    except (binascii.Error, ValueError):
        return b""


def _jwt_claims(text: str) -> list[object]:
    claims = text.split(".")[1]
    return _events_of(parse_json(decode_text(_base64_bytes(claims))))
