"""Keeping look-ups (call route): written in batches behind the answer, so that a ringing caller does not wait for it.

What a killed process had not yet written is lost: a look-up changes nothing, and the provider has its answer.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque

from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from connector_config.selectors import ConnectorConfig
from webhooks.answers import Answer
from webhooks.incoming import IncomingRequest
from webhooks.journal import new_entry
from webhooks.models import JournalEntry

FLUSH_SECONDS = 1.0
MAXIMUM_WAITING = 5_000
MAXIMUM_REPLY = 1_000

_waiting: deque[JournalEntry] = deque(maxlen=MAXIMUM_WAITING)
_news = threading.Event()
_start_lock = threading.Lock()
_writer: threading.Thread | None = None
logger = logging.getLogger(__name__)


def keep_look_up(connector: ConnectorConfig, incoming: IncomingRequest, answer: Answer) -> None:
    """Have what was asked and answered written soon. Never blocks and never raises."""
    entry = new_entry(connector, incoming)
    entry.verdict = JournalEntry.Verdict.ANSWERED
    entry.reply_status, entry.reply_body = answer.status, answer.body[:MAXIMUM_REPLY]
    entry.duration_ms = max(0, int((timezone.now() - incoming.received_at).total_seconds() * 1000))
    _waiting.append(entry)
    _start_writer()
    _news.set()


def write_look_ups() -> int:
    """Write all that waits; returns how many rows. A row that the database refuses does not stop the others."""
    batch: list[JournalEntry] = []
    while _waiting:
        batch.append(_waiting.popleft())
    try:
        JournalEntry.objects.bulk_create(batch)
    except Error:
        return sum(_is_written(entry) for entry in batch)
    return len(batch)


def _is_written(entry: JournalEntry) -> bool:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except Error:
        logger.exception("A look-up of connector %s could not be journalled", entry.connector_id)
        close_old_connections()
        return False
    return True


def _start_writer() -> None:
    global _writer
    if _writer is not None and _writer.is_alive():
        return
    with _start_lock:
        if _writer is None or not _writer.is_alive():
            _writer = threading.Thread(target=_write_for_ever, name="look-ups", daemon=True)
            _writer.start()
            atexit.register(write_look_ups)


def _write_for_ever() -> None:
    while True:
        _news.wait()
        _news.clear()
        threading.Event().wait(FLUSH_SECONDS)
        close_old_connections()
        write_look_ups()
        close_old_connections()
