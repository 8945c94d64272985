"""Reading journalled requests again, after a mapping, a secret or our code was mended. Without side effects."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connector_config.selectors import connector_config_by_id
from connector_config.verification import SignedRequest, VerificationError
from webhooks.authentication import verify
from webhooks.endpoints import EVENT_ENDPOINTS
from webhooks.incoming import IncomingRequest
from webhooks.ingest import accept_events, process_entry
from webhooks.models import JournalEntry, QuarantinedRequest


def replay_entry(entry: JournalEntry) -> JournalEntry.Verdict:
    """Read one request again with today's configuration; what it gave before is replaced.

    No popup is shown and nothing is owed a second time. Returns the new verdict, which the row carries too. A look-up
    (call route, lead details) holds no event: it stays as it is.
    """
    if entry.endpoint not in EVENT_ENDPOINTS:
        return JournalEntry.Verdict(entry.verdict)
    connector = connector_config_by_id(entry.connector_id)
    process_entry(entry, connector, incoming_of(entry), is_replay=True)
    JournalEntry.objects.filter(pk=entry.pk).update(replayed_at=timezone.now())
    entry.refresh_from_db()
    return JournalEntry.Verdict(entry.verdict)


def replay_entries(entries: QuerySet[JournalEntry]) -> Iterator[JournalEntry.Verdict]:
    """Replay them oldest first, one transaction each, yielding each verdict (for a progress bar)."""
    for pk in entries.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=500):
        yield replay_entry(JournalEntry.objects.get(pk=pk))


def incoming_of(entry: JournalEntry) -> IncomingRequest:
    """The journalled request as it was when it came."""
    return IncomingRequest(
        method=entry.method,
        endpoint=entry.endpoint,
        query_string=entry.query_string,
        content_type=entry.content_type,
        headers=dict(entry.headers),
        body=bytes(entry.body),
        remote_address=entry.remote_address or "",
        received_at=entry.received_at,
    )


def release_from_quarantine(refused: QuarantinedRequest) -> None:
    """Accept a refused request that verifies now; it leaves the quarantine.

    Raises VerificationError when the connector's present settings do not prove it either.
    """
    if not refused.request:
        raise VerificationError("too little of the request was kept to verify it")
    connector = connector_config_by_id(refused.connector_id)
    parts: dict[str, Any] = dict(refused.request)
    # Earlier versions kept the body in the column for people alone, secrets and all.
    body = base64.b64decode(parts.pop("body")) if "body" in parts else bytes(refused.body)
    signed = SignedRequest(received_at=refused.received_at, body=body, **parts)
    incoming = IncomingRequest(
        method=refused.method,
        endpoint=refused.endpoint,
        query_string=signed.query_string,
        content_type=refused.content_type,
        headers=dict(signed.headers),
        body=body,
        remote_address=refused.remote_address or "",
        received_at=refused.received_at,
    )
    accept_events(connector, verify(connector, incoming, signed))
    refused.delete()
