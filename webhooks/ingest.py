"""The way in: journal, normalise, record, close. Every accepted request is in the journal before any work on it."""

from __future__ import annotations

import logging
import random
import time

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from calls.services.recording import Source, record_events
from connector_config.hook_urls import hook_url
from connector_config.mapping.events import (
    CallEvent,
    EventKind,
    NormalisationError,
    UnreadableBodyError,
)
from connector_config.mapping.normalise import normalise
from connector_config.selectors import ConnectorConfig
from webhooks.answers import Answer, HookError, error_answer, try_again
from webhooks.incoming import IncomingRequest
from webhooks.journal import close_entry, open_entry
from webhooks.models import JournalEntry

Verdict = JournalEntry.Verdict
logger = logging.getLogger(__name__)

_ATTEMPTS = 4
_CONFLICTS = frozenset({"40001", "40P01", "23505", "23503"})
"""PostgreSQL's codes for: not serialisable, deadlock, a unique value that somebody else has just written, a row that
somebody has just deleted (a lead that went into another)."""


def accept_events(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    """Keep a proven request and do what it says; the answer is the one that the connector's provider expects.

    Raises HookError 503 when the request could not even be kept: the provider is to send it again.
    """
    try:
        entry, is_new = open_entry(connector, incoming)
    except DatabaseError as error:
        logger.exception("A request of connector %s could not be journalled", connector.slug)
        raise try_again() from error
    if not is_new and entry.verdict not in (Verdict.RECEIVED, Verdict.FAILED, Verdict.REJECTED):
        # Repeated because our answer was lost: a good one again, and the work is not done twice.
        return _acceptance(connector, incoming, [])
    return process_entry(entry, connector, incoming)


def process_entry(
    entry: JournalEntry, connector: ConnectorConfig, incoming: IncomingRequest, *, is_replay: bool = False
) -> Answer:
    """Read the journalled request as events and record them. Whatever goes wrong is written to the journal row."""
    try:
        events = normalise(request=incoming.parsed(), mapping=connector.mapping, time_zone=connector.time_zone)
    except NormalisationError as error:
        answer = _rejection(connector, incoming, error)
        close_entry(entry, Verdict.REJECTED, reply_status=answer.status, errors=error.errors)
        return answer
    except Exception as error:  # a door that must record the failure
        return _failure(entry, connector, error)
    wanted = [event for event in events if is_wanted(event, connector)]
    answer = _acceptance(connector, incoming, events)
    if not wanted:
        close_entry(entry, Verdict.IGNORED, reply_status=answer.status, events=events)
        return answer
    source = Source(journal_id=entry.pk, received_at=entry.received_at, is_replay=is_replay)
    try:
        _record(entry, connector, wanted, source, reply_status=answer.status)
    except Exception as error:  # a door that must record the failure
        return _failure(entry, connector, error)
    return answer


def _record(
    entry: JournalEntry, connector: ConnectorConfig, events: list[CallEvent], source: Source, *, reply_status: int
) -> None:
    """Record and close in one transaction; again from its start when it ran into another one."""
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            with transaction.atomic():
                record_events(connector=connector, events=events, source=source)
                close_entry(entry, Verdict.PROCESSED, reply_status=reply_status, events=events)
        except (OperationalError, IntegrityError) as error:
            if not attempts_left or getattr(error.__cause__, "sqlstate", "") not in _CONFLICTS:
                raise
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - so that two do not meet again
        else:
            return


def is_wanted(event: CallEvent, connector: ConnectorConfig) -> bool:
    """False for what is understood and not used: ignored kinds, and popups where they are switched off."""
    if event.kind == EventKind.IGNORE:
        return False
    return event.kind != EventKind.POPUP or connector.popup_enabled


def _acceptance(connector: ConnectorConfig, incoming: IncomingRequest, events: list[CallEvent]) -> Answer:
    reply = connector.preset.reply_for(incoming.endpoint)
    session_id = next((event.session_id for event in events if event.session_id), "")
    return Answer(
        status=reply.status,
        body=reply.render(session_id=session_id, hook_url=hook_url(connector, incoming.endpoint)),
        content_type=reply.content_type,
    )


def _rejection(connector: ConnectorConfig, incoming: IncomingRequest, error: NormalisationError) -> Answer:
    """400 for a body that cannot be read; else the preset's choice: some providers stop for good after a 4xx."""
    if isinstance(error, UnreadableBodyError):
        return error_answer(HookError(400, "UnreadableBodyException", str(error), error.errors))
    if connector.preset.on_reject < 400:
        return _acceptance(connector, incoming, [])
    return error_answer(HookError(connector.preset.on_reject, "InvalidRequestException", str(error), error.errors))


def _failure(entry: JournalEntry, connector: ConnectorConfig, error: Exception) -> Answer:
    """Our fault: logged with its traceback, kept for a replay, and 503 so that the provider sends it again."""
    logger.error("Request %s of connector %s failed", entry.pk, connector.slug, exc_info=error)
    try:
        close_entry(entry, Verdict.FAILED, reply_status=503)
    except DatabaseError:
        logger.exception("The verdict of request %s could not be written", entry.pk)
    return error_answer(try_again())
