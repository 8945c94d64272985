"""The documented events of agents' telephone systems: rings, queues, transfers, voicemails, later facts."""

# ruff: noqa: E501  # rows of a table
from __future__ import annotations

from typing import Any

import pytest

from tests.mapping.test_provider_vocabulary import LOG, POPUP, UPDATE, Case, events_of

PARTY = {"direction": "Inbound", "to": {"phoneNumber": "+19", "extensionId": "80"}, "from": {"phoneNumber": "+14"}}
PRESENT = {"direction": "Inbound", "from": "+14", "to": "102", "fromName": "Ann", "sessionId": "402"}
ZOOM = {"call_id": "7", "caller": {"phone_number": "+1209"}, "callee": {"extension_number": 101, "user_id": "u1"},
        "ringing_start_time": "2021-10-08T16:10:00Z", "call_end_time": "2021-10-08T16:12:04Z"}  # fmt: skip
ELEMENT = {"call_id": "7", "direction": "inbound", "caller_did_number": "+1209", "callee_did_number": "+1205",
           "callee_ext_number": "2345", "callee_email": "jan@example.com", "start_time": "2021-08-19T21:12:28Z",
           "answer_time": "2021-08-19T21:12:38Z", "end_time": "2021-08-19T21:13:09Z", "talk_time": 31}  # fmt: skip
DIALPAD = {"call_id": 6222, "direction": "outbound", "external_number": "+1415", "internal_number": "blocked",
           "target": {"type": "user", "id": 5, "phone": "+1208", "email": "m@example.com"}}  # fmt: skip
AIRCALL = {"id": 1, "direction": "inbound", "started_at": 1537525785, "raw_digits": "+33 3 79", "user": {"id": 21}}
JUSTCALL = {"call_sid": "CA", "contact_number": "1415", "justcall_number": "1416", "call_date": "2024-02-20",
            "call_time": "06:52:27", "call_duration": {"total_duration": 0}}  # fmt: skip
ROUTED = {"resource_id": "CALx", "customer_phone_number": "+1214", "tracking_phone_number": "+1404", "direction": "inbound",
          "answered": False, "call_type": "missed", "duration": "0", "voicemail": False, "first_call": False}  # fmt: skip
PSTN = {"callId": "c", "callType": "user_in", "callerNumber": "+44", "calleeNumber": "+45", "duration": 30}
RECORD = {"type": "peerToPeer", "id": "b7", "startDateTime": "2020-02-25T18:52:21.2169889Z",
          "endDateTime": "2020-02-25T18:52:46.7640013Z"}  # fmt: skip
OWEN = {"user": {"id": "b4", "displayName": "Owen"}}
PHONE = {"phone": {"id": "+14255550101"}}
TRACE = {"ContactId": "c", "Channel": "VOICE", "CustomerEndpoint": {"Address": "+15"}, "SystemEndpoint": {"Address": "+16"},
         "InitiationMethod": "OUTBOUND", "Agent": {"ARN": "a/5", "ConnectedToAgentTimestamp": "2021-08-04T17:18:00Z"}}  # fmt: skip


def ringcentral(code: str, *, reason: str = "", **party: object) -> dict[str, Any]:
    told = {**PARTY, "status": {"code": code, "reason": reason}, **party}
    return {"body": {"telephonySessionId": "s-d", "eventTime": "2020-06-14T19:27:18Z", "parties": [told]}}


def presence(status: str) -> dict[str, Any]:
    calls = [{**PRESENT, "telephonyStatus": status}]
    return {"event": "/presence", "timestamp": "2018-06-05T00:14:50Z", "body": {"extensionId": 4, "activeCalls": calls}}


def zoom(event: str, **more: object) -> dict[str, Any]:
    return {"event": f"phone.{event}", "event_ts": 1643068697000, "payload": {"object": {**ZOOM, **more}}}


def element(**more: object) -> dict[str, Any]:
    return {
        "event": "phone.callee_call_element_completed",
        "payload": {"object": {"call_elements": [{**ELEMENT, **more}]}},
    }


def aircall(event: str, **more: object) -> dict[str, Any]:
    return {"resource": "call", "event": f"call.{event}", "timestamp": 1537525832, "data": {**AIRCALL, **more}}


def justcall(event: str, kind: str = "") -> dict[str, Any]:
    return {"type": f"jc.{event}", "data": {**JUSTCALL, "call_info": {"direction": "Outgoing", "type": kind}}}


def contact(event: str, **more: object) -> dict[str, Any]:
    return {"source": "aws.connect", "detail": {"eventType": event, "contactId": "c", "channel": "VOICE", **more}}


CASES: list[Case] = [
    ("ringcentral", ringcentral("Disconnected", reason="BlindTransfer"), None, {}),
    ("ringcentral", ringcentral("Gone", reason="AttendedTransfer"), None, {}),
    ("ringcentral", ringcentral("Disconnected", reason="TargetBusy", direction="Outbound"), UPDATE,
     {"status": "Missed", "raw_status": "TargetBusy"}),
    ("ringcentral", ringcentral("Disconnected", reason="Timeout"), UPDATE, {"status": None}),
    ("ringcentral", ringcentral("Voicemail"), UPDATE, {"status": "Voicemail", "ended_at": None}),
    ("ringcentral", ringcentral("Hold"), POPUP, {"status": "InProgress"}),
    ("ringcentral", presence("Ringing"), POPUP,
     {"status": "Ringing", "source_number": "+14", "destination_number": "102", "caller_name": "Ann", "agent_ids": ("4",)}),
    ("ringcentral", presence("CallConnected"), POPUP, {"status": "InProgress"}),
    ("ringcentral", presence("NoCall"), UPDATE, {"status": None, "session_id": "402"}),
    ("ringcentral", {"event": "/presence", "body": {"telephonyStatus": "Ringing"}}, None, {}),
    ("ringcentral", {"sessionId": "1", "direction": "Inbound", "result": "In Progress"}, POPUP, {"status": "InProgress"}),
    ("ringcentral", {"sessionId": "1", "direction": "Inbound", "type": "Fax", "result": "Received"}, None, {}),
    ("ringcentral", {"event": "/voicemail", "body": {
        "id": "9", "type": "VoiceMail", "direction": "Inbound", "creationTime": "2018-06-05T00:14:40Z", "from": PARTY["from"],
        "to": [{"phoneNumber": "+19", "extensionNumber": "101"}],
        "attachments": [{"type": "AudioRecording", "uri": "https://r.example/9", "vmDuration": 11}]}}, LOG,
     {"status": "Voicemail", "source_number": "+14", "recording_url": "https://r.example/9", "duration_seconds": 11}),
    ("zoom-phone", element(result="answered"), LOG,
     {"status": "Answered", "source_number": "+1209", "destination_number": "2345", "display_number": "+1205",
      "duration_seconds": 31, "agent_email": "jan@example.com"}),
    *[("zoom-phone", element(result=word, answer_time=None, talk_time=None), LOG,
       {"status": "Missed", "duration_seconds": 0, "raw_status": word})
      for word in ("no_answer", "busy", "rejected", "canceled", "hang_up", "ring_timeout", "abandoned", "system_blocked")],
    ("zoom-phone", element(result="voicemail"), LOG, {"status": "Voicemail"}),
    ("zoom-phone", zoom("callee_missed", handup_result="Answered by Other Member"), None, {}),
    ("zoom-phone", zoom("callee_missed", handup_result="Voicemail"), LOG, {"status": "Voicemail"}),
    ("zoom-phone", zoom("callee_rejected"), LOG, {"status": "Missed", "duration_seconds": 0}),
    ("zoom-phone", zoom("caller_ended", handup_result="Call Cancel"), LOG, {"status": "Missed", "direction": "Outbound"}),
    ("zoom-phone", zoom("voicemail_received_for_access_member", download_url="https://z.example/v", duration=3,
                        date_time="2021-07-13T21:44:51Z"), LOG,
     {"status": "Voicemail", "duration_seconds": 3, "recording_url": "https://z.example/v", "direction": "Inbound"}),
    ("zoom-phone", zoom("voicemail_transcript_completed", transcription={"content": "hi"}), UPDATE, {"notes": "hi"}),
    ("zoom-phone", zoom("recording_started"), None, {}),
    ("dialpad", {**DIALPAD, "state": "calling"}, POPUP,
     {"status": "Ringing", "source_number": "+1208", "display_number": "+1208", "destination_number": "+1415"}),
    ("dialpad", {**DIALPAD, "direction": "inbound", "internal_number": "+1209", "target": {"type": "department"},
                 "state": "hangup", "voicemail_link": "https://d.example/v"}, LOG,
     {"status": "Voicemail", "destination_number": "+1209", "recording_url": "https://d.example/v"}),
    ("dialpad", {**DIALPAD, "state": "call_transcription", "transcription_text": "hi"}, UPDATE, {"notes": "hi"}),
    *[("dialpad", {**DIALPAD, "state": word}, None, {}) for word in ("csat", "dispositions", "admin_recording")],
    ("aircall", aircall("transferred", transferred_to={"id": 9, "name": "Ravi"}), POPUP,
     {"status": "InProgress", "agent_ids": ("9",), "agent_name": "Ravi"}),
    ("aircall", aircall("unsuccessful_transfer"), POPUP, {"status": "InProgress", "agent_ids": ("21",)}),
    ("aircall", aircall("voicemail_left", voicemail="https://a.example/v.mp3", asset="https://a.example/page"), UPDATE,
     {"status": "Voicemail", "recording_url": "https://a.example/v.mp3"}),
    ("aircall", aircall("ended", voicemail="https://a.example/v.mp3", asset="https://a.example/page"), LOG,
     {"status": "Voicemail", "recording_url": "https://a.example/v.mp3"}),
    *[("aircall", aircall(word), None, {}) for word in ("assigned", "archived", "tagged")],
    *[("justcall", justcall("call_completed", word), LOG, {"status": status, "destination_number": "1415"})
      for word, status in (("Answered", "Answered"), ("Unanswered", "Missed"), ("Abandoned before ringing", "Missed"),
                           ("Voicemail", "Voicemail"))],
    ("justcall", justcall("call_initiated"), POPUP, {"status": "Ringing", "direction": "Outbound"}),
    ("justcall", justcall("call_updated"), UPDATE, {"status": None}),
    ("callrail", ROUTED, POPUP, {"status": "Ringing", "duration_seconds": None}),
    ("callrail", {**ROUTED, "business_phone_number": "+1999"}, POPUP, {"agent_numbers": ("+1999",)}),
    ("callrail", {**ROUTED, "answered": True, "call_type": "answered"}, POPUP, {"status": "InProgress"}),
    ("callrail", {**ROUTED, "formatted_value": "--"}, LOG, {"status": "Missed", "duration_seconds": 0}),
    ("callrail", {**ROUTED, "duration": "12", "call_type": "abandoned"}, LOG, {"status": "Missed", "raw_status": "abandoned"}),
    ("callrail", {"id": "1", "callernum": "+17", "trackingnum": "+14", "duration": "95", "answered": "true"}, LOG,
     {"status": "Answered", "direction": "Inbound", "source_number": "+17"}),
    ("microsoft-teams", {"value": [PSTN]}, LOG, {"source_number": "+44", "destination_number": "+45"}),
    ("microsoft-teams", {"correlationId": "c", "callType": "ByotOut", "successfulCall": False, "duration": 0, "callerNumber": "+44",
                         "calleeNumber": "+45", "inviteDateTime": "2019-11-01T00:00:21Z",
                         "failureDateTime": "2019-11-01T00:00:22Z"}, LOG,
     {"status": "Missed", "direction": "Outbound", "duration_seconds": 0}),
    ("microsoft-teams", {"value": [{"changeType": "created", "resource": "communications/callRecords/e5"}]}, None, {}),
    ("microsoft-teams", {**RECORD, "organizer": PHONE, "participants": [PHONE, OWEN]}, LOG,
     {"direction": "Inbound", "source_number": "+14255550101", "agent_ids": ("b4",), "duration_seconds": 25}),
    ("microsoft-teams", {**RECORD, "organizer": OWEN, "participants": [OWEN, PHONE]}, LOG,
     {"direction": "Outbound", "destination_number": "+14255550101", "agent_name": "Owen"}),
    ("amazon-connect", contact("CONNECTED_TO_AGENT", agentInfo={"agentArn": "arn/agent/5"}), UPDATE,
     {"status": "InProgress", "agent_ids": ("5",)}),
    ("amazon-connect", contact("DISCONNECTED", disconnectReason="TELECOM_BUSY", agentInfo={
        "connectedToAgentTimestamp": "2021-08-04T17:18:09Z"}), UPDATE, {"status": "Missed", "raw_status": "TELECOM_BUSY"}),
    ("amazon-connect", contact("COMPLETED"), UPDATE, {"status": None}),
    ("amazon-connect", contact("CONTACT_DATA_UPDATED"), None, {}),
    ("amazon-connect", {"source": "aws.connect", "detail-type": "Amazon Connect Voice ID Event", "detail": {"x": 1}}, None, {}),
    ("amazon-connect", TRACE, LOG, {"status": "Answered", "source_number": "+16", "destination_number": "+15"}),
    ("amazon-connect", {**TRACE, "DisconnectReason": "TELECOM_UNANSWERED"}, LOG, {"status": "Missed"}),
    ("amazon-connect", {**TRACE, "Recording": {"Location": "bucket/c_20210804T17:18_UTC.wav"}}, LOG,
     {"recording_url": "bucket/c_20210804T17:18_UTC.wav"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "body", "kind", "expected"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_documented_event(preset: str, body: dict[str, Any], kind: str | None, expected: dict[str, Any]) -> None:
    events = events_of(preset, body)

    assert [event.kind for event in events] == ([] if kind is None else [kind])
    for name, value in expected.items():
        assert getattr(events[0], name) == value
