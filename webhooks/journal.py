"""Keeping requests: written and committed before any work, closed with a verdict after it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from connector_config.mapping.events import CallEvent, FieldError
from connector_config.selectors import ConnectorConfig
from connector_config.verification import SignedRequest
from telephony_connector.common.compiled_sql import CompiledWrite
from telephony_connector.common.redaction import mask_secrets
from webhooks.authentication import presented_secrets, secrets_of
from webhooks.incoming import IncomingRequest
from webhooks.models import JournalEntry, QuarantinedRequest

MAXIMUM_QUARANTINED_BYTES = 64_000
QUARANTINE_SIZE = 100
SIGNED_PARTS = ("method", "url", "url_candidates", "path", "query_string", "query", "form", "headers")
MASK = "********"
_ENTRIES = CompiledWrite(JournalEntry, "verdict", "session_id", "numbers", "errors", "reply_status", "duration_ms")
_KEPT_HEADERS = frozenset({
    "content-type", "content-length", "content-encoding", "user-agent", "accept", "date", "x-request-id",
    "x-correlation-id", "traceparent", "x-forwarded-for", "x-forwarded-proto",
})  # fmt: skip
_KEPT_ENDINGS = ("-event", "-event-type", "-event-id", "-topic", "-webhook-id", "-delivery", "-request-id", "-attempt")


def open_entry(connector: ConnectorConfig, incoming: IncomingRequest) -> tuple[JournalEntry, bool]:
    """Store the request, committed when this returns (it runs outside any transaction).

    The second value is false when this very delivery has been stored before: then it is that row.
    """
    entry = new_entry(connector, incoming)
    if incoming.delivery_key is None:
        _ENTRIES.insert(entry)
        return entry, True
    known = JournalEntry.objects.filter(connector_id=connector.id, delivery_key=incoming.delivery_key)
    try:
        with transaction.atomic():
            _ENTRIES.insert(entry)
    except IntegrityError:
        return known.get(), False
    return entry, True


def new_entry(connector: ConnectorConfig, incoming: IncomingRequest) -> JournalEntry:
    """A row for the request, not yet saved, without what must not be kept."""
    secrets = secrets_of(connector)
    return JournalEntry(
        connector_id=connector.id,
        endpoint=incoming.endpoint,
        method=incoming.method,
        query_string=_masked(incoming.query_string.replace("\x00", ""), secrets),
        content_type=incoming.content_type,
        headers=kept_headers(incoming.headers, secrets),
        body=_masked_bytes(incoming.body, secrets),
        remote_address=incoming.remote_address or None,
        received_at=incoming.received_at,
        delivery_key=incoming.delivery_key,
    )


def close_entry(
    entry: JournalEntry,
    verdict: JournalEntry.Verdict,
    *,
    reply_status: int,
    events: Sequence[CallEvent] = (),
    errors: Sequence[FieldError] = (),
) -> None:
    """Write what became of the request; inside the transaction of the work when there was any."""
    numbers = " ".join(dict.fromkeys(one for event in events for one in _numbers(event)))
    session_id = next((event.session_id for event in events if event.session_id), "")
    told = [{"field": error.field, "message": error.message} for error in errors]
    duration_ms = entry.duration_ms
    if duration_ms is None:
        # A replay long after tells nothing of how long the provider waited.
        duration_ms = max(0, int((timezone.now() - entry.received_at).total_seconds() * 1000))
    _ENTRIES.update(entry.pk, verdict.value, session_id[:255], numbers[:255], told, reply_status, duration_ms)


def quarantine(connector: ConnectorConfig, incoming: IncomingRequest, signed: SignedRequest, reason: str) -> None:
    """Keep a request whose credential was refused; the newest hundred of a connector stay."""
    secrets = (*secrets_of(connector), *presented_secrets(connector, signed))
    QuarantinedRequest.objects.create(
        connector_id=connector.id,
        endpoint=incoming.endpoint,
        method=incoming.method,
        content_type=incoming.content_type,
        request=_signed_parts(signed),
        body=_masked_bytes(incoming.body[:MAXIMUM_QUARANTINED_BYTES], secrets),
        remote_address=incoming.remote_address or None,
        received_at=incoming.received_at,
        reason=reason[:255],
    )
    kept = QuarantinedRequest.objects.filter(connector_id=connector.id).order_by("-pk").values_list("pk", flat=True)
    if (oldest := kept[QUARANTINE_SIZE - 1 : QUARANTINE_SIZE].first()) is not None:
        QuarantinedRequest.objects.filter(connector_id=connector.id, pk__lt=oldest).delete()


def _signed_parts(signed: SignedRequest) -> dict[str, Any]:
    """What a verifier reads, as JSON values, the body in Base64; nothing when it is too large to keep."""
    parts = {name: getattr(signed, name) for name in SIGNED_PARTS}
    is_small = len(signed.body) <= MAXIMUM_QUARANTINED_BYTES and len(str(parts)) <= 2 * MAXIMUM_QUARANTINED_BYTES
    body = base64.b64encode(signed.body).decode()
    return {**parts, "headers": dict(signed.headers), "body": body} if is_small else {}


def kept_headers(headers: dict[str, str], secrets: Sequence[str]) -> dict[str, str]:
    """The headers that the journal may hold: an allow-list, so that no credential is kept by accident."""
    return {
        name: _masked(value, secrets)[:500]
        for name, value in headers.items()
        if name in _KEPT_HEADERS or name.endswith(_KEPT_ENDINGS)
    }


def _numbers(event: CallEvent) -> list[str]:
    numbers = (event.source_number, event.destination_number, event.display_number)
    return [number for number in numbers if number]


def _masked(text: str, secrets: Sequence[str]) -> str:
    return mask_secrets(text, secrets, MASK)


def _masked_bytes(body: bytes, secrets: Sequence[str]) -> bytes:
    """What is no text comes out as it went in."""
    if not secrets or not body:
        return body
    return _masked(body.decode("utf-8", "surrogateescape"), secrets).encode("utf-8", "surrogateescape")
