"""The standard preset: the documented fields, in every spelling that senders use, and clear refusals."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connector_config.mapping.document import parse_mapping
from connector_config.mapping.events import CallEvent, CallStatus, Direction, EventKind, NormalisationError
from connector_config.mapping.normalise import normalise
from connector_config.mapping.parsers import parse_request
from connector_config.presets import load_preset

STANDARD = parse_mapping(load_preset("standard").mapping)
SAMPLE: dict[str, object] = {
    "SourceNumber": "+919611795983",
    "DestinationNumber": "+919611795980",
    "DisplayNumber": "+919020897874",
    "StartTime": "2015-08-20 18:26:38",
    "EndTime": "2015-08-20 18:26:50",
    "CallDuration": "12",
    "Status": "Answered",
    "CallNotes": "Enquired about product",
    "ResourceURL": "https://server/filename.mp3",
    "Direction": "Inbound",
    "CallSessionId": "080673309211440075398",
}


def events(body: object, endpoint: str = "call-log", time_zone: str = "Asia/Kolkata") -> list[CallEvent]:
    request = parse_request(
        method="POST",
        endpoint=endpoint,
        query_string="",
        headers={},
        content_type="application/json",
        body=json.dumps(body).encode(),
    )
    return normalise(request=request, mapping=STANDARD, time_zone=time_zone)


def event(endpoint: str = "call-log", **changes: object) -> CallEvent:
    [found] = events({**SAMPLE, **changes}, endpoint)
    return found


def errors(body: object, endpoint: str = "call-log") -> dict[str, str]:
    with pytest.raises(NormalisationError) as caught:
        events(body, endpoint)
    return {error.field: error.message for error in caught.value.errors}


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in SAMPLE.items() if name not in names}


def test_the_documented_sample() -> None:
    assert event() == CallEvent(
        kind=EventKind.CALL_LOG,
        session_id="080673309211440075398",
        direction=Direction.INBOUND,
        status=CallStatus.ANSWERED,
        raw_status="Answered",
        source_number="+919611795983",
        destination_number="+919611795980",
        display_number="+919020897874",
        started_at=datetime(2015, 8, 20, 12, 56, 38, tzinfo=UTC),
        ended_at=datetime(2015, 8, 20, 12, 56, 50, tzinfo=UTC),
        duration_seconds=12,
        recording_url="https://server/filename.mp3",
        notes="Enquired about product",
        agent_ids=("+919611795980",),
        agent_numbers=("+919611795980",),
    )


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("answered", CallStatus.ANSWERED),
        ("ANSWERED", CallStatus.ANSWERED),
        ("Missed", CallStatus.MISSED),
        ("Voicemail", CallStatus.VOICEMAIL),
        ("voice mail", CallStatus.VOICEMAIL),
        ("NotAnswered", CallStatus.NOT_ANSWERED),
        ("No Answer", CallStatus.NOT_ANSWERED),
        ("no-answer", CallStatus.NOT_ANSWERED),
        ("NO_ANSWER", CallStatus.NOT_ANSWERED),
        ("Busy", CallStatus.BUSY),
        ("Declined", CallStatus.DECLINED),
        ("Rejected", CallStatus.DECLINED),
        ("Cancelled", CallStatus.CANCELLED),
        ("canceled", CallStatus.CANCELLED),
        ("CallFailure", CallStatus.FAILED),
        ("Failed", CallStatus.FAILED),
        ("Ringing", CallStatus.RINGING),
        ("In Progress", CallStatus.IN_PROGRESS),
        ("Connected", CallStatus.IN_PROGRESS),
    ],
)
def test_status_words(word: str, status: CallStatus) -> None:
    found = event(Status=word)

    assert (found.status, found.raw_status, found.flags) == (status, word, frozenset())


def test_an_unknown_status_is_kept_and_flagged() -> None:
    found = event(Status="Vanished")

    assert (found.status, found.raw_status) == (CallStatus.UNKNOWN, "Vanished")
    assert found.flags == {"status_unknown"}


@pytest.mark.parametrize(
    ("word", "direction"),
    [
        ("inbound", Direction.INBOUND),
        ("IN", Direction.INBOUND),
        ("Incoming", Direction.INBOUND),
        ("OUTBOUND", Direction.OUTBOUND),
        ("out", Direction.OUTBOUND),
        ("outgoing", Direction.OUTBOUND),
    ],
)
def test_direction_words(word: str, direction: Direction) -> None:
    assert event(Direction=word).direction is direction


def test_outbound_the_agent_is_the_source_number_or_an_id() -> None:
    found = event(Direction="Outbound", SourceNumber="5071", DestinationNumber="+919611795983")

    assert found.agent_ids == ("5071",)
    assert found.destination_number == "+919611795983"


def test_the_virtual_number_in_the_agents_place_names_no_agent() -> None:
    found = event(DestinationNumber="91 9020 897874")

    assert (found.agent_ids, found.agent_numbers) == ((), ())
    assert found.destination_number == "91 9020 897874"


@pytest.mark.parametrize(
    ("sent", "seconds"), [(12, 12), ("12", 12), (12.0, 12), ("0", 0), (0, 0), ("00:01:40", 100), ("46", 46)]
)
def test_the_duration_is_kept_as_sent(sent: object, seconds: int) -> None:
    assert event(CallDuration=sent).duration_seconds == seconds


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (919611795983, "919611795983"),
        (9.19611795983e11, "919611795983"),
        ("+91 96117-95983", "+91 96117-95983"),
        ("anonymous", "anonymous"),
        ("garbage!!", "garbage!!"),
        ("null", ""),
    ],
)
def test_any_number_is_kept_as_sent(sent: object, stored: str) -> None:
    assert event(SourceNumber=sent).source_number == stored


@pytest.mark.parametrize(
    "key", ["sourcenumber", "SOURCENUMBER", "source_number", "Source_Number", "source-number", "sourceNumber"]
)
def test_keys_in_another_spelling_are_understood(key: str) -> None:
    [found] = events({**without("SourceNumber"), key: "+911"})

    assert found.source_number == "+911"


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("SourceNumber", ["SourceNo", "Source No", "from_number", "callerNumber"]),
        ("DestinationNumber", ["DestinationNo", "to_number"]),
        ("DisplayNumber", ["DisplayNo", "VirtualNumber", "did_number"]),
        ("StartTime", ["CallStartTime", "call_start_time"]),
        ("EndTime", ["CallEndTime"]),
        ("CallDuration", ["Duration", "duration_seconds"]),
        ("Status", ["CallStatus", "call_status"]),
        ("Direction", ["CallDirection"]),
        ("CallSessionId", ["SessionId", "CallSid", "call_id", "UniqueId"]),
        ("ResourceURL", ["ResourceUrl", "RecordingURL", "recording_link"]),
        ("CallNotes", ["Notes", "Remarks"]),
    ],
)
def test_misspelt_keys_are_understood(name: str, spellings: list[str]) -> None:
    for spelling in spellings:
        [found] = events({**without(name), spelling: SAMPLE[name]})

        assert found == event()


@pytest.mark.parametrize("wrapper", ["data", "call", "calls", "events", "payload"])
def test_an_event_may_stand_in_a_wrapper(wrapper: str) -> None:
    assert events({wrapper: SAMPLE}) == events({wrapper: [SAMPLE]}) == [event()]


def test_an_exact_key_beats_another_spelling() -> None:
    assert event(sourcenumber="+911").source_number == "+919611795983"


def test_times_with_an_offset_need_no_zone() -> None:
    found = event(StartTime="2015-08-20T12:56:38Z", EndTime="2015-08-20T18:26:50+05:30")

    assert found.started_at == datetime(2015, 8, 20, 12, 56, 38, tzinfo=UTC)
    assert found.ended_at == datetime(2015, 8, 20, 12, 56, 50, tzinfo=UTC)


def test_a_time_that_occurs_twice_is_flagged() -> None:
    body = {**SAMPLE, "StartTime": "2024-11-03 01:30:00", "EndTime": "2024-11-03 01:31:00"}

    [found] = events(body, time_zone="America/New_York")

    assert found.flags == {"time_ambiguous"}


def test_an_end_before_the_start_is_kept_and_flagged() -> None:
    assert event(EndTime="2015-08-20 18:00:00").flags == {"ends_before_start"}


@pytest.mark.parametrize("missing", ["DisplayNumber", "StartTime", "EndTime", "CallDuration", "Status", "Direction"])
@pytest.mark.parametrize("empty", [None, "", "  ", "null"])
def test_each_mandatory_field_is_named_when_missing(missing: str, empty: object) -> None:
    assert errors(without(missing)) == {missing: "is missing"}
    assert errors({**SAMPLE, missing: empty}) == {missing: "is missing"}


def test_every_bad_field_is_told_at_once() -> None:
    found = errors({"StartTime": "soon", "EndTime": "2015-08-20 18:26:50", "CallDuration": "long", "Direction": "up"})

    assert found == {
        "StartTime": '"soon" is not a time; send YYYY-MM-DD HH:MM:SS',
        "CallDuration": '"long" is not a duration; send whole seconds',
        "Direction": '"up" is not a direction; send Inbound or Outbound',
        "DisplayNumber": "is missing",
        "Status": "is missing",
    }


def test_a_log_without_session_id_needs_both_numbers() -> None:
    assert event(CallSessionId="").session_id == ""
    assert errors(without("CallSessionId", "SourceNumber")) == {
        "CallSessionId": "is missing; a call needs its id, or both numbers"
    }


@pytest.mark.parametrize(
    "late",
    [
        {"ResourceURL": "https://server/late.mp3"},
        {"CallDuration": 31},
        {"CallDuration": "0"},
        {"ResourceURL": "https://server/late.mp3", "CallDuration": "31", "Status": "Answered"},
        {"ResourceURL": "https://server/late.mp3", "EndTime": "2015-08-20 18:26:50"},
    ],
)
@pytest.mark.parametrize("endpoint", ["call-log", "events"])
def test_late_facts_by_session_id_alone_are_an_update(late: dict[str, object], endpoint: str) -> None:
    [found] = events({"CallSessionId": "s1", **late}, endpoint)

    assert found.kind is EventKind.UPDATE
    assert found.session_id == "s1"


def test_a_popup_needs_direction_and_the_customers_number() -> None:
    assert errors({"CallSessionId": "1"}, "agent-popup") == {"Direction": "is missing", "SourceNumber": "is missing"}
    assert errors({"Direction": "Outbound", "SourceNumber": "1"}, "agent-popup") == {"DestinationNumber": "is missing"}


def test_a_popup_without_session_id_or_second_number_needs_one_of_them() -> None:
    assert set(errors({"Direction": "In", "SourceNumber": "+911"}, "agent-popup")) == {"CallSessionId"}


def test_a_bad_time_in_a_popup_is_only_flagged() -> None:
    [found] = events({**SAMPLE, "StartTime": "soon"}, "agent-popup")

    assert found.kind is EventKind.POPUP
    assert found.flags == {"started_at_unreadable"}


@pytest.mark.parametrize(
    ("changes", "removed", "kind"),
    [
        ({}, (), EventKind.CALL_LOG),
        ({"Status": "Ringing"}, ("EndTime", "CallDuration"), EventKind.POPUP),
        ({"Status": "Ringing"}, (), EventKind.POPUP),
        ({}, ("EndTime", "CallDuration", "Status"), EventKind.POPUP),
    ],
)
def test_one_url_for_everything_decides_by_what_is_there(
    changes: dict[str, object], removed: tuple[str, ...], kind: EventKind
) -> None:
    [found] = events({**without(*removed), **changes}, "events")

    assert found.kind is kind


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "opop.mp3", "//host/x", "http://", "https://a b/c", "data:x"]
)
def test_a_recording_that_is_no_web_link_is_dropped_and_flagged(url: str) -> None:
    found = event(ResourceURL=url)

    assert found.recording_url == ""
    assert found.flags == {"recording_url_dropped"}


def test_a_link_survives_unchanged() -> None:
    link = "HTTPS://r.example/file?callId=1.2&token=UkVE%3D%3D#x"

    assert event(ResourceURL=link).recording_url == link


def test_lengths_are_bounded() -> None:
    found = event(CallNotes="n" * 30_000, CallerSource="s" * 80, CallerName="x" * 3000)

    assert len(found.notes) == 20_000
    assert found.caller_source == "s" * 50
    assert len(found.caller_name) == 255
    assert found.flags == {"value_cut"}
    assert errors({**SAMPLE, "CallSessionId": "x" * 300}) == {"CallSessionId": "is longer than 255 characters"}


def test_optional_fields_are_carried() -> None:
    found = event(
        CallerName="Ravi", CallerCity="Pune", CallerState="MH", CallerCountry="IN", CallerZipCode=411001,
        CallerSource="Ads", Tag="Website", LeadId="L1", UserId="U1", OpportunityId="O1", AgentName="Asha",
        AgentEmail="asha@example.com",
    )  # fmt: skip

    assert (found.caller_name, found.caller_city, found.caller_state, found.caller_country) == (
        "Ravi",
        "Pune",
        "MH",
        "IN",
    )
    assert (found.caller_zip_code, found.caller_source, found.tag) == ("411001", "Ads", "Website")
    assert (found.lead_id, found.user_id, found.opportunity_id) == ("L1", "U1", "O1")
    assert (found.agent_name, found.agent_email) == ("Asha", "asha@example.com")


def test_a_callers_name_without_a_letter_is_no_name() -> None:
    assert event(CallerName="+919611795983").caller_name == ""


def test_nul_characters_are_removed() -> None:
    found = event(CallNotes="a\x00b", SourceNumber="\x00+911\ud800")

    assert (found.notes, found.source_number) == ("ab", "+911?")


def test_a_batch_is_taken_whole_or_not_at_all() -> None:
    assert len(events([SAMPLE, {**SAMPLE, "CallSessionId": "2"}])) == 2
    assert errors([SAMPLE, without("Status")]) == {"[1].Status": "is missing"}


@pytest.mark.parametrize("body", [{}, []])
def test_an_empty_request_is_refused_by_name(body: object) -> None:
    assert errors(body)


def test_replies_are_those_of_the_reference() -> None:
    preset = load_preset("standard")

    log = json.loads(preset.reply_for("call-log").render(session_id="s"))
    popup = json.loads(preset.reply_for("agent-popup").render(session_id='s"1'))

    assert log == {"Status": "Success", "Message": "Phone Call Logged Successfully"}
    assert popup == {"Status": "Success", "Message": "Message broadcasted", "CallSessionId": 's"1'}
