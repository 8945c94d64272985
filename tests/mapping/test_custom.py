"""The general preset: made-up providers are read without a rule of their own."""

# ruff: noqa: E501  # rows of a table

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector_config.mapping.events import CallEvent, CallStatus, EventKind
from tests.mapping.test_provider_vocabulary import events_of

CALLER, BUSINESS, AGENT = "+919812345678", "+918012345678", "+919900112233"
START = datetime(2024, 5, 1, 10, 0, tzinfo=UTC)
LOG, POPUP, UPDATE = EventKind.CALL_LOG, EventKind.POPUP, EventKind.UPDATE

PROVIDERS: dict[str, tuple[dict[str, Any], EventKind, dict[str, object]]] = {
    "flat names with underscores": (
        {"call_id": "1", "caller_number": CALLER, "called_number": BUSINESS, "agent_number": AGENT, "call_status": "answered",
         "call_direction": "inbound", "start_time": "2024-05-01 10:00:00", "call_duration": "120"},
        LOG,
        {"source_number": CALLER, "destination_number": AGENT, "display_number": BUSINESS, "status": "Answered",
         "started_at": START, "ended_at": START.replace(minute=2), "agent_numbers": (AGENT,)},
    ),
    "an agent as an object, outbound": (
        {"callId": "2", "from": BUSINESS, "to": CALLER, "direction": "outbound", "status": "completed",
         "startTime": "2024-05-01T10:00:00Z", "duration": 120, "recordingUrl": "https://p.example/y.mp3",
         "agent": {"id": "7", "name": "Asha", "email": "asha@example.com"}},
        LOG,
        {"source_number": BUSINESS, "destination_number": CALLER, "display_number": BUSINESS, "agent_ids": ("7",),
         "agent_name": "Asha", "agent_email": "asha@example.com", "recording_url": "https://p.example/y.mp3"},
    ),
    "an event around the data": (
        {"event": "call.ended", "data": {"id": "3", "from": CALLER, "to": BUSINESS, "direction": "inbound", "state": "missed",
                                         "started_at": "2024-05-01T10:00:00Z", "ended_at": "2024-05-01T10:00:30Z"}},
        LOG,
        {"session_id": "3", "status": "Missed", "display_number": BUSINESS, "duration_seconds": 30},
    ),
    "parties as objects": (
        {"type": "call_completed", "call": {"uuid": "4", "caller": {"number": CALLER, "name": "Ravi"},
                                            "callee": {"number": BUSINESS}, "direction": "in", "duration": 65}},
        LOG,
        {"source_number": CALLER, "caller_name": "Ravi", "display_number": BUSINESS, "status": "Answered"},
    ),
    "a phone rings": (
        {"event": "ringing", "session_id": "5", "caller_id": CALLER, "did": BUSINESS, "extension": "101"},
        POPUP,
        {"direction": "Inbound", "status": "Ringing", "destination_number": "101", "display_number": BUSINESS},
    ),
    "somebody picked up": (
        {"event": "call_answered", "call_id": "6", "from": CALLER, "to": BUSINESS, "agent_id": "7"},
        POPUP,
        {"status": "InProgress", "agent_ids": ("7",)},
    ),
    "an event ends the call without a status": (
        {"event": "call_hangup", "call_id": "6", "from": CALLER, "to": BUSINESS, "direction": "inbound", "duration": 0},
        LOG,
        {"status": "Missed"},
    ),
    "a status alone ends the call": (
        {"call_id": "7", "from": CALLER, "to": BUSINESS, "direction": "inbound", "status": "no-answer"},
        LOG,
        {"status": "NotAnswered"},
    ),
    "days before months": (
        {"CallID": "8", "CallerNumber": CALLER, "VirtualNumber": BUSINESS, "AgentNumber": AGENT, "CallStatus": "No Answer",
         "CallDirection": "Incoming", "CallStartTime": "01/05/2024 10:00:00", "CallDuration": "00:00:20"},
        LOG,
        {"session_id": "8", "started_at": START, "duration_seconds": 20, "destination_number": AGENT},
    ),
    "the customer by name, outbound": (
        {"ucid": "9", "customer_number": CALLER, "agent_number": AGENT, "did_number": BUSINESS, "call_type": "outgoing",
         "status": "busy", "start": "2024-05-01 10:00:00", "end": "2024-05-01 10:00:10", "duration": 0},
        LOG,
        {"source_number": AGENT, "destination_number": CALLER, "display_number": BUSINESS, "status": "Busy"},
    ),
    "telephone exchange": (
        {"uniqueid": "1714.12", "src": "101", "dst": CALLER, "direction": "out", "disposition": "ANSWERED",
         "calldate": "2024-05-01 10:00:00", "billsec": "22", "recordingfile": "a.wav"},
        LOG,
        {"source_number": "101", "agent_numbers": ("101",), "display_number": "", "duration_seconds": 22,
         "recording_url": "a.wav"},
    ),
    "date and time apart, an agent by name": (
        {"callid": "10", "mobile": CALLER, "agent": "Asha", "agentPhone": AGENT, "type": "inbound", "status": "connected",
         "date": "2024-05-01", "time": "10:00:00", "talktime": "35"},
        LOG,
        {"direction": "Inbound", "status": "Answered", "source_number": CALLER, "destination_number": AGENT,
         "agent_name": "Asha", "started_at": START},
    ),
    "addresses": (
        {"sessionId": "11", "caller": f"<sip:{CALLER}@pbx.example>", "callee": "sip:5071@pbx.example", "dir": "in",
         "start": 1714557600, "hangup": 1714557700, "state": "answered"},
        LOG,
        {"source_number": CALLER, "destination_number": "5071", "agent_numbers": ("5071",), "duration_seconds": 100},
    ),
    "a late recording": (
        {"call_id": "6", "recording": "https://p.example/y.mp3"}, UPDATE, {"recording_url": "https://p.example/y.mp3"},
    ),
    "a type that is a direction": (
        {"id": "12", "from": CALLER, "to": BUSINESS, "type": "incoming", "status": "busy"}, LOG,
        {"direction": "Inbound", "status": "Busy"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_made_up_provider_is_read(name: str) -> None:
    body, kind, expected = PROVIDERS[name]

    [event] = events_of("custom", body)

    assert event.kind is kind
    assert {field: getattr(event, field) for field in expected} == expected


def test_an_array_in_a_wrapper_is_a_batch() -> None:
    calls = [{"call_id": number, "from": CALLER, "to": BUSINESS, "status": "missed"} for number in ("1", "2")]

    events: list[CallEvent] = events_of("custom", {"payload": json.dumps(calls)})

    assert [(event.session_id, event.status) for event in events] == [
        ("1", CallStatus.MISSED),
        ("2", CallStatus.MISSED),
    ]
