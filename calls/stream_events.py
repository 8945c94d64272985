"""What an agent's event stream says: reads the news of one desk and writes them as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from calls import desk_selectors
from calls.models import NotShown, OutboundRequest, PopupDelivery
from calls.presentation import customer_of
from calls.selectors import deliveries_after
from crm.masking import sees_numbers, shown_id, shown_text
from crm.models import Agent
from telephony_connector.common.masking import mask_number

OUTBOUND_WINDOW = timedelta(hours=1)
"""Requests older than this are no longer followed live."""

OutboundState = tuple[str, int]


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
    outbound: dict[str, OutboundState] | None = None
    only_lead: UUID | None = None
    events: list[bytes] = field(default_factory=list)

    def read(self) -> list[bytes]:
        """The events since the last reading (blocking: runs in a database thread)."""
        self.events = []
        newest = desk_selectors.last_sequence(self.agent)
        if self.sequence is None or self.sequence > newest:
            self._tell_open_popups(newest)
        elif newest > self.sequence:
            self._tell_changes(self.sequence)
        self._tell_outbound()
        return self.events

    def _tell_open_popups(self, newest: int) -> None:
        deliveries = sorted(desk_selectors.open_deliveries(self.agent), key=lambda row: row.sequence)
        self.events += [popup_event(row) for row in deliveries if self._is_wanted(row)]
        self.sequence = newest

    def _tell_changes(self, sequence: int) -> None:
        for delivery in deliveries_after(agent=self.agent, sequence=sequence):
            if delivery.not_shown_reason != NotShown.SWITCHED_OFF and self._is_wanted(delivery):
                self.events.append(popup_event(delivery))
            self.sequence = delivery.sequence

    def _is_wanted(self, delivery: PopupDelivery) -> bool:
        return self.only_lead is None or delivery.popup.call.lead_id == self.only_lead

    def _tell_outbound(self) -> None:
        rows = list(desk_selectors.recent_outbound(self.agent, since=timezone.now() - OUTBOUND_WINDOW))
        states = {str(row.pk): (row.status, row.attempt_count) for row in rows}
        if self.outbound is not None:
            changed = [row for row in rows if self.outbound.get(str(row.pk)) != states[str(row.pk)]]
            self.events += [outbound_event(row) for row in reversed(changed)]
        self.outbound = states


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
