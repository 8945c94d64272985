"""Guessing a mapping for made-up providers: from one request to the right record, without a word of help."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_config.mapping.document import merge_mapping, parse_mapping
from connector_config.mapping.events import NormalisationError, ParsedRequest
from connector_config.mapping.fields import FIELD_KINDS
from connector_config.mapping.normalise import RecordReading, read_records
from connector_config.mapping.parsers import parse_request
from connector_config.presets import load_preset
from tests.editor.conftest import ODD_BODY
from webhooks.editor.field_names import words_of
from webhooks.editor.start import start_from

PRESET = load_preset("standard").mapping


def parsed(body: object, content_type: str = "application/json") -> ParsedRequest:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return parse_request(
        method="POST", endpoint="events", query_string="", headers={}, content_type=content_type, body=raw
    )


def guessed(request: ParsedRequest) -> tuple[list[RecordReading], tuple[str, ...]]:
    start = start_from(merge_mapping(PRESET, {}), request)
    mapping = parse_mapping(start.document)
    return read_records(request=request, mapping=mapping, time_zone="Asia/Kolkata"), start.guess.questions


CASES: dict[str, tuple[object, str, dict[str, object]]] = {
    "own names, epoch milliseconds, codes, calls in an array": (
        ODD_BODY, "application/json",
        {"session_id": "QX-000918", "direction": "Inbound", "source_number": "919611795983",
         "display_number": "919020897874", "duration_seconds": "48", "started_at": "2025-11-23 15:30:00",
         "ended_at": "2025-11-23 15:31:02", "recording_url": "https://cdn.odd.example/r/918.mp3", "raw_status": "3"},
    ),
    "nested objects and an event name": (
        {"event": "call.ended", "data": {"call": {
            "id": "c_8a1b", "direction": "inbound", "from": {"number": "+14155550123", "name": "Jo Ray"},
            "to": {"number": "+14155550199"}, "started_at": "2025-07-18T10:00:00Z", "duration": 120,
            "agent": {"id": 77, "name": "Asha Rao", "email": "asha@example.com"}}}}, "application/json",
        {"session_id": "c_8a1b", "direction": "Inbound", "source_number": "+14155550123",
         "destination_number": "+14155550199", "caller_name": "Jo Ray", "agent_ids": "('77',)",
         "agent_email": "asha@example.com", "duration_seconds": "120", "started_at": "2025-07-18 10:00:00"},
    ),
    "a form with day before month": (
        urlencode({"uid": "83912", "cust_no": "09611795983", "agent_ext": "5071", "call_date": "18/07/2025 10:00:00",
                   "disp": "NOANSWER", "calltype": "OUT", "billsec": "0", "did_no": "08040001234"}),
        "application/x-www-form-urlencoded",
        {"session_id": "83912", "direction": "Outbound", "destination_number": "09611795983", "status": "NotAnswered",
         "started_at": "2025-07-18 04:30:00", "duration_seconds": "0", "display_number": "08040001234"},
    ),
    "names with blanks, date and time apart": (
        {"CDR": [{"Ticket No": "T-100", "Caller No": "9611795983", "Called No": "9020897874",
                  "Start Date": "2025-07-18", "Start Time": "10:00:00", "Talk Duration": "00:01:20",
                  "Result": "NoAns"}]}, "application/json",
        {"session_id": "T-100", "source_number": "9611795983", "destination_number": "9020897874",
         "started_at": "2025-07-18 04:30:00", "duration_seconds": "80", "status": "NotAnswered",
         "direction": "Inbound"},
    ),
    "SIP addresses and epoch seconds": (
        {"sessionId": "9f1c-22", "caller": "<sip:+919611795983@pbx.example>", "callee": "sip:5071@pbx.example",
         "dir": "in", "start": 1763911800, "hangup": 1763911900, "state": "answered"}, "application/json",
        {"session_id": "9f1c-22", "source_number": "+919611795983", "direction": "Inbound", "status": "Answered",
         "started_at": "2025-11-23 15:30:00", "ended_at": "2025-11-23 15:31:40", "duration_seconds": "100"},
    ),
    "a ringing phone": (
        {"type": "incoming", "number": "+919611795983", "line": "+919020897874", "id": "ab12", "state": "ringing"},
        "application/json",
        {"session_id": "ab12", "source_number": "+919611795983", "display_number": "+919020897874",
         "direction": "Inbound", "status": "Ringing"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_made_up_provider_is_read(name: str) -> None:
    body, content_type, expected = CASES[name]

    readings, _ = guessed(parsed(body, content_type))

    assert readings[0].errors == ()
    shown = {field: str(value)[:19] if "_at" in field else str(value) for field, value in readings[0].fields.items()}
    assert {field: shown.get(field) for field in expected} == expected


def test_codes_become_questions() -> None:
    _, questions = guessed(parsed(ODD_BODY))

    assert any("“3”" in question and "evt.st" in question for question in questions)


def test_a_call_id_beside_other_ids_is_chosen() -> None:
    body = {"account_id": "A-1234567", "agent_id": "5071", "call_uuid": "c-1", "from": "+919611795983"}

    readings, _ = guessed(parsed(body))

    assert (readings[0].fields["session_id"], readings[0].fields["agent_ids"]) == ("c-1", ("5071",))


def test_customer_and_agent_stand_on_the_right_ends_of_an_outgoing_call() -> None:
    body = {"call_id": "c-1", "direction": "outgoing", "customer": "+919611795983", "agent_phone": "+919611795980"}

    readings, _ = guessed(parsed(body))

    ends = readings[0].fields["source_number"], readings[0].fields["destination_number"]
    assert ends == ("+919611795980", "+919611795983")


def test_a_second_guess_gets_a_name_of_its_own() -> None:
    first = start_from(merge_mapping(PRESET, {}), parsed(ODD_BODY)).document

    second = start_from(first, parsed(ODD_BODY)).document

    assert [rule["name"] for rule in _rules(second)[:2]] == ["Calls 2", "Calls"]


def test_an_empty_request_cannot_be_guessed() -> None:
    with pytest.raises(NormalisationError):
        start_from({}, parsed({}))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("callerNo", ["caller", "no"]),
        ("CALL_ID", ["call", "id"]),
        ("Start Time", ["start", "time"]),
        ("callid", ["call", "id"]),
        ("recordingURL", ["recording", "url"]),
        ("_x", ["x"]),
    ],
)
def test_names_are_taken_apart(name: str, words: list[str]) -> None:
    assert list(words_of(name)) == words


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
BODIES = st.dictionaries(
    st.text(max_size=12) | st.sampled_from(["id", "from", "status", "start", "duration", "calls", "direction"]),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner)),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(deadline=None)
@given(BODIES)
def test_whatever_is_sent_the_guess_compiles(body: dict[str, Any]) -> None:
    request = ParsedRequest("POST", "events", {}, {}, (body,))
    try:
        start = start_from(merge_mapping(PRESET, {}), request)
    except NormalisationError:
        return

    mapping = parse_mapping(start.document)

    assert {name for rule in mapping.rules for name in rule.fields} <= set(FIELD_KINDS)


def _rules(document: Mapping[str, object]) -> list[Any]:
    rules = document["rules"]
    assert isinstance(rules, list)
    return rules
