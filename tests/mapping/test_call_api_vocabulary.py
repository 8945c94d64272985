"""The documented events of programmable voice APIs: calls, legs, recordings, and what is not about a call."""

# ruff: noqa: E501  # rows of a table
from __future__ import annotations

from typing import Any

import pytest

from tests.mapping.test_provider_vocabulary import LOG, POPUP, UPDATE, Case, events_of

TWILIO = {"CallSid": "CA1", "From": "+15550001111", "To": "+15550002222", "Direction": "inbound"}
RESOURCE = {"sid": "CA1", "from": "+15550001111", "to": "+15550002222", "direction": "inbound",
            "start_time": "Wed, 19 Sep 2018 20:00:01 +0000"}  # fmt: skip
SIP_AGENT = "sip:asha@acme.sip.us1.twilio.com"
PLIVO = {"CallUUID": "u", "From": "1415", "To": "1416", "Direction": "inbound"}
DIALLED = {"DialALegUUID": "u", "DialBLegUUID": "b", "DialBLegTo": "1999"}
TRUNK = {"Event": "CallInitiated", "CallUUID": "u", "From": "+91", "To": "+92", "Direction": "outbound",
         "Timestamp": "2026-03-18T12:00:00Z"}  # fmt: skip
CDR = {"uuid": "u", "call_direction": "outbound", "caller_id_number": "+91", "destination_number": "+92", "duration": 30,
       "billsec": 0, "start_time": "2026-03-18T12:00:00Z", "hangup_cause": "NO_ANSWER"}  # fmt: skip
BANDWIDTH = {"callId": "c-1", "from": "+15", "to": "+16", "direction": "inbound", "eventTime": "2022-06-17T22:19:40Z"}
SINCH = {"callid": "c", "timestamp": "2023-12-29T15:07:22Z"}
JAMBONZ = {"call_sid": "c", "direction": "inbound", "from": "+44", "to": "+45"}
DID = {"type": "did", "endpoint": "+46"}


def telnyx(event: str, **payload: object) -> dict[str, Any]:
    numbers = {"call_session_id": "s1", "from": "+3531", "to": "+3532"}
    return {"data": {"event_type": event, "occurred_at": "2018-02-02T22:25:27Z", "payload": {**numbers, **payload}}}


def state(word: str, **params: object) -> dict[str, Any]:
    numbers = {"type": "phone", "params": {"from_number": "+1234", "to_number": "+15678"}}
    told = {"call_id": "c", "call_state": word, "direction": "inbound", "device": numbers, **params}
    return {"event_type": "calling.call.state", "timestamp": 1640000000.5, "params": told}


def twilio_family(preset: str) -> list[Case]:
    return [
        (preset, {**TWILIO, "CallStatus": "in-progress", "DialCallStatus": "no-answer"}, POPUP, {"status": "InProgress"}),
        (preset, {**TWILIO, "CallStatus": "completed", "DialCallStatus": "busy"}, LOG,
         {"status": "Missed", "raw_status": "busy"}),
        (preset, {**TWILIO, "CallStatus": "completed", "DialCallStatus": "completed"}, LOG, {"status": "Answered"}),
        (preset, {"CallSid": "CA1", "RecordingSid": "RE", "RecordingStatus": "completed", "RecordingUrl": "https://t.example/x"},
         UPDATE, {"recording_url": "https://t.example/x", "status": None, "duration_seconds": None}),
        *[(preset, {"CallSid": "CA1", "RecordingSid": "RE", "RecordingStatus": word, "RecordingUrl": "https://t.example/x"},
           None, {}) for word in ("in-progress", "absent", "failed")],
        (preset, {"ConferenceSid": "CF", "RecordingSid": "RE", "RecordingUrl": "https://t.example/x"}, None, {}),
        (preset, {"CallSid": "CA1", "AnsweredBy": "machine_start"}, UPDATE, {"status": "InProgress"}),
        (preset, {"CallSid": "CA1", "ConferenceSid": "CF", "StatusCallbackEvent": "participant-join"}, None, {}),
        (preset, {"CallSid": "CA1", "StreamSid": "MZ", "StreamEvent": "stream-started"}, None, {}),
    ]  # fmt: skip


def plivo_family(preset: str) -> list[Case]:
    return [
        (preset, {**PLIVO, "Event": "StartApp", "CallStatus": "ringing"}, POPUP, {"status": "Ringing"}),
        (preset, {**PLIVO, "Event": "StartApp"}, POPUP, {"status": "InProgress"}),
        (preset, {**PLIVO, "Event": "Ring"}, POPUP, {"status": "Ringing"}),
        *[(preset, {**PLIVO, "Event": "Hangup", "CallStatus": word, "Duration": "0"}, LOG,
           {"status": "Missed", "raw_status": word}) for word in ("busy", "failed", "timeout", "no-answer", "cancel")],
        (preset, {**PLIVO, "CallStatus": "in-progress", "DialStatus": "no-answer"}, POPUP, {"status": "InProgress"}),
        (preset, {**PLIVO, "CallStatus": "completed", "DialStatus": "busy"}, LOG, {"status": "Missed", "raw_status": "busy"}),
        (preset, {**DIALLED, "DialStatus": "no-answer"}, None, {}),
        (preset, {**DIALLED, "DialAction": "answer", "Direction": "inbound"}, UPDATE,
         {"session_id": "u", "status": "InProgress", "agent_numbers": ("1999",)}),
        (preset, {**DIALLED, "DialAction": "hangup"}, None, {}),
        (preset, {**PLIVO, "CallStatus": "completed", "Event": "Redirect", "RecordUrl": "https://p.example/x",
                  "RecordingDuration": "8"}, UPDATE, {"recording_url": "https://p.example/x", "status": None}),
        (preset, {**PLIVO, "CallStatus": "completed", "Duration": "42", "RecordUrl": "https://p.example/x"}, LOG,
         {"recording_url": "https://p.example/x", "duration_seconds": 42}),
        (preset, {"call_uuid": "u", "record_url": "https://p.example/x", "recording_id": "r"}, UPDATE,
         {"session_id": "u", "recording_url": "https://p.example/x"}),
        (preset, {"call_uuid": "u", "recording_id": "r", "transcription": "hello", "duration": "7"}, UPDATE,
         {"notes": "hello", "duration_seconds": None}),
        (preset, {"CallUUID": "u", "Machine": "true"}, UPDATE, {"status": "InProgress"}),
        (preset, {**PLIVO, "CallStatus": "in-progress", "ConferenceAction": "exit"}, None, {}),
        (preset, {"ConferenceName": "room", "RecordUrl": "https://p.example/x"}, None, {}),
        (preset, {"CallUUID": "u", "StreamID": "s", "Event": "StartStream"}, None, {}),
    ]  # fmt: skip


CASES: list[Case] = [
    *(row for preset in ("twilio", "signalwire", "telnyx") for row in twilio_family(preset)),
    *(row for preset in ("plivo", "vobiz") for row in plivo_family(preset)),
    *[("twilio", {**TWILIO, "Direction": word, "CallStatus": "completed"}, LOG, {"direction": direction})
      for word, direction in (("outbound-dial", "Outbound"), ("trunking-originating", "Inbound"),
                              ("trunking-terminating", "Outbound"))],
    ("twilio", {**TWILIO, "From": SIP_AGENT, "To": "sip:+15550003333@acme.sip.us1.twilio.com", "CallStatus": "completed"}, LOG,
     {"direction": "Outbound", "agent_ids": ("asha",), "destination_number": "+15550003333", "display_number": ""}),
    ("twilio", {**TWILIO, "To": SIP_AGENT, "Direction": "outbound-dial", "CallStatus": "ringing"}, POPUP,
     {"direction": "Inbound", "agent_ids": ("asha",), "source_number": "+15550001111", "display_number": ""}),
    ("twilio", {**TWILIO, "CallStatus": "completed", "TranscriptionSid": "TR", "TranscriptionText": "call me"}, UPDATE,
     {"notes": "call me", "status": None}),
    ("twilio", {"specversion": "1.0", "data": {"request": {"parameters": {**TWILIO, "CallStatus": "busy"}}}}, LOG,
     {"session_id": "CA1", "status": "Missed"}),
    ("twilio", {**RESOURCE, "status": "completed", "duration": "20"}, LOG,
     {"session_id": "CA1", "status": "Answered", "duration_seconds": 20, "display_number": "+15550002222"}),
    ("twilio", {**RESOURCE, "status": "no-answer", "direction": "outbound-api"}, LOG,
     {"status": "Missed", "display_number": "+15550001111"}),
    ("signalwire", state("ringing"), POPUP, {"status": "Ringing", "source_number": "+1234", "display_number": "+15678"}),
    ("signalwire", state("ended", end_reason="hangup", answer_time=1640000005000, end_time=1640000025000), LOG,
     {"status": "Answered", "duration_seconds": 20}),
    ("signalwire", state("ended", end_reason="noAnswer"), LOG, {"status": "Missed", "duration_seconds": 0}),
    ("signalwire", {"event_type": "calling.call.record", "params": {
        "call_id": "c", "state": "finished", "url": "https://s.example/r", "duration": 7}}, UPDATE,
     {"session_id": "c", "recording_url": "https://s.example/r", "duration_seconds": None}),
    ("signalwire", {"event_type": "calling.call.play", "params": {"call_id": "c", "state": "playing"}}, None, {}),
    ("telnyx", telnyx("call.hangup", hangup_cause="user_busy"), LOG, {"status": "Missed", "duration_seconds": 0}),
    ("telnyx", telnyx("call.hangup", hangup_cause="normal_clearing", start_time="2018-02-02T22:24:27Z"), LOG,
     {"status": "Answered", "duration_seconds": 60}),
    ("telnyx", telnyx("call.recording.transcription.saved", transcription_text="hello"), UPDATE, {"notes": "hello"}),
    ("telnyx", {"event_type": "call_hangup", "payload": {
        "call_session_id": "s", "from": "+31", "to": "+32", "hangup_cause": "call_rejected",
        "start_time": "2018-02-02T22:24:27Z", "end_time": "2018-02-02T22:24:40Z"}}, LOG,
     {"session_id": "s", "status": "Missed", "duration_seconds": 0}),
    ("telnyx", {"event_type": "call_initiated", "payload": {"call_session_id": "s", "from": "+31", "direction": "incoming"}},
     POPUP, {"status": "Ringing", "direction": "Inbound"}),
    ("vobiz", {**TRUNK, "Allowed": True}, POPUP, {"status": "Ringing"}),
    ("vobiz", {**TRUNK, "Allowed": "false", "Reason": "No routes available"}, LOG,
     {"status": "Missed", "raw_status": "No routes available", "duration_seconds": 0}),
    ("vobiz", {"event": "call.answered", "call_id": "c", "from": "+1", "to": "+2", "direction": "outbound"}, POPUP,
     {"status": "InProgress", "session_id": "c"}),
    ("vobiz", {"Event": "conference.ended", "CallUUID": "u"}, None, {}),
    ("vobiz", {"event": "recording.completed", "call_id": "c", "recording_url": "https://v.example/x", "duration": 7}, UPDATE,
     {"session_id": "c", "recording_url": "https://v.example/x", "duration_seconds": None}),
    ("vobiz", {"success": True, "data": [{**CDR, "answer_time": "2026-03-18T12:00:10Z", "billsec": 20}]}, LOG,
     {"session_id": "u", "status": "Answered", "duration_seconds": 30, "source_number": "+91", "display_number": "+91"}),
    ("vobiz", CDR, LOG, {"status": "Missed", "raw_status": "NO_ANSWER", "destination_number": "+92"}),
    ("vonage", {"type": "transfer", "conversation_uuid_from": "C1", "conversation_uuid_to": "C2", "uuid": "u"}, None, {}),
    ("vonage", {"reason": "Syntax error in NCCO", "conversation_uuid": "C"}, None, {}),
    ("vonage", {"status": "disconnected", "uuid": "u", "conversation_uuid": "C"}, None, {}),
    ("vonage", {"from_user": "asha", "to": "447700900000", "uuid": "u", "conversation_uuid": "C"}, POPUP,
     {"status": "Ringing", "source_number": "asha"}),
    ("bandwidth", {**BANDWIDTH, "eventType": "initiate"}, POPUP, {"status": "Ringing", "direction": "Inbound"}),
    ("bandwidth", {**BANDWIDTH, "eventType": "answer", "direction": "outbound"}, POPUP, {"status": "InProgress"}),
    ("bandwidth", {**BANDWIDTH, "eventType": "recordComplete", "mediaUrl": "https://b.example/m"}, UPDATE,
     {"recording_url": "https://b.example/m"}),
    ("bandwidth", {**BANDWIDTH, "eventType": "transferAnswer", "callId": "c-2", "parentCallId": "c-1", "transferTo": "+17"},
     UPDATE, {"session_id": "c-1", "status": "InProgress", "agent_numbers": ("+17",)}),
    *[("bandwidth", {**BANDWIDTH, "eventType": word}, None, {})
      for word in ("transferComplete", "transferDisconnect", "redirect", "machineDetectionComplete", "conferenceCreated")],
    ("sinch", {**SINCH, "event": "ace"}, POPUP, {"status": "InProgress", "direction": None}),
    ("sinch", {**SINCH, "event": "ice", "cli": "asha", "to": {"type": "number", "endpoint": "+46"}}, POPUP,
     {"direction": "Outbound", "destination_number": "+46"}),
    ("sinch", {**SINCH, "event": "dice", "result": "ANSWERED", "duration": 16, "from": "+45", "to": DID}, LOG,
     {"direction": "Inbound", "status": "Answered", "source_number": "+45", "display_number": "+46", "duration_seconds": 16}),
    ("sinch", {**SINCH, "event": "dice", "result": "N/A", "reason": "CANCEL", "to": DID}, LOG,
     {"status": "Missed", "raw_status": "CANCEL", "duration_seconds": 0}),
    ("sinch", {"event": "notify", "callid": "c", "type": "recording_available", "destination": "https://s.example/r"}, UPDATE,
     {"recording_url": "https://s.example/r"}),
    ("sinch", {"event": "notify", "callid": "c", "type": "transcription_available", "destination": "https://s.example/t"},
     None, {}),
    ("jambonz", {**JAMBONZ, "call_status": "completed", "duration": 12}, LOG, {"duration_seconds": 12}),
    ("jambonz", {**JAMBONZ, "call_status": "completed", "dial_call_status": "no-answer"}, LOG, {"status": "Missed"}),
    ("jambonz", {"callSid": "c", "callStatus": "ringing", "direction": "outbound", "from": "1", "to": "2"}, POPUP,
     {"session_id": "c", "status": "Ringing", "direction": "Outbound"}),
    ("jambonz", JAMBONZ, POPUP, {"status": "Ringing"}),
    ("jambonz", {"event": "join", "call_sid": "c", "length": 1}, None, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "body", "kind", "expected"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_documented_event(preset: str, body: dict[str, Any], kind: str | None, expected: dict[str, Any]) -> None:
    events = events_of(preset, body)

    assert [event.kind for event in events] == ([] if kind is None else [kind])
    for name, value in expected.items():
        assert getattr(events[0], name) == value
