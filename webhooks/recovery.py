"""Requests that were journalled and then forgotten: the process died before the work was done."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from connector_config.selectors import connector_config_by_id
from webhooks.ingest import process_entry
from webhooks.models import JournalEntry
from webhooks.replay import incoming_of

PATIENCE = timedelta(minutes=2)
BATCH_SIZE = 200


def finish_received_entries() -> int:
    """Do the work of requests that are still *received* after two minutes; returns how many there were.

    Recording is idempotent, so a provider's repetition in the meantime does no harm. No popup is shown: it is too late.
    """
    forgotten = JournalEntry.objects.filter(
        verdict=JournalEntry.Verdict.RECEIVED, received_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")[:BATCH_SIZE]
    entries = list(forgotten)
    for entry in entries:
        connector = connector_config_by_id(entry.connector_id)
        process_entry(entry, connector, incoming_of(entry), is_replay=True)
    return len(entries)
