"""The requests that a provider makes in the course of one call, in the standard field names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
Payload = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """One call, as its provider knows it. ``our_end`` is the agent's number or provider id."""

    session_id: str
    direction: str
    customer: str
    our_end: str
    display_number: str
    time_zone: str = "UTC"
    is_answered: bool = True
    ring_seconds: float = 2.0
    talk_seconds: float = 6.0
    recording_url: str = ""
    recording_delay_seconds: float = 3.0
    extra: Payload = field(default_factory=dict)

    @property
    def is_inbound(self) -> bool:
        """True when the customer calls."""
        return self.direction == "Inbound"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the provider: ``delay_seconds`` after the call began, to this hook endpoint."""

    delay_seconds: float
    endpoint: str
    payload: Payload
    label: str
    is_forged: bool = False


def steps_of(call: SimulatedCall, started_at: datetime) -> list[Step]:
    """Popup Ringing, popup Answered, call log, late recording; a missed call has neither answer nor recording."""
    parties = _parties(call)
    ringing = Step(0.0, "agent-popup", {**parties, "Status": "Ringing"}, "popup Ringing")
    if not call.is_answered:
        return [ringing, Step(call.ring_seconds, "call-log", _call_log(call, started_at, "Missed"), "call log Missed")]
    ends_after = call.ring_seconds + call.talk_seconds
    return [
        ringing,
        Step(call.ring_seconds, "agent-popup", {**parties, "Status": "Answered"}, "popup Answered"),
        Step(ends_after, "call-log", _call_log(call, started_at, "Answered"), "call log Answered"),
        Step(ends_after + call.recording_delay_seconds, "call-log", _recording(call), "late recording"),
    ]


def _parties(call: SimulatedCall) -> dict[str, str]:
    source, destination = (call.customer, call.our_end) if call.is_inbound else (call.our_end, call.customer)
    return {
        "SourceNumber": source,
        "DestinationNumber": destination,
        "DisplayNumber": call.display_number,
        "Direction": call.direction,
        "CallSessionId": call.session_id,
        **call.extra,
    }


def _call_log(call: SimulatedCall, started_at: datetime, status: str) -> Payload:
    talked = call.talk_seconds if call.is_answered else 0.0
    ended_at = started_at + timedelta(seconds=call.ring_seconds + talked)
    zone = ZoneInfo(call.time_zone)
    return {
        **_parties(call),
        "StartTime": started_at.astimezone(zone).strftime(TIME_FORMAT),
        "EndTime": ended_at.astimezone(zone).strftime(TIME_FORMAT),
        "CallDuration": str(round(talked)),
        "Status": status,
    }


def _recording(call: SimulatedCall) -> Payload:
    return {"CallSessionId": call.session_id, "ResourceURL": call.recording_url}
