"""Recording events: store them, fold the calls that they belong to, and let popups follow."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from calls.folding import (
    INFERRED_PREFIX,
    HeardEvent,
    content_hash,
    event_from_json,
    event_to_json,
    session_key_of,
    split_into_calls,
)
from calls.models import Call, StoredEvent
from calls.recordings.copies import owe_copy
from calls.services.call_facts import write_facts
from calls.services.clicks import provider_ids_of, tie_click
from calls.services.linked_recordings import borrow_recording, lend_recording, parents_of
from calls.services.popups import follow_call, show_popup
from connector_config.mapping.events import CallEvent, EventKind
from connector_config.selectors import ConnectorConfig
from telephony_connector.common.compiled_sql import CompiledRead, CompiledWrite
from telephony_connector.common.locks import lock_for_transaction

_INFERRED_HORIZON = timedelta(hours=24)
_REUSED_HORIZON = timedelta(hours=1)
_MANY_CALLS = 50
"""From so many calls of one session id on, only those within the horizon are read: else each costs more."""
_CALLS_OF_SESSION = CompiledRead(
    lambda connector_id, key: (
        Call.objects.filter(connector_id=connector_id, session_key=key)
        .order_by()
        .values_list("pk", "occurrence", "happened_at")
    )
)
_NEW_CALLS, _NEW_EVENTS = CompiledWrite(Call), CompiledWrite(StoredEvent)


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from: the journal row, when it was received, and whether it is read for a second time.

    ``is_refold`` stands for no request at all: what is stored is folded anew.
    """

    journal_id: int
    received_at: datetime
    is_replay: bool = False
    is_refold: bool = False


@transaction.atomic(savepoint=False)
def record_events(*, connector: ConnectorConfig, events: Sequence[CallEvent], source: Source) -> list[Call]:
    """Store the events of one request and bring their calls up to date; returns those calls.

    Idempotent: an event equal to a stored one changes nothing. A replay replaces what the request gave before, and
    shows no popup. Events of kind IGNORE must not come here.
    """
    keys = [session_key_of(event) for event in events]
    before = _forget_request(source) if source.is_replay else {}
    abandoned = sorted({row.session_key for row in before.values()})
    others = {name for event in events for name in provider_ids_of(event) | parents_of(event)}
    by_others = {f"call:{connector.id}:{name}" for name in others}
    lock_for_transaction(*_lock_names(connector, {*keys, *abandoned}), *by_others)
    calls: dict[int, Call] = {}
    for key in dict.fromkeys([*keys, *abandoned]):
        numbered = [(index, event) for index, event in enumerate(events) if keys[index] == key]
        for call in _SessionRecorder(connector, key, source, before, numbered).record():
            calls[call.pk] = call
    return list(calls.values())


def refold_calls(*, connector: ConnectorConfig, provider_call_id: str, keys: Callable[[], Set[str]]) -> list[Call]:
    """Fold stored calls anew, since a click to call has just learnt that they are its own; returns those calls.

    Their popups go to whom they concern now. ``keys`` gives their session keys; it is asked under the lock that every
    event takes which names this id, so that an event is seen here or has seen the click. Not for use in a transaction.
    """
    source = Source(journal_id=0, received_at=timezone.now(), is_refold=True)
    locked = {provider_call_id}
    while True:
        with transaction.atomic():
            lock_for_transaction(*_lock_names(connector, locked))
            found = keys()
            if found <= locked:
                recorders = [_SessionRecorder(connector, key, source, {}, []) for key in sorted(found)]
                return [call for recorder in recorders for call in recorder.record()]
        # All locks are taken in one call, or two transactions could wait for each other: begin anew with more.
        locked |= found


def _lock_names(connector: ConnectorConfig, keys: Set[str]) -> list[str]:
    """Batches go one after the other: their calls' leads and agents come in any order, and would block each other."""
    batch = [f"batch:{connector.id}"] if len(keys) > 1 else []
    return batch + [f"call:{connector.id}:{key}" for key in keys]


def _forget_request(source: Source) -> dict[int, StoredEvent]:
    """Delete what the request gave when it was read before; returns those rows by their index in the request."""
    stored = StoredEvent.objects.filter(journal_id=source.journal_id)
    before = {row.index_in_request: row for row in stored}
    stored.delete()
    return before


class _SessionRecorder:
    """Brings the calls of one session key up to date; lives for one request, under the key's lock."""

    def __init__(
        self,
        connector: ConnectorConfig,
        key: str,
        source: Source,
        before: Mapping[int, StoredEvent],
        numbered: Sequence[tuple[int, CallEvent]],
    ) -> None:
        self.connector, self.key, self.source, self.before = connector, key, source, before
        self.numbered = numbered
        self.is_inferred = key.startswith(INFERRED_PREFIX)
        self.last_occurrence = 0
        self.is_partial = False
        self.calls = {call.pk: call for call in self._stored_calls()}
        stored = self._stored_events() if self.calls else []
        self.rows = {row.fingerprint: row for row in stored}

    def _stored_calls(self) -> list[Call]:
        # Most calls are new: their many columns are asked for only when there is a row.
        found = _CALLS_OF_SESSION.rows(self.connector.id, self.key)
        self.last_occurrence = max((occurrence for _, occurrence, _ in found), default=0)
        pks = {pk for pk, _, _ in found}
        if len(found) > _MANY_CALLS and not self.is_inferred:
            pks = self._pks_concerned({pk: happened_at for pk, _, happened_at in found})
            self.is_partial = len(pks) < len(found)
        # Locked, because an agent may be writing the outcome into the same row: a save of ours must not undo it.
        known = Call.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
        return list(known.select_related("popup")) if pks else []

    def _pks_concerned(self, happened: Mapping[int, datetime]) -> set[int]:
        """Of the calls of a sender that gives every call one id: those near these events, the latest ones for events
        without a start, and those that had one of these events before."""
        latest = max(happened.values())
        moments = {event.started_at or latest for _, event in self.numbered}
        pks = {pk for pk, at in happened.items() if any(abs(at - moment) <= _REUSED_HORIZON for moment in moments)}
        identities = [content_hash(event) for _, event in self.numbered]
        rows = StoredEvent.objects.filter(connector_id=self.connector.id, fingerprint__in=identities)
        pks.update(rows.values_list("call_id", flat=True))
        pks.update(row.call_id for row in self.before.values() if row.session_key == self.key)
        return pks & set(happened)

    def _stored_events(self) -> list[StoredEvent]:
        rows = StoredEvent.objects.filter(connector_id=self.connector.id, session_key=self.key)
        if self.is_inferred:
            received_at = self.source.received_at
            rows = rows.filter(received_at__range=(received_at - _INFERRED_HORIZON, received_at + _INFERRED_HORIZON))
        elif self.is_partial:
            rows = rows.filter(call_id__in=self.calls)
        return list(rows)

    def record(self) -> list[Call]:
        """Store what is new, fold every call that it touches, and return the calls of these events."""
        known, fresh = self._sort_out()
        if not (fresh or self.source.is_replay or self.source.is_refold):
            return [self.calls[call_id] for call_id in sorted(known)]
        self.rows.update({row.fingerprint: row for row in fresh})
        new = {row.fingerprint for row in fresh}
        touched = []
        taken: set[int] = set()
        heard = [_heard(row) for row in self.rows.values()]
        for index, group in enumerate(split_into_calls(heard, is_inferred=self.is_inferred)):
            call = self._call_of(group, taken)
            if self.source.is_replay or self.source.is_refold or self._is_changed(call, group, new):
                self._refold(call, group, new, is_reused=index > 0 or self.is_partial)
                touched.append(call)
            taken.add(call.pk)
        for row in fresh:
            _NEW_EVENTS.insert(row)
        self._drop_empty_calls(taken)
        return touched

    def _sort_out(self) -> tuple[set[int], list[StoredEvent]]:
        """The ids of the calls whose events came again, and rows (not yet saved) for events that are new."""
        stored = {self._identity_of_row(row): row for row in self.rows.values()}
        known: set[int] = set()
        fresh: dict[str, StoredEvent] = {}
        for index, event in self.numbered:
            identity = content_hash(event)
            if identity in stored:
                known.add(stored[identity].call_id)
            elif identity not in fresh:
                fresh[identity] = self._new_row(index, event, identity)
        return known, list(fresh.values())

    def _identity_of_row(self, row: StoredEvent) -> str:
        return content_hash(event_from_json(row.kind, row.fields)) if self.is_inferred else row.fingerprint

    def _new_row(self, index: int, event: CallEvent, identity: str) -> StoredEvent:
        """Without a session id an equal event may come again after a day: the time then tells the rows apart."""
        salted = f"{identity}@{self.source.received_at.isoformat()}"
        return StoredEvent(
            connector_id=self.connector.id,
            session_key=self.key,
            journal_id=self.source.journal_id,
            index_in_request=index,
            mapping_version=self.connector.version,
            kind=event.kind.value,
            fields=event_to_json(event),
            fingerprint=hashlib.sha256(salted.encode()).hexdigest() if self.is_inferred else identity,
            received_at=self.source.received_at,
        )

    def _call_of(self, group: Sequence[HeardEvent], taken: set[int]) -> Call:
        """The call that most of these events belong to already, else a new one."""
        votes = Counter(self._call_id_so_far(self.rows[one.content_hash]) for one in group)
        owners = sorted((pk for pk in votes if pk in self.calls and pk not in taken), key=lambda pk: (-votes[pk], pk))
        if owners:
            return self.calls[owners[0]]
        self.last_occurrence += 1
        return Call(connector_id=self.connector.id, session_key=self.key, occurrence=self.last_occurrence)

    def _call_id_so_far(self, row: StoredEvent) -> int | None:
        """The call that the event belongs to, or belonged to before its request was read again."""
        if row.journal_id == self.source.journal_id and row.index_in_request in self.before:
            return self.before[row.index_in_request].call_id
        return row.call_id

    def _is_changed(self, call: Call, group: Sequence[HeardEvent], new: set[str]) -> bool:
        return any(one.content_hash in new or self.rows[one.content_hash].call_id != call.pk for one in group)

    def _refold(self, call: Call, group: Sequence[HeardEvent], new: set[str], *, is_reused: bool) -> None:
        """Fold the group into its call, save it, tie the events to it, and let the popup follow."""
        is_new, former_recording = call.pk is None, call.recording_url
        parties = write_facts(call, group, self.connector, is_reused=is_reused and not self.is_inferred)
        borrow_recording(call)
        if is_new:
            _NEW_CALLS.insert(call)
        else:
            call.save()
        for recorded in (call, *lend_recording(call, before=former_recording)):
            owe_copy(call=recorded, is_wanted=self.connector.keeps_recordings)
        tie_click(click_id=parties.click_id, call=call)
        self.calls[call.pk] = call
        self._tie(call, group, new)
        told = [one for one in group if one.event.kind == EventKind.POPUP]
        news = [one.event for one in told if self.source.is_refold or one.content_hash in new]
        if news and not self.source.is_replay:
            show_popup(call=call, events=news, parties=parties, connector=self.connector, is_first=is_new)
        elif not is_new:
            follow_call(call=call)

    def _tie(self, call: Call, group: Sequence[HeardEvent], new: set[str]) -> None:
        moved = []
        for one in group:
            row = self.rows[one.content_hash]
            if row.call_id != call.pk:
                row.call = call
                if one.content_hash not in new:
                    moved.append(row)
        if moved:
            StoredEvent.objects.bulk_update(moved, ["call"])

    def _drop_empty_calls(self, kept: set[int]) -> None:
        """A call that lost all its events to another goes, unless somebody has written on it."""
        for pk, call in self.calls.items():
            has_input = call.disposition or call.notes or call.chosen_lead_id or call.follow_up_at
            if pk not in kept and not has_input and not call.events.exists():
                call.delete()


def _heard(row: StoredEvent) -> HeardEvent:
    return HeardEvent(event_from_json(row.kind, row.fields), row.received_at, row.fingerprint)
