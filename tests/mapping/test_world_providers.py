"""Documented and captured requests of exchanges and of providers elsewhere: what each makes, and what it says."""

# ruff: noqa: E501  # rows of a table
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.mapping.test_provider_vocabulary import LOG, POPUP, UPDATE, Case, events_of

AFRICA = {"isActive": "0", "sessionId": "A", "direction": "Inbound", "callerNumber": "+254", "destinationNumber": "+25420",
          "durationInSeconds": "20", "callStartTime": "2019-08-07 08:07:03", "hangupCause": "NORMAL_CLEARING"}  # fmt: skip
ZADARMA = {
    "pbx_call_id": "out_1",
    "caller_id": "+44",
    "call_start": "2024-02-10 12:30:05",
    "internal": "100",
    "destination": "+4477",
}
AICCS = {"callId": "1^1", "caller": "0571", "callee": "139", "originateTime": "2025-06-01 09:59:45"}
DIAL9 = {"event": "OutgoingCall", "call_id": "c", "callee_number": "0441", "caller_number": "0120"}
FINISHED = {"callId": "9", "from": "44790", "to": "44791", "direction": "INBOUND", "startTime": "2022-01-01T00:00:00+00:00",
            "answerTime": "2022-01-01T00:00:02+00:00", "endTime": "2022-01-01T00:00:07+00:00"}  # fmt: skip


def yeastar(number: int, **message: object) -> dict[str, Any]:
    return {"type": number, "sn": "3", "msg": json.dumps({"call_id": "1.2", **message})}


def extension(status: str) -> dict[str, Any]:
    return {"extension": {"number": "1000", "member_status": status}}


def didww(event: str, **data: object) -> dict[str, Any]:
    return {"id": "e1", "type": event, "ts": "2026-01-01T10:00:05.123Z", "global_tag": "g1", "data": data}


def infobip(event: str, **log: object) -> dict[str, Any]:
    return {
        "type": event,
        "callId": "9",
        "timestamp": "2022-01-01T00:00:07Z",
        "properties": {"callLog": {**FINISHED, **log}},
    }


CASES: list[Case] = [
    ("africastalking", AFRICA, LOG, {"status": "Answered", "source_number": "+254", "display_number": "+25420"}),
    *[("africastalking", {**AFRICA, "dialDestinationNumber": "+2547", "lastBridgeHangupCause": word}, LOG,
       {"status": "Missed", "raw_status": word, "destination_number": "+2547"})
      for word in ("USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "SUBSCRIBER_ABSENT", "UNSPECIFIED", "NORMAL_TEMPORARY_FAILURE",
                   "RECOVERY_ON_TIMER_EXPIRE", "UNALLOCATED_NUMBER", "NO_USER_RESPONSE")],
    ("africastalking", {**AFRICA, "hangupCause": "", "status": "Aborted", "durationInSeconds": "0"}, LOG, {"status": "Missed"}),
    ("zadarma", {**ZADARMA, "event": "NOTIFY_ANSWER"}, POPUP, {"direction": "Outbound", "destination_number": "+4477"}),
    *[("zadarma", {**ZADARMA, "event": "NOTIFY_OUT_END", "disposition": word}, LOG, {"status": "Missed", "duration_seconds": 0})
      for word in ("busy", "cancel", "no answer", "failed", "no money", "unallocated number", "no limit")],
    ("zadarma", {"event": "NOTIFY_END", "pbx_call_id": "in_1", "caller_id": "+44", "called_did": "4420", "internal": "100",
                 "last_internal": "101", "disposition": "answered", "duration": "9"}, LOG,
     {"destination_number": "101", "agent_ids": ("101",), "display_number": "4420"}),
    ("yeastar", yeastar(30012, time_start="2021-10-11 20:20:26", call_from="1000", call_to="550", call_duration=6,
                        talk_duration=1, status="ANSWERED", type="Outbound"), LOG,
     {"direction": "Outbound", "duration_seconds": 1, "ended_at": datetime(2021, 10, 11, 20, 20, 32, tzinfo=UTC)}),
    ("yeastar", yeastar(30011, members=[{"inbound": {"from": "550", "to": "551", "member_status": "ALERT"}}, extension("RING")]),
     POPUP, {"status": "Ringing", "source_number": "550", "display_number": "551", "agent_ids": ("1000",)}),
    ("yeastar", yeastar(30011, members=[extension("ANSWER"), {"outbound": {"from": "5", "to": "0911"}}]), POPUP,
     {"status": "InProgress", "direction": "Outbound", "destination_number": "0911"}),
    ("yeastar", yeastar(30011, members=[extension("BYE")]), None, {}),
    ("yeastar", yeastar(30015, reason="NO_ANSWER", members=[extension("")]), None, {}),
    ("yeastar", {"action": "NewCdr", "callid": "1.3", "timestart": "2019-01-13 23:03:02", "callfrom": "0911", "callto": "1005",
                 "callduraction": "21", "talkduraction": "10", "status": "ANSWERED", "type": "Inbound", "didnumber": "88"}, LOG,
     {"duration_seconds": 10, "display_number": "88", "ended_at": datetime(2019, 1, 13, 23, 3, 23, tzinfo=UTC)}),
    ("aliyun-aiccs", {**AICCS, "startTime": "2025-06-01 10:00:00", "endTime": "2025-06-01 10:05:30", "duration": 330,
                      "smartStatusCode": "ANSWERED", "statusCode": "200010"}, LOG,
     {"status": "Answered", "raw_status": "ANSWERED", "duration_seconds": 330}),
    ("aliyun-aiccs", {**AICCS, "duration": 0, "smartStatusCode": "NO_ANSWER"}, LOG, {"status": "Missed", "duration_seconds": 0}),
    ("aliyun-aiccs", {"callId": "1^1", "duration": 125, "recordFile": "http://a.example/x", "startTime": "2025-05-22 12:29:20"},
     UPDATE, {"recording_url": "http://a.example/x", "status": None}),
    ("aliyun-aiccs", {"call_id": "1^1", "status_code": "300000", "smart_status_code": "ANSWERED", "dtmf": "1",
                      "status_time": "2023-03-06 16:21:12"}, POPUP, {"status": "InProgress"}),
    ("laaffic", {"array": [{"voiceId": "2", "callee": "63", "displayNum": "61", "callTime": 1670989701014,
                            "callDuration": 12, "terminationCode": "200"}]}, LOG,
     {"session_id": "2", "direction": "Outbound", "status": "Answered", "destination_number": "63", "display_number": "61"}),
    ("dial9", {"payload": DIAL9}, POPUP, {"direction": "Outbound", "display_number": "0120", "destination_number": "0441"}),
    ("sipgate", {"event": "hangup", "cause": "normalClearing", "callId": "2", "origCallId": "1", "direction": "in", "from": "49",
                 "to": "50"}, LOG, {"session_id": "1", "status": "Answered"}),
    ("didww", didww("call.started", direction="inbound", **{"from": "+1555", "to": "+1666"}), POPUP,
     {"session_id": "g1", "status": "Ringing", "source_number": "+1555", "display_number": "+1666"}),
    ("didww", didww("call.ended", direction="inbound"), UPDATE, {"status": None}),
    ("didww", didww("call.cdr.created", cdr={"direction": "outbound", "src_number": "101", "dst_number": "+1777", "did": "+1666",
                    "started_at": "2026-01-01T10:00:00Z", "answered_at": "2026-01-01T10:00:03Z", "end_time": "2026-01-01T10:00:33Z"}),
     LOG, {"status": "Answered", "duration_seconds": 30, "destination_number": "+1777", "display_number": "+1666"}),
    ("didww", didww("call.cdr.created", direction="inbound", caller="+1555", called="+1666", answered=False), LOG,
     {"status": "Missed", "duration_seconds": 0}),
    ("didww", didww("call.cdr.attachment_created", attachment={"url": "https://d.example/x"}), UPDATE,
     {"recording_url": "https://d.example/x"}),
    *[("didww", didww(f"call.cdr.{word}"), None, {}) for word in ("scoring_created", "attachment_failed", "resolved")],
    ("infobip", infobip("CALL_FINISHED"), LOG, {"status": "Answered", "duration_seconds": 5, "display_number": "44791"}),
    ("infobip", infobip("CALL_FAILED", answerTime=None, direction="OUTBOUND", errorCode={"name": "NO_ANSWER"}), LOG,
     {"status": "Missed", "raw_status": "NO_ANSWER", "destination_number": "44791", "display_number": "44790"}),
    ("infobip", {"type": "CALL_RECEIVED", "callId": "9", "from": "234", "to": "235"}, POPUP,
     {"status": "Ringing", "source_number": "234", "display_number": "235"}),
    ("infobip", {"type": "CALL_MEDIA_CHANGED", "callId": "9"}, None, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "body", "kind", "expected"), CASES, ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)]
)
def test_documented_event(preset: str, body: dict[str, Any], kind: str | None, expected: dict[str, Any]) -> None:
    events = events_of(preset, body)

    assert [event.kind for event in events] == ([] if kind is None else [kind])
    for name, value in expected.items():
        assert getattr(events[0], name) == value
