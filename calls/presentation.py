"""How calls are put into words: durations, statuses with icon and tone, the state of what we owe a provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from calls.models import Call, NotShown, OutboundRequest, PopupDelivery
from connector_config.mapping.events import CallStatus, Direction
from telephony_connector.common.phones import is_withheld

WITHHELD = "Number withheld"
ON_ITS_WAY = timedelta(seconds=10)
"""A popup that no page has taken by then found none."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: an icon of static/icons.svg, a word beside it, and a tone (good, bad, busy, calm)."""

    icon: str
    word: str
    tone: str


_STATUS_LOOKS = {
    CallStatus.RINGING: Look("phone", "Ringing", "busy"),
    CallStatus.IN_PROGRESS: Look("phone", "In progress", "busy"),
    CallStatus.ANSWERED: Look("check", "Answered", "good"),
    CallStatus.MISSED: Look("missed", "Missed", "bad"),
    CallStatus.NOT_ANSWERED: Look("missed", "Not answered", "bad"),
    CallStatus.BUSY: Look("ban", "Busy", "warn"),
    CallStatus.DECLINED: Look("ban", "Declined", "warn"),
    CallStatus.CANCELLED: Look("cross", "Cancelled", "calm"),
    CallStatus.VOICEMAIL: Look("voicemail", "Voicemail", "warn"),
    CallStatus.FAILED: Look("alert", "Failed", "bad"),
    CallStatus.UNKNOWN: Look("question", "Unknown", "calm"),
}

_DIRECTION_LOOKS = {
    Direction.INBOUND.value: Look("incoming", "Incoming", "calm"),
    Direction.OUTBOUND.value: Look("outgoing", "Outgoing", "calm"),
}


def clock_duration(seconds: int | None) -> str:
    """``134`` → ``2:14``, ``3725`` → ``1:02:05``; nothing when it is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def status_look(status: str) -> Look:
    """The look of a call's status."""
    return _STATUS_LOOKS[CallStatus(status)]


def direction_look(direction: str) -> Look:
    """The look of a call's direction; a call whose direction nobody told is just a call."""
    return _DIRECTION_LOOKS.get(direction, Look("phone", "Call", "calm"))


def why_not_shown(delivery: PopupDelivery) -> str:
    """Why nobody has seen the popup: empty once somebody has, and in its first seconds on the way."""
    if delivery.shown_at or delivery.not_shown_reason:
        return "" if delivery.shown_at else delivery.not_shown_reason
    is_late = delivery.acknowledged_at is None and timezone.now() - delivery.created_at > ON_ITS_WAY
    return NotShown.OFFLINE.value if is_late else ""


def customer_of(call: Call) -> str:
    """Who the customer is, in a word: what the lead is called, the name that the provider sent, or nothing."""
    if call.lead is not None and call.lead.label:
        return call.lead.label
    return str((call.caller or {}).get("name", ""))


def wants_name(call: Call) -> bool:
    """True while the customer can be told by a number only: there is no lead, or one that nobody has named."""
    return not is_withheld(call.customer_number) and (call.lead is None or not call.lead.label)


def dialling_look(request: OutboundRequest) -> Look:
    """How a click-to-call stands, as the waiting agent should read it."""
    statuses = OutboundRequest.Status
    if request.is_open:
        return Look("phone", "Calling…", "busy")
    if request.status == statuses.SUCCEEDED:
        return _called_look(request.call)
    if request.status == statuses.UNKNOWN:
        return Look("question", f"{request.connector.name} did not answer. Look whether your phone rings.", "warn")
    return Look("alert", request.message or f"{request.connector.name} did not take the call.", "bad")


def _called_look(call: Call | None) -> Look:
    """How far a click's call has come; until the call is heard of, the agent's own phone is what to wait for."""
    if call is None or call.status == CallStatus.RINGING:
        return Look("check", "Ringing your phone", "good")
    if call.status not in {CallStatus.IN_PROGRESS, CallStatus.ANSWERED}:
        return status_look(call.status)
    if not call.is_over:
        return Look("phone", "In call", "good")
    return Look("check", f"Call ended {clock_duration(call.duration_seconds)}".strip(), "calm")


def disposition_look(request: OutboundRequest) -> Look:
    """Whether a saved disposition has reached the provider."""
    provider = request.connector.name
    if request.status == OutboundRequest.Status.SUCCEEDED:
        return Look("check", f"Delivered to {provider}", "good")
    if request.is_open and request.attempt_count == 0:
        return Look("clock", f"Sending to {provider}…", "busy")
    if request.is_open:
        return Look("clock", f"Waiting for {provider}, retry at", "warn")
    return Look("alert", f"{provider} did not take it: {request.message or 'no reason given'}", "bad")
