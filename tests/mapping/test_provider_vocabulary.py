"""Each provider's documented words and events beyond the samples: what kind of event they make, and what it says.

A case is the preset, the fields sent, the expected kind (None: understood and not wanted) and expected fields.
"""

# ruff: noqa: E501  # rows of a table
from __future__ import annotations

import json
from typing import Any

import pytest

from connector_config.mapping.document import parse_mapping
from connector_config.mapping.events import CallEvent
from connector_config.mapping.normalise import normalise
from connector_config.mapping.parsers import parse_request
from connector_config.presets import load_preset

LOG, POPUP, UPDATE = "call_log", "popup", "update"
Case = tuple[str, dict[str, Any], str | None, dict[str, Any]]

TWILIO = {"CallSid": "CA1", "From": "+15550001111", "To": "+15550002222", "Direction": "inbound"}
EXOTEL = {"CallSid": "x", "CallFrom": "09999987051", "CallTo": "09999992360", "Direction": "incoming"}
OZONETEL = {"monitorUCID": "1", "Did": "91", "CallerID": "99", "AgentPhoneNumber": "88", "CallDuration": "00:00:09"}
SMARTFLO = {"call_id": "1.1", "call_to_number": "9180", "caller_id_number": "9199", "direction": "inbound"}
AIRCALL = {"id": 1, "direction": "inbound", "started_at": 1537525785, "ended_at": 1537525802, "duration": 17,
           "raw_digits": "+33 3 79", "user": {"id": 21, "email": "f@example.com"}, "number": {"digits": "+33 4 22"},
           "recording": "https://a.example/r.mp3", "voicemail": None, "answered_at": None}  # fmt: skip
PARTY = {"direction": "Inbound", "to": {"phoneNumber": "+19", "extensionId": "80"}, "from": {"phoneNumber": "+14"}}
ZOOM = {"call_id": "7", "caller": {"phone_number": "+1209"}, "callee": {"extension_number": 101, "user_id": "u1"},
        "ringing_start_time": "2021-10-08T16:10:00Z", "call_end_time": "2021-10-08T16:12:04Z"}  # fmt: skip
CALLRAIL = {"resource_id": "CALx", "customer_phone_number": "+1214", "direction": "inbound", "duration": "61",
            "start_time": "2018-02-19T13:41:00-05:00", "tracking_phone_number": "+1404", "voicemail": False}  # fmt: skip
ZADARMA = {"pbx_call_id": "p", "caller_id": "+44", "called_did": "4420", "call_start": "2024-02-10 12:30:05"}
CX = {"callerid": "4207", "user": "102", "did": "DID-4202", "id": "23-1"}
DIALPAD = {"call_id": 6222, "direction": "inbound", "external_number": "+1415", "internal_number": "+1416",
           "date_started": 1700000000000, "date_ended": 1700000065000, "duration": 60000.5}  # fmt: skip
JUSTCALL = {"call_sid": "CA", "contact_number": "1415", "justcall_number": "1416", "agent_email": "a@example.com",
            "call_date": "2024-02-20", "call_time": "06:52:27", "call_duration": {"total_duration": 33},
            "call_info": {"direction": "Incoming", "type": "answered", "recording": "https://j.example/x"}}  # fmt: skip
CDR = {"src": "+919876543210", "dst": "200", "dcontext": "from-trunk", "dstchannel": "PJSIP/201-0001", "linkedid": "1.1",
       "start": "2013-03-04 13:11:18", "billsec": "0"}  # fmt: skip


def ringcentral(code: str, *, missed: bool = False) -> dict[str, Any]:
    party = {**PARTY, "status": {"code": code}, "missedCall": missed}
    return {"body": {"telephonySessionId": "s-d", "sequence": 4, "parties": [party]}}


def zoom(event: str, **more: object) -> dict[str, Any]:
    return {"event": f"phone.{event}", "event_ts": 1643068697000, "payload": {"object": {**ZOOM, **more}}}


def aircall(event: str, **more: object) -> dict[str, Any]:
    return {"resource": "call", "event": f"call.{event}", "timestamp": 1537525832, "data": {**AIRCALL, **more}}


def telnyx(event: str, **payload: object) -> dict[str, Any]:
    numbers = {"call_session_id": "s1", "from": "+3531", "to": "+3532"}
    return {"data": {"event_type": event, "occurred_at": "2018-02-02T22:25:27Z", "payload": {**numbers, **payload}}}


MCUBE = {"callid": "80889767291697091597", "starttime": "2023-10-12 11:49:57", "emp_phone": "8767316316",
         "clicktocalldid": "8035053336", "callto": "7816999444", "direction": "inbound"}  # fmt: skip
CASES: list[Case] = [
    *[("twilio", {**TWILIO, "CallStatus": word}, POPUP, {"status": "Ringing"}) for word in ("queued", "ringing")],
    ("twilio", {**TWILIO, "CallStatus": "in-progress"}, POPUP, {"status": "InProgress"}),
    *[
        ("twilio", {**TWILIO, "CallStatus": word}, LOG, {"status": "Missed", "raw_status": word, "duration_seconds": 0})
        for word in ("busy", "failed", "canceled", "no-answer")
    ],
    ("twilio", {"CallSid": "CA1", "RecordingSid": "RE1", "RecordingUrl": "https://t.example/x"}, UPDATE,
     {"session_id": "CA1", "recording_url": "https://t.example/x"}),
    ("twilio", {**TWILIO, "From": "client:asha", "CallStatus": "completed"}, LOG,
     {"direction": "Outbound", "agent_ids": ("asha",), "destination_number": "+15550002222", "display_number": ""}),
    ("twilio", {**TWILIO, "To": "client:asha", "Direction": "outbound-dial", "CallStatus": "ringing"}, POPUP,
     {"direction": "Inbound", "agent_ids": ("asha",), "source_number": "+15550001111"}),
    ("signalwire", {**TWILIO, "CallStatus": "initiated"}, POPUP, {"status": "Ringing"}),
    ("telnyx", telnyx("call.initiated", direction="incoming"), POPUP, {"status": "Ringing", "direction": "Inbound"}),
    ("telnyx", telnyx("call.answered"), POPUP, {"status": "InProgress"}),
    ("telnyx", telnyx("call.hangup", hangup_cause="call_rejected"), LOG, {"status": "Missed", "duration_seconds": 0}),
    ("telnyx", telnyx("call.hangup", hangup_cause="normal_clearing", start_time="2018-02-02T22:20:27Z"), LOG,
     {"status": "Answered", "duration_seconds": 300}),
    ("telnyx", telnyx("call.recording.saved", recording_urls={"mp3": "https://t.example/y"}), UPDATE,
     {"recording_url": "https://t.example/y"}),
    ("telnyx", telnyx("call.dtmf.received"), None, {}),
    ("plivo", {"CallUUID": "u", "CallStatus": "ringing", "From": "1", "To": "2", "Direction": "inbound"}, POPUP, {}),
    ("plivo", {"CallUUID": "u", "RecordUrl": "https://p.example/x", "RecordingDuration": "-1"}, UPDATE,
     {"recording_url": "https://p.example/x", "duration_seconds": None}),
    ("vobiz", {"CallUUID": "u", "Status": "initiated", "Event": "CallInitiated", "Direction": "outbound"}, POPUP, {}),
    ("vobiz", {"CallUUID": "u", "Event": "CallInitiated", "Allowed": False, "Reason": "insufficient balance"}, LOG,
     {"status": "Missed", "raw_status": "insufficient balance"}),
    ("vobiz", {"event": "call.completed", "call_id": "c", "from": "+1415", "to": "+1416", "status": "completed",
               "duration": 125, "start_time": "2025-10-30T10:30:00Z", "direction": "outbound"}, LOG,
     {"session_id": "c", "status": "Answered", "duration_seconds": 125, "display_number": "+1415"}),
    *[("vonage", {"uuid": "u", "status": word}, LOG, {"status": "Missed", "duration_seconds": 0})
      for word in ("busy", "cancelled", "unanswered", "rejected", "failed", "timeout")],
    *[("vonage", {"uuid": "u", "status": word}, POPUP, {}) for word in ("started", "ringing", "answered", "human")],
    ("vonage", {"uuid": "u", "dtmf": {"digits": "1"}}, None, {}),
    ("vonage", {"conversation_uuid": "C", "recording_url": "https://v.example/x"}, UPDATE, {"parent_session_id": "C"}),
    *[("bandwidth", {"eventType": "disconnect", "callId": "c", "cause": word}, LOG, {"status": "Missed"})
      for word in ("busy", "timeout", "cancel", "rejected", "error", "hangup")],
    ("bandwidth", {"eventType": "disconnect", "callId": "c", "cause": "hangup", "answerTime": "2022-06-17T22:19:50Z",
                   "endTime": "2022-06-17T22:20:00Z"}, LOG, {"status": "Answered", "duration_seconds": 10}),
    ("bandwidth", {"eventType": "recordingAvailable", "callId": "c", "duration": "PT13.67S",
                   "mediaUrl": "https://b.example/m"}, UPDATE, {"duration_seconds": None}),
    ("bandwidth", {"eventType": "gather", "callId": "c"}, None, {}),
    ("sinch", {"event": "dice", "callid": "c", "result": "NOANSWER", "to": {"type": "number", "endpoint": "+46"}}, LOG,
     {"status": "Missed", "direction": "Outbound", "destination_number": "+46"}),
    ("sinch", {"event": "pie", "callid": "c"}, None, {}),
    *[("exotel", {**EXOTEL, "CallType": word}, LOG, {"status": "Missed", "duration_seconds": 0})
      for word in ("incomplete", "client-hangup", "call-attempt")],
    ("exotel", {**EXOTEL, "EventType": "Terminal", "Status": "free"}, None, {}),
    ("exotel", {"CallSid": "x", "Status": "completed", "EventType": "terminal", "Direction": "outbound-api",
                "From": "092", "To": "091", "PhoneNumberSid": "083", "StartTime": "2022-02-23 12:32:00",
                "ConversationDuration": "13"}, LOG,
     {"source_number": "092", "destination_number": "091", "display_number": "083", "duration_seconds": 13}),
    ("exotel", {"event": "call_ended", "call_sid": "c", "direction": "inbound", "from": "+91"}, UPDATE, {"status": None}),
    ("mcube", {**MCUBE, "dialstatus": "CONNECTING"}, POPUP, {"status": "Ringing", "agent_numbers": ("8767316316",)}),
    ("mcube", {**MCUBE, "dialstatus": "ANSWER", "endtime": "2023-10-12 11:50:57", "answeredtime": "00:00:42",
               "filename": "https://m.example/x.wav", "refid": "R"}, LOG,
     {"status": "Answered", "duration_seconds": 42, "source_number": "7816999444", "call_reference": "R",
      "destination_number": "8767316316", "display_number": "8035053336"}),
    *[("mcube", {**MCUBE, "direction": "outbound", "dialstatus": word, "endtime": "2023-10-12 11:50:57"}, LOG,
       {"status": "Missed", "raw_status": word, "destination_number": "7816999444"})
      for word in ("CANCEL", "Executive Busy", "Busy", "NoAnswer")],
    ("exotel-v3", {**EXOTEL, "CallType": "completed", "DialCallStatus": "completed"}, LOG, {"status": "Answered"}),
    *[("ozonetel", {**OZONETEL, "Type": word, "Status": "Answered"}, LOG,
       {"direction": "Outbound", "source_number": "88", "destination_number": "99"})
      for word in ("Manual", "Progressive", "Preview", "Predictive")],
    ("ozonetel", {**OZONETEL, "Type": "inbound", "Status": "NotAnswered"}, LOG,
     {"direction": "Inbound", "source_number": "99", "destination_number": "88", "status": "Missed"}),
    ("ozonetel", {"callerID": "99", "did": "91", "ucid": "12", "agentID": "hari", "type": "inbound"}, POPUP,
     {"session_id": "12", "agent_ids": ("hari",)}),
    ("ozonetel", {"eventType": "Call", "action": "Disconnect", "monitor_ucid": "9", "caller_id": "8"}, UPDATE,
     {"session_id": "9", "status": None}),
    ("ozonetel", {"eventType": "Agent", "action": "ready", "agent_id": "hari"}, None, {}),
    ("myoperator", {"uid": "u", "clid": "+91", "call_state": 1, "event": 2}, POPUP, {"status": "InProgress"}),
    ("myoperator", {"event": "call.completed", "call_id": "c", "direction": "outbound", "from": "+14", "to": "+15",
                    "status": "missed"}, LOG,
     {"status": "Missed", "destination_number": "+15", "display_number": "+14"}),
    ("smartflo", {**SMARTFLO, "call_status": "missed", "missed_agent": [{"id": "1", "agent_number": "+91777"}]}, LOG,
     {"status": "Missed", "source_number": "9199", "display_number": "9180", "agent_numbers": ("+91777",)}),
    ("smartflo", {**SMARTFLO, "call_status": "Answered by customer", "direction": "outbound"}, POPUP,
     {"status": "InProgress", "destination_number": "9180", "display_number": "9199"}),
    ("aircall", aircall("ringing_on_agent"), POPUP, {"status": "Ringing", "agent_ids": ("21",)}),
    ("aircall", aircall("answered", answered_at=1537525798), POPUP, {"status": "InProgress"}),
    ("aircall", aircall("hungup"), UPDATE, {"status": None, "session_id": "1"}),
    ("aircall", aircall("ended", answered_at=1537525798), LOG, {"status": "Answered", "duration_seconds": 17}),
    ("aircall", aircall("ended", missed_call_reason="agents_did_not_answer"), LOG,
     {"status": "Missed", "raw_status": "agents_did_not_answer"}),
    ("aircall", aircall("ended", voicemail="https://a.example/v.mp3", recording=None), LOG,
     {"status": "Voicemail", "recording_url": "https://a.example/v.mp3"}),
    ("aircall", aircall("comm_assets_generated"), UPDATE, {"recording_url": "https://a.example/r.mp3"}),
    ("aircall", {"resource": "user", "event": "user.created", "data": {"id": 3}}, None, {}),
    ("ringcentral", ringcentral("Proceeding"), POPUP, {"status": "Ringing", "sequence": 4, "agent_ids": ("80",)}),
    ("ringcentral", ringcentral("Answered"), POPUP, {"status": "InProgress"}),
    ("ringcentral", ringcentral("Disconnected"), UPDATE, {"status": None}),
    ("ringcentral", ringcentral("Disconnected", missed=True), UPDATE, {"status": "Missed"}),
    *[("ringcentral", {"sessionId": "1", "direction": "Inbound", "result": word}, LOG, {"status": "Missed"})
      for word in ("Missed", "No Answer", "Busy", "Rejected", "Hang Up")],
    ("ringcentral", {"sessionId": "1", "direction": "Inbound", "result": "Call connected"}, LOG, {"status": "Answered"}),
    ("callrail", {**CALLRAIL, "answered": True}, LOG, {"status": "Answered", "session_id": "CALx"}),
    ("callrail", {**CALLRAIL, "answered": False, "duration": "0"}, LOG, {"status": "Missed"}),
    ("callrail", {k: v for k, v in CALLRAIL.items() if k != "duration"}, POPUP, {"status": "Ringing"}),
    ("zoom-phone", zoom("callee_ringing"), POPUP, {"status": "Ringing", "direction": "Inbound", "agent_ids": ("u1",)}),
    ("zoom-phone", zoom("callee_missed"), LOG, {"status": "Missed", "duration_seconds": 0}),
    ("zoom-phone", zoom("callee_ended", answer_start_time="2021-10-08T16:10:04Z"), LOG,
     {"status": "Answered", "duration_seconds": 120}),
    ("zoom-phone", zoom("callee_hold"), None, {}),
    ("zoom-phone", zoom("voicemail_received"), LOG, {"status": "Voicemail"}),
    ("zoom-phone", zoom("recording_completed", recordings=[{"call_id": "9", "download_url": "https://z.example/r"}]),
     UPDATE, {"session_id": "9", "recording_url": "https://z.example/r"}),
    ("amazon-connect", {"detail": {"eventType": "DISCONNECTED", "contactId": "c", "channel": "VOICE"}}, UPDATE,
     {"status": "Missed"}),
    ("amazon-connect", {"detail": {"eventType": "INITIATED", "contactId": "c", "channel": "CHAT"}}, None, {}),
    ("amazon-connect", {"ContactId": "c", "Channel": "VOICE", "InitiationMethod": "INBOUND",
                        "CustomerEndpoint": {"Address": "+15"}, "SystemEndpoint": {"Address": "+16"},
                        "Agent": {"ARN": "arn:x/agent/5", "ConnectedToAgentTimestamp": "2021-08-04T17:18:00Z"}}, LOG,
     {"status": "Answered", "source_number": "+15", "display_number": "+16", "agent_ids": ("5",)}),
    ("antgst", {"callId": "b", "caller": "85", "callee": "62", "endReason": "486", "duration": "0"}, LOG,
     {"status": "Missed"}),
    *[("asterisk", {**CDR, "disposition": word}, LOG, {"status": "Missed", "direction": "Inbound", "agent_ids": ("201",)})
      for word in ("NO ANSWER", "BUSY", "FAILED", "CONGESTION")],
    ("freeswitch", {"variables": {"uuid": "u", "answer_epoch": "0", "hangup_cause": "USER_BUSY"}}, LOG,
     {"status": "Missed", "raw_status": "USER_BUSY", "duration_seconds": 0}),
    ("freeswitch", {"variables": {"uuid": "u", "direction": "inbound", "answer_epoch": "1515666345"},
                    "callflow": [{"caller_profile": {"caller_id_number": "1001", "destination_number": "919876543210"}}]},
     LOG, {"direction": "Outbound", "agent_ids": ("1001",)}),
    ("telecmi", {"type": "event", "cmiuuid": "7", "status": "hangup", "time": 1570184401056}, UPDATE, {"status": None}),
    ("hipcall", {"event": "call_init", "data": {"uuid": "u", "direction": "inbound", "caller_number": "+90"}}, POPUP,
     {"status": "Ringing"}),
    *[("jambonz", {"call_sid": "c", "call_status": word}, LOG, {"status": "Missed"})
      for word in ("failed", "busy", "no-answer")],
    ("jambonz", {"call_sid": "c", "call_status": "trying"}, POPUP, {"status": "Ringing"}),
    ("laaffic", {"callid": "1", "caller": "92", "called": "91", "callSource": 2, "callDuration": 0, "sipCode": "486"},
     LOG, {"status": "Missed", "direction": "Inbound"}),
    ("3cx", {**CX, "event": "ringing", "usertype": " queue"}, None, {}),
    ("3cx", {**CX, "event": "hangupincoming", "usertype": " ext"}, POPUP, {"status": "InProgress"}),
    ("3cx", {**CX, "event": "incoming", "title": "DID-4202:Answered call from 4207 (0:07)"}, LOG,
     {"status": "Answered", "duration_seconds": 7, "display_number": "4202"}),
    ("3cx", {**CX, "event": "outgoing", "finishtype": "Missed", "title": "Unanswered call to 4207"}, LOG,
     {"status": "Missed", "direction": "Outbound", "destination_number": "4207"}),
    ("3cx", {"Event": "recording", "FileUrls": ["https://c.example/35.mp3"], "Id": "35-1"}, UPDATE,
     {"session_id": "35-1", "recording_url": "https://c.example/35.mp3"}),
    ("dial9", {"payload": {"event": "CallProcessed", "call_id": "c", "call_type": "outgoing", "call_status": "missed",
                           "source": {"type": "extension", "id": 7}, "destination": "0770"}}, LOG,
     {"status": "Missed", "direction": "Outbound", "destination_number": "0770", "agent_ids": ("7",)}),
    ("uspeedo", {"sessionId": "s", "destination": "+55", "callStatus": "RINGING"}, POPUP, {}),
    ("ycloud", {"type": "whatsapp.call.terminate", "callingTerminate": {
        "id": "1", "from": "+62", "to": "+63", "direction": "BUSINESS_INITIATED", "status": "REJECTED"}}, LOG,
     {"status": "Missed", "direction": "Outbound", "destination_number": "+63", "display_number": "+62"}),
    ("zadarma", {**ZADARMA, "event": "NOTIFY_INTERNAL", "internal": "100"}, POPUP, {"agent_ids": ("100",)}),
    ("zadarma", {**ZADARMA, "event": "NOTIFY_OUT_END", "internal": "100", "destination": "+4477", "disposition": "busy"},
     LOG, {"status": "Missed", "direction": "Outbound", "source_number": "100", "destination_number": "+4477"}),
    ("zadarma", {**ZADARMA, "event": "NOTIFY_IVR"}, None, {}),
    ("microsoft-teams", {"callId": "c", "callType": "user_in", "callerNumber": "+44", "calleeNumber": "+45",
                         "duration": 30}, LOG, {"direction": "Inbound", "status": "Answered", "display_number": "+45"}),
    ("knowlarity", {"callid": "k", "call_type": "incoming", "knowlarity_number": "+9118", "agent_number": "+9199",
                    "customer_number": "+9188", "start_time": "2020-01-01 10:00:00+00:00",
                    "end_time": "2020-01-01 15:31:00+05:30", "call_duration": "30"}, LOG,
     {"source_number": "+9188", "destination_number": "+9199", "display_number": "+9118", "status": "Answered"}),
    ("callerdesk", {"CallSid": "1", "SourceNumber": "99", "DestinationNumber": "0120", "DialWhomNumber": "92",
                    "Direction": "IVR", "Status": "ANSWER", "CallDuration": "18", "EndTime": "2023-01-02 14:33:44"}, LOG,
     {"source_number": "99", "destination_number": "92", "display_number": "0120", "status": "Answered"}),
    ("callerdesk", {"CallSid": "1", "SourceNumber": "99", "DestinationNumber": "0120", "Direction": "IVR"}, POPUP, {}),
    ("telecmi", {"type": "cdr", "cmiuuid": "7", "status": "answered", "user": "103_1", "time": 1570184401056,
                 "direction": "outbound", "answeredsec": 13, "to": 9100000000, "filename": "1.mp3"}, LOG,
     {"duration_seconds": 13, "destination_number": "9100000000", "recording_url": "1.mp3", "agent_ids": ("103_1",)}),
    ("africastalking", {"isActive": "1", "sessionId": "A", "callerNumber": "+254", "direction": "Inbound"}, POPUP, {}),
    ("africastalking", {"isActive": "0", "sessionId": "A", "callerNumber": "+254", "direction": "Inbound",
                        "durationInSeconds": "20"}, LOG, {"status": "Answered", "source_number": "+254"}),
    ("sipgate", {"event": "newCall", "callId": "1", "from": "49", "to": "50", "direction": "in", "fullUserId": ["a", "b"]},
     POPUP, {"agent_ids": ("a", "b"), "display_number": "50"}),
    ("sipgate", {"event": "hangup", "callId": "1", "from": "49", "to": "50", "direction": "in", "cause": "noAnswer"}, LOG,
     {"status": "Missed"}),
    ("aliyun-aiccs", {"call_id": "1", "callee": "130", "caller": "20", "b_start_time": "2021-04-28 10:03:40",
                      "duration": "10"}, LOG, {"status": "Answered", "destination_number": "130"}),
    ("aliyun-aiccs", {"call_id": "1", "record_file": "http://a.example/x"}, UPDATE, {}),
    ("dialpad", {**DIALPAD, "state": "ringing"}, POPUP, {"status": "Ringing"}),
    ("dialpad", {**DIALPAD, "state": "hangup", "date_connected": 1700000005000}, LOG,
     {"status": "Answered", "duration_seconds": 60}),
    ("dialpad", {**DIALPAD, "state": "hangup"}, LOG, {"status": "Missed"}),
    ("dialpad", {**DIALPAD, "state": "voicemail"}, LOG, {"status": "Voicemail"}),
    ("justcall", {"type": "jc.call_completed", "data": JUSTCALL}, LOG,
     {"status": "Answered", "duration_seconds": 33, "recording_url": "https://j.example/x"}),
    ("justcall", {"type": "jc.call_voicemail", "data": JUSTCALL}, LOG, {"status": "Voicemail"}),
    ("justcall", {"type": "jc.call_incoming", "data": JUSTCALL}, POPUP, {"status": "Ringing"}),
    ("justcall", {"type": "jc.sms_sent", "data": {"id": 1}}, None, {}),
    ("yeastar", {"type": 30012, "msg": json.dumps({
        "call_id": "1.2", "call_from": "0911", "call_to": "1000", "talk_duration": 10, "status": "ANSWERED",
        "type": "Inbound", "did_number": "88"})}, LOG,
     {"source_number": "0911", "destination_number": "1000", "display_number": "88", "status": "Answered"}),
    ("mobtexting", {"from": "99", "to": "88", "duration": "60", "status": "ANSWERED", "id": "5"}, LOG,
     {"direction": "Outbound", "status": "Answered"}),
    ("custom", {"call_id": "5", "from": "99", "to": "88", "direction": "inbound", "status": "ringing"}, POPUP, {}),
    ("custom", {"call_id": "5", "recording_url": "https://c.example/y"}, UPDATE, {"session_id": "5"}),
]  # fmt: skip


def events_of(preset: str, body: dict[str, Any]) -> list[CallEvent]:
    request = parse_request(
        method="POST",
        endpoint="events",
        query_string="",
        headers={},
        content_type="application/json",
        body=json.dumps(body).encode(),
    )
    loaded = load_preset(preset)
    return normalise(request=request, mapping=parse_mapping(loaded.mapping), time_zone=loaded.time_zone)


@pytest.mark.parametrize(
    ("preset", "body", "kind", "expected"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_documented_event(preset: str, body: dict[str, Any], kind: str | None, expected: dict[str, Any]) -> None:
    events = events_of(preset, body)

    assert [event.kind for event in events] == ([] if kind is None else [kind])
    for name, value in expected.items():
        assert getattr(events[0], name) == value
