"""Documented and captured requests of Indian providers beyond the samples: what each makes, and what it says."""

# ruff: noqa: E501  # rows of a table
from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mapping.test_provider_vocabulary import LOG, POPUP, UPDATE, Case, events_of

EXOTEL = {"CallSid": "x", "CallFrom": "0999", "CallTo": "0800", "Direction": "incoming", "DialWhomNumber": "0777"}
WEBRTC = {"call_sid": "c", "timestamp": "2024-06-15T10:30:05.000Z"}
CORE = {"CallSid": "x", "AppUserID": "agent@example.com", "VirtualNumber": "0400", "TotalDuration": 0, "StartTime": "",
        "FromNumber": "0900", "ToNumber": "0400", "Direction": "incoming", "DialWhomNumber": "sip:agentsip"}  # fmt: skip
LEG = {
    "leg_sid": "L",
    "contact_uri": "+91900",
    "exophone": "+9180",
    "state": "in-progress",
    "start_time": "2026-01-15T10:29:59Z",
}
KNOWLARITY = {"callid": "k", "dispnumber": "+9118", "caller_id": "+9188", "call_type": "incoming", "call_duration": "7",
              "start_time": "2016-09-27 03:49:44.391601+00:00", "resource_url": "", "hangup_cause": "900"}  # fmt: skip
KNOWLARITY_HOOK = {"call_uuid": "u_0", "call_date": "2026-09-26", "call_time": "14:30:00", "caller_number": "%2b9198",
                   "called_number": "08012", "agent_number": "%2b9199", "call_direction": "Inbound", "caller_duration": 42}  # fmt: skip
CDR = {"monitorUCID": "1", "dId": "91", "CallerID": "99", "AgentPhoneNumber": "88", "Type": "inbound", "AgentID": "asha",
       "CallDuration": "00:00:30", "Duration": "00:00:23", "StartTime": "2018-08-06 16:59:33"}  # fmt: skip
SMARTFLO = {"call_id": "1.1", "call_to_number": "9180", "caller_id_number": "9199", "direction": "inbound"}
CALLERDESK = {"CallSid": "1", "SourceNumber": "99", "DestinationNumber": "0120", "DialWhomNumber": "92", "CallDuration": "18",
              "Direction": "IVR", "StartTime": "2023-01-02 14:32:40", "EndTime": "2023-01-02 14:32:58"}  # fmt: skip
TELECMI = {"type": "cdr", "direction": "outbound", "user": "202_2", "virtual_number": "440", "call_id": "c4", "time": 1650630551178,
           "request_id": "c0S"}  # fmt: skip
MCUBE = {
    "callid": "8",
    "callfrom": "7816",
    "empnumber": "8767",
    "start_time": "2023-10-12 11:49:57",
    "landingnumber": "8035",
}
MYOPERATOR = {"call_id": "c", "direction": "inbound", "from": "+14", "to": "+15"}
SHORT_NAMES = {"_ai": "log", "_cr": "+9187", "_st": 1596500100, "_dr": "00:00:31", "_ty": 1, "_su": 1, "_ld": [
    {"_ac": "missed", "_did": "+9180", "_rr": [{"_id": "1", "_ct": "+9177"}]},
    {"_ac": "received", "_did": "+9180", "_rr": [{"_id": "2", "_na": "Asha", "_ct": "+9188"}]}]}  # fmt: skip
CASES: list[Case] = [
    *[("exotel", {**EXOTEL, "EventType": event, "Status": "busy"}, POPUP, {"status": status, "destination_number": "0777"})
      for event, status in [("Dial", "Ringing"), ("Ringing", "Ringing"), ("Answered", "InProgress"), ("", "Ringing")]],
    *[("exotel", {**EXOTEL, "EventType": event, "Status": "free"}, None, {}) for event in ("Terminal", "")],
    ("exotel", {"CallSid": "x", "EventType": "terminal", "Status": "busy", "From": "1", "To": "2", "Direction": "outbound-api"},
     LOG, {"status": "Missed", "duration_seconds": 0}),
    ("exotel", {**EXOTEL, "CallStatus": "completed", "CallType": "client-hangup"}, LOG, {"status": "Missed"}),
    ("exotel", {**EXOTEL, "Direction": "outbound-dial", "DialWhomNumber": "0800", "OutgoingPhoneNumber": "0600",
                "CallType": "completed"}, LOG, {"source_number": "0999", "destination_number": "0800", "display_number": "0600"}),
    ("exotel", {**EXOTEL, "Direction": "outbound-dial", "OutgoingPhoneNumber": "0800", "CallType": "completed"}, LOG,
     {"source_number": "0777", "destination_number": "0999", "display_number": "0800"}),
    ("exotel", {**EXOTEL, "CurrentTime": "2024-01-15T10:30:00+05:30"}, POPUP, {"status": "Ringing"}),
    ("exotel", {**WEBRTC, "event": "outbound_call", "direction": "outbound", "from": "sip:a1@app.example", "to": "+9198",
                "user_id": "a1", "exophone": "+9112"}, POPUP,
     {"direction": "Outbound", "destination_number": "+9198", "display_number": "+9112", "agent_ids": ("a1",)}),
    ("exotel", {**WEBRTC, "event": "call_ringing", "status": "ringing"}, POPUP, {"direction": None, "status": "Ringing"}),
    ("exotel", {**WEBRTC, "event": "call_answered", "status": "in-progress", "answered_by": "a1"}, POPUP,
     {"status": "InProgress", "agent_ids": ("a1",)}),
    ("exotel", {**WEBRTC, "event": "call_completed", "status": "completed", "duration": 300, "talk_time": 295}, LOG,
     {"status": "Answered", "duration_seconds": 300, "direction": None}),
    ("exotel", {**WEBRTC, "event": "call_missed", "status": "no-answer", "ring_time": 30}, LOG, {"status": "Missed"}),
    ("exotel", {**WEBRTC, "event": "missed_call", "from": "+91", "to": "sip:a1@app.example", "exophone": "+9112"}, LOG,
     {"status": "Missed", "direction": "Inbound", "source_number": "+91", "display_number": "+9112"}),
    ("exotel", {**CORE, "CallState": "active", "CallStatus": "busy"}, POPUP,
     {"status": "Ringing", "source_number": "0900", "display_number": "0400", "agent_email": "agent@example.com"}),
    ("exotel", {**CORE, "CallState": "active", "CallStatus": "free"}, None, {}),
    ("exotel", {**CORE, "CallState": "terminal", "CallStatus": "completed", "Direction": "outbound", "FromNumber": "sip:agentsip",
                "ToNumber": "0911", "DialWhomNumber": "", "TotalDuration": "10", "StartTime": "2026-09-28T14:31:08+05:30",
                "CallRecordings": "https://e.example/c.mp3"}, LOG,
     {"status": "Answered", "destination_number": "0911", "display_number": "0400", "duration_seconds": 10,
      "recording_url": "https://e.example/c.mp3"}),
    ("exotel", {"campaign_sid": "p", "call_sid": "c", "number": "+9198", "status": "no-answer"}, LOG,
     {"direction": "Outbound", "status": "Missed", "destination_number": "+9198"}),
    ("exotel", {"campaign_sid": "p", "to": "+9198", "call_sids": ["c"], "status": "failed"}, None, {}),
    ("exotel", {"SmsSid": "s", "To": "+9198", "Status": "DELIVERED_TO_HANDSET"}, None, {}),
    ("exotel", {"event_name": "leg_answered", "data": LEG}, POPUP, {"session_id": "L", "status": "InProgress"}),
    ("exotel", {"event_name": "leg_terminated", "data": {**LEG, "state": "completed", "end_time": "2026-01-15T10:30:59Z"}}, LOG, {"status": "Answered", "duration_seconds": 60}),
    ("exotel", {"event_name": "play_completed", "data": LEG}, None, {}),
    ("knowlarity", {**KNOWLARITY, "destination": "Welcome Sound", "type": "dtmf"}, LOG,
     {"status": "Missed", "destination_number": "", "duration_seconds": 7}),
    ("knowlarity", {**KNOWLARITY, "destination": "Call Missed"}, LOG, {"status": "Missed"}),
    ("knowlarity", {**KNOWLARITY, "destination": "+9199"}, LOG, {"status": "Answered", "destination_number": "+9199"}),
    ("knowlarity", {**KNOWLARITY, "destination": "+9199", "call_type": "outgoing"}, LOG,
     {"source_number": "+9199", "destination_number": "+9188", "display_number": "+9118"}),
    ("knowlarity", {**KNOWLARITY_HOOK, "call_status": "Answered", "call_transfer_status": "Transferred"}, LOG,
     {"session_id": "u", "status": "Answered", "source_number": "+9198", "destination_number": "+9199", "display_number": "08012"}),
    *[("knowlarity", {**KNOWLARITY_HOOK, "call_status": "connected", "call_transfer_status": word}, LOG, {"status": "Missed"})
      for word in ("Missed", "Not Connected", "Did Not Process")],
    *[("knowlarity", {"uuid": "u", "knowlarity_number": "+9118", "customer_number": "+9188", "call_duration": 5,
                      "business_call_type": word}, LOG, {"status": status})
      for word, status in [("Missed Call", "Missed"), ("DTMF", "Missed"), ("Unanswered", "Missed"), ("Phone", "Answered")]],
    ("knowlarity", {"event_type": "AGENT_ANSWER", "uuid": "u", "agent_number": "+9199", "customer_number": "+9188",
                    "knowlarity_number": "+9118", "call_solution": "inbound"}, POPUP, {"status": "InProgress"}),
    ("knowlarity", {"event_type": "HANGUP", "uuid": "u", "leg_identifier": "customer"}, None, {}),
    ("ozonetel", {**CDR, "Status": "Answered"}, LOG, {"display_number": "91", "status": "Answered", "duration_seconds": 30}),
    *[("ozonetel", {**CDR, "AgentStatus": "answered", "DialStatus": "answered", "Type": "Manual", "CustomerStatus": word}, LOG,
       {"status": "Missed", "raw_status": word})
      for word in ("Busy", "NoResponse", "SubcriberAbsent", "InvalidNumber", "NoRouteDestination", "ISDDisabled", "Congestion")],
    ("ozonetel", {**CDR, "DialStatus": "not_answered", "AgentStatus": "NotDialed", "CustomerStatus": "answered"}, LOG,
     {"status": "Missed"}),
    ("ozonetel", {**CDR, "Status": "Answered", "AgentID": "asha->ravi", "AgentPhoneNumber": "88 -> 77"}, LOG,
     {"agent_ids": ("ravi",), "destination_number": "77"}),
    ("ozonetel", {"event": "NewCall", "sid": "s", "cid": "0998", "called_number": "0401"}, POPUP,
     {"session_id": "s", "source_number": "0998", "display_number": "0401"}),
    ("ozonetel", {"event": "Dial", "sid": "s", "cid": "0998", "status": "not_answered", "callduration": "0"}, LOG,
     {"status": "Missed"}),
    ("ozonetel", {"event": "GotDTMF", "sid": "s", "data": "1"}, None, {}),
    ("ozonetel", {"sid": "s", "phone_no": "0997", "status": "NoAnswer", "caller_id": "0401"}, LOG,
     {"direction": "Outbound", "status": "Missed", "destination_number": "0997"}),
    ("myoperator", SHORT_NAMES, LOG,
     {"session_id": "log", "status": "Answered", "destination_number": "+9188", "display_number": "+9180", "agent_ids": ("2",)}),
    ("myoperator", {**SHORT_NAMES, "_su": 2, "_ty": 2}, LOG, {"status": "Missed", "destination_number": "+9187"}),
    ("myoperator", {**MYOPERATOR, "event": "call.missed"}, LOG, {"status": "Missed"}),
    ("myoperator", {**MYOPERATOR, "event": "call.disposition", "disposition": {"notes": "later"}}, UPDATE, {"notes": "later"}),
    ("smartflo", {**SMARTFLO, "call_status": "Missed by agent"}, POPUP, {"status": "Ringing"}),
    ("smartflo", {**SMARTFLO, "end_stamp": "2026-04-12 09:50:59", "answered_agent": {"id": "7"}}, LOG, {"status": "Answered"}),
    ("smartflo", {**SMARTFLO, "end_stamp": "2026-04-12 09:50:59"}, LOG, {"status": "Missed", "duration_seconds": 0}),
    *[("callerdesk", {**CALLERDESK, "Status": word}, LOG, {"status": "Missed", "raw_status": word})
      for word in ("CANCEL", "Agent engaged", "Abandonment", "Customer did not pick")],
    ("callerdesk", {**CALLERDESK, "Direction": "WEBOBD", "Status": "ANSWER"}, LOG,
     {"status": "Answered", "source_number": "92", "destination_number": "99", "display_number": "0120"}),
    ("telecmi", {**TELECMI, "leg": "a", "status": "answered", "to": 4420, "cmiuuid": "A", "answeredsec": 15}, None, {}),
    ("telecmi", {**TELECMI, "leg": "a", "status": "missed", "to": 4420, "cmiuuid": "A"}, LOG,
     {"status": "Missed", "source_number": "4420", "destination_number": ""}),
    ("telecmi", {**TELECMI, "leg": "b", "status": "answered", "to": 9193, "cmiuuid": "B", "answeredsec": 6}, LOG,
     {"session_id": "B", "status": "Answered", "duration_seconds": 6, "destination_number": "9193", "call_reference": "c0S"}),
    ("telecmi", {**TELECMI, "direction": "inbound", "status": "user_missed", "from": 919, "to": 440, "cmiuuid": "I"}, LOG,
     {"status": "Missed", "source_number": "919", "display_number": "440", "destination_number": ""}),
    ("mcube", {"data": json.dumps({**MCUBE, "end_time": "2023-10-12 11:50:57", "dialstatus": "ANSWER", "recordingUrl": "https://m.example/x"})},
     LOG, {"status": "Answered", "destination_number": "8767", "display_number": "8035", "duration_seconds": 60}),
    ("mcube", {**MCUBE, "dialstatus": "CONNECTING"}, POPUP, {"status": "Ringing"}),
    ("mobtexting", {"id": "5", "from": "99", "to": "88", "type": "incoming", "status": "NOANSWER", "end": "2024-05-01 10:00:33"},
     LOG, {"direction": "Inbound", "status": "NotAnswered"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "body", "kind", "expected"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_documented_event(preset: str, body: dict[str, Any], kind: str | None, expected: dict[str, Any]) -> None:
    events = events_of(preset, body)

    assert [event.kind for event in events] == ([] if kind is None else [kind])
    for name, value in expected.items():
        assert getattr(events[0], name) == value
