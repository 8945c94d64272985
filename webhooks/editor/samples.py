"""The requests that an editor can be tried on: captured ones, refused ones, and one that was pasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from connector_config.mapping.events import ParsedRequest
from connector_config.mapping.parsers import parse_request
from connector_config.models import Connector
from webhooks.endpoints import EVENT_ENDPOINTS, Endpoint
from webhooks.incoming import MAXIMUM_BODY_BYTES
from webhooks.models import JournalEntry, QuarantinedRequest
from webhooks.replay import incoming_of

SHOWN = 50
"""Requests offered of each kind, the newest."""

_METHODS = ("POST", "GET", "PUT")
_MODELS: dict[str, Any] = {"journal": JournalEntry, "refused": QuarantinedRequest}


class SampleError(ValueError):
    """The request cannot be tried on; the message says why."""


@dataclass(frozen=True, slots=True)
class SampleChoice:
    """A line of the list of requests. ``value`` (``journal:12``) is how the page names it."""

    value: str
    label: str


def recent_samples(connector: Connector) -> list[SampleChoice]:
    """The newest event requests in the journal, whatever became of them."""
    entries = JournalEntry.objects.filter(connector=connector, endpoint__in=list(EVENT_ENDPOINTS))
    entries = entries.defer("body", "headers", "query_string")[:SHOWN]
    return [
        SampleChoice(f"journal:{entry.pk}", _label(entry.received_at, entry.endpoint, entry.get_verdict_display()))
        for entry in entries
    ]


def refused_samples(connector: Connector) -> list[SampleChoice]:
    """The newest requests whose credential was refused: unproven, yet often the first that a provider sends."""
    rows = QuarantinedRequest.objects.filter(connector=connector, endpoint__in=list(EVENT_ENDPOINTS))
    return [
        SampleChoice(f"refused:{row.pk}", _label(row.received_at, row.endpoint, "Credential refused"))
        for row in rows.defer("body", "request")[:SHOWN]
    ]


def read_sample(connector: Connector, source: object) -> ParsedRequest:
    """The request that a page names: ``journal:12``, ``refused:3``, or an object with a pasted one.

    Raises SampleError, or UnreadableBodyError for a body that is none.
    """
    if isinstance(source, Mapping):
        return _pasted(source)
    kind, _, number = str(source).partition(":")
    if kind not in _MODELS or not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise SampleError("Choose a request.")
    row = _MODELS[kind].objects.filter(connector=connector, pk=int(number)).first()
    if row is None:
        raise SampleError("This request is not in the journal any more. Choose another one.")
    return incoming_of(row).parsed() if kind == "journal" else _refused(row)


def journal_entry_of(connector: Connector, source: object) -> JournalEntry | None:
    """The journal row that a page names, which alone can be replayed."""
    kind, _, number = str(source).partition(":")
    if kind != "journal" or not (number.isascii() and number.isdecimal() and len(number) < 18):
        return None
    return JournalEntry.objects.filter(connector=connector, pk=int(number)).first()


def _label(received_at: datetime, endpoint: str, verdict: str) -> str:
    moment = timezone.localtime(received_at)
    return f"{verdict} · {moment:%d %b %H:%M:%S} · {endpoint}"


def _refused(row: QuarantinedRequest) -> ParsedRequest:
    parts: dict[str, Any] = dict(row.request or {})
    return parse_request(
        method=row.method,
        endpoint=row.endpoint,
        query_string=str(parts.get("query_string", "")),
        headers={},
        content_type=row.content_type,
        body=bytes(row.body),
    )


def _pasted(source: Mapping[str, object]) -> ParsedRequest:
    method, endpoint = str(source.get("method", "POST")), str(source.get("endpoint", Endpoint.EVENTS))
    body = str(source.get("body", "")).encode("utf-8", "replace")
    if method not in _METHODS or endpoint not in EVENT_ENDPOINTS:
        raise SampleError("Choose the method and the hook that the provider uses.")
    if len(body) > MAXIMUM_BODY_BYTES:
        raise SampleError(f"The body is larger than {MAXIMUM_BODY_BYTES} bytes.")
    return parse_request(
        method=method,
        endpoint=endpoint,
        query_string=str(source.get("query", "")).partition("?")[2] or str(source.get("query", "")),
        headers={},
        content_type=str(source.get("content_type", ""))[:255],
        body=body,
    )
