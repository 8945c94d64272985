"""What an agent's event stream says: reads the news of one desk and writes them as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from calls import desk_selectors
from calls.models import NotShown, OutboundRequest, PopupDelivery
from calls.presentation import customer_of
from calls.selectors import deliveries_after_each
from crm.masking import sees_numbers, shown_id, shown_text
from crm.models import Agent
from telephony_connector.common.masking import mask_number

OUTBOUND_WINDOW = timedelta(hours=1)
"""Requests older than this are no longer followed live."""

OutboundState = tuple[str, int]
News = list[bytes] | Exception


def event(name: str, data: dict[str, Any], *, sequence: int | None = None) -> bytes:
    """One server-sent event; only popups carry the sequence number, so that a reconnect resumes at the last of them."""
    number = f"id: {sequence}\n" if sequence is not None else ""
    return f"event: {name}\n{number}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


@dataclass(slots=True)
class DeskCursor:
    """How far one stream has told its agent's news. ``sequence`` None means that it has told nothing yet.

    With ``only_lead`` it tells of popups of that lead: an embedded page about one lead hears of no other.
    """

    agent: Agent
    sequence: int | None
    outbound: dict[UUID, OutboundState] | None = None
    only_lead: UUID | None = None
    is_checked: bool = False

    def place(self, newest: int) -> None:
        """Begin: a number that the agent's stream has not reached yet (of another database, say) means none at all."""
        if not self.is_checked and self.sequence is not None and self.sequence > newest:
            self.sequence = None
        self.is_checked = True

    def tell(self, desk: _Desk) -> list[bytes]:
        """The events of this desk since the last reading."""
        events = [popup_event(row) for row in self._new(desk) if self._is_wanted(row)]
        events += self._outbound_events(desk.outbound)
        self.sequence = max([self.sequence or desk.newest, *(row.sequence for row in desk.deliveries)])
        self.outbound = {row.pk: (row.status, row.attempt_count) for row in desk.outbound}
        return events

    def _new(self, desk: _Desk) -> list[PopupDelivery]:
        return [row for row in desk.deliveries if self.sequence is None or row.sequence > self.sequence]

    def _is_wanted(self, delivery: PopupDelivery) -> bool:
        if delivery.not_shown_reason == NotShown.SWITCHED_OFF:
            return False
        return self.only_lead is None or delivery.popup.call.lead_id == self.only_lead

    def _outbound_events(self, rows: list[OutboundRequest]) -> list[bytes]:
        if self.outbound is None:
            return []
        return [outbound_event(row) for row in rows if self.outbound.get(row.pk) != (row.status, row.attempt_count)]


@dataclass(slots=True)
class _Desk:
    """What was read of one agent's desk: deliveries by number, requests oldest first."""

    newest: int = 0
    deliveries: list[PopupDelivery] = field(default_factory=list)
    outbound: list[OutboundRequest] = field(default_factory=list)


def read_news(cursors: Sequence[DeskCursor]) -> list[News]:
    """The events of each stream since its last reading, in a few queries for all of them (blocking).

    A desk that cannot be told has its exception in the place of its events: the others must not suffer by it.
    """
    desks = {cursor.agent.pk: _Desk() for cursor in cursors}
    if beginners := [cursor.agent.pk for cursor in cursors if not cursor.is_checked]:
        for agent_id, newest in desk_selectors.last_sequences(beginners).items():
            desks[agent_id].newest = newest
    for cursor in cursors:
        cursor.place(desks[cursor.agent.pk].newest)
    _gather_deliveries(cursors, desks)
    for request in desk_selectors.recent_outbound(list(desks), since=timezone.now() - OUTBOUND_WINDOW):
        desks[request.agent_id or 0].outbound.append(request)
    return [_told(cursor, desks[cursor.agent.pk]) for cursor in cursors]


def _gather_deliveries(cursors: Sequence[DeskCursor], desks: Mapping[int, _Desk]) -> None:
    """Open popups for a stream that begins without a number, else what changed after the oldest number asked for."""
    empty = {cursor.agent.pk for cursor in cursors if cursor.sequence is None}
    marks: dict[int, int] = {}
    for cursor in cursors:
        if cursor.sequence is not None:
            marks[cursor.agent.pk] = min(cursor.sequence, marks.get(cursor.agent.pk, cursor.sequence))
    found: dict[int, PopupDelivery] = {}
    if empty:
        found |= {row.pk: row for row in desk_selectors.open_deliveries_of(empty)}
    if marks:
        found |= {row.pk: row for row in deliveries_after_each(marks)}
    for row in sorted(found.values(), key=lambda row: row.sequence):
        desks[row.agent_id].deliveries.append(row)


def _told(cursor: DeskCursor, desk: _Desk) -> News:
    try:
        return cursor.tell(desk)
    except Exception as error:  # whatever it is, it is this desk's alone
        return error


def popup_event(delivery: PopupDelivery) -> bytes:
    """A popup as it is now on the agent's desk; ``closed`` means that it belongs there no longer.

    Masked for an agent who does not see numbers, as on their pages.
    """
    call, viewer = delivery.popup.call, delivery.agent.user
    number = call.customer_number_e164 or call.customer_number
    data = {
        "popup_id": delivery.popup_id,
        "call_session_id": shown_id(call.session_id, number=call.customer_number, viewer=viewer),
        "state": delivery.state,
        "lead": shown_text(customer_of(call), viewer=viewer),
        "number": number if sees_numbers(viewer) else mask_number(number, call.connector.default_country),
        "url": reverse("popup", args=[delivery.popup_id]),
        "card_url": reverse("popup-card", args=[delivery.popup_id]),
        "closed": desk_selectors.is_popup_closed(delivery),
    }
    return event("popup", data, sequence=delivery.sequence)


def outbound_event(request: OutboundRequest) -> bytes:
    """A request of the agent's, as far as it has come."""
    popup_id = getattr(getattr(request.call, "popup", None), "pk", None)
    data = {"id": str(request.pk), "purpose": request.purpose, "status": request.status, "popup_id": popup_id}
    return event("outbound", data)


def states_of(agent_ids: list[int]) -> dict[int, Any]:
    """For each agent a value that changes with the desk: two queries, however many agents there are."""
    outbound: dict[int, set[tuple[str, ...]]] = {}
    since = timezone.now() - OUTBOUND_WINDOW
    for agent_id, *state in _outbound_states(agent_ids, since):
        outbound.setdefault(agent_id, set()).add(tuple(str(value) for value in state))
    sequences = desk_selectors.last_sequences(agent_ids)
    return {agent_id: (sequences.get(agent_id, 0), frozenset(outbound.get(agent_id, ()))) for agent_id in agent_ids}


def _outbound_states(agent_ids: list[int], since: Any) -> Iterator[tuple[Any, ...]]:
    rows = OutboundRequest.objects.filter(agent_id__in=agent_ids, created_at__gte=since)
    return rows.values_list("agent_id", "pk", "status", "attempt_count").iterator()
