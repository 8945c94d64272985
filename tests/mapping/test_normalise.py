"""The engine itself: rules, sources, derivations; and that nothing hostile gets past a clean refusal."""

from __future__ import annotations

import json
import time
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_config.mapping.document import Mapping, parse_mapping
from connector_config.mapping.events import (
    CallEvent,
    CallStatus,
    Direction,
    EventKind,
    NormalisationError,
    ParsedRequest,
    UnreadableBodyError,
)
from connector_config.mapping.normalise import normalise, read_records
from connector_config.mapping.parsers import parse_request
from connector_config.presets import load_preset, preset_names

MAPPINGS = {name: parse_mapping(load_preset(name).mapping) for name in preset_names()}
START = datetime(2024, 5, 1, 10, 0, tzinfo=UTC)


def read(mapping: Mapping, body: object, query: str = "", endpoint: str = "events") -> list[CallEvent]:
    request = parse_request(
        method="POST",
        endpoint=endpoint,
        query_string=query,
        headers={"X-Event": "Hangup"},
        content_type="application/json",
        body=json.dumps(body).encode(),
    )
    return normalise(request=request, mapping=mapping, time_zone="Asia/Kolkata")


def one(body: object, query: str = "", **document: object) -> CallEvent:
    rule = {"name": "call", "kind": document.pop("kind", "call_log")}
    fields = {"session_id": "id", **document.pop("fields", {})}  # type: ignore[dict-item]
    [event] = read(parse_mapping({"rules": [rule], "fields": fields, **document}), body, query)
    return event


def test_the_first_rule_that_fits_takes_the_record() -> None:
    mapping = parse_mapping(
        {
            "fields": {"session_id": "id"},
            "rules": [
                {"name": "a", "when": "_request.headers.\"x-event\" == 'Other'", "kind": "ignore"},
                {"name": "b", "when": "_request.endpoint == 'events' && _request.query.k == '1'", "kind": "popup"},
                {"name": "c", "kind": "update"},
            ],
        }
    )

    assert [event.kind for event in read(mapping, {"id": "1"}, "k=1")] == [EventKind.POPUP]
    assert [event.kind for event in read(mapping, {"id": "1"}, "k=2")] == [EventKind.UPDATE]


def test_an_ignored_record_gives_no_event_and_no_error() -> None:
    mapping = parse_mapping({"rules": [{"name": "a", "kind": "ignore"}]})

    assert read(mapping, {"id": "1"}) == []


def test_a_record_that_no_rule_fits_is_refused() -> None:
    mapping = parse_mapping({"rules": [{"name": "a", "when": "never", "kind": "ignore"}]})

    with pytest.raises(NormalisationError, match="no rule"):
        read(mapping, {"id": "1"})


def test_records_inside_an_envelope() -> None:
    mapping = parse_mapping(
        {
            "records": ["payload.calls", "payload"],
            "fields": {"session_id": "id", "tag": "_envelope.account"},
            "rules": [{"name": "a", "kind": "popup"}],
        }
    )

    events = read(mapping, {"account": "x", "payload": {"calls": [{"id": 1}, {"id": 2}]}})

    assert [(event.session_id, event.tag) for event in events] == [("1", "x"), ("2", "x")]
    assert [event.session_id for event in read(mapping, {"payload": {"id": "3"}})] == ["3"]
    assert [event.session_id for event in read(mapping, {"id": "4"})] == ["4"]


@pytest.mark.parametrize(
    ("body", "session_id"),
    [
        ({"call_uuid": "b", "id": "c"}, "b"),
        ({"id": "c", "call_uuid": "b"}, "b"),
        ({"ID": "c", "CALL-ID": "a", "Call UUID": "b"}, "a"),
        ({"call_id": "x", "CallId": "a"}, "a"),
        ({"id": "c"}, "c"),
    ],
)
def test_the_first_listed_spelling_of_a_key_counts(body: dict[str, object], session_id: str) -> None:
    mapping = parse_mapping(
        {
            "known_keys": {"CallId": ["call_uuid", "id"]},
            "fields": {"session_id": "CallId"},
            "rules": [{"name": "a", "kind": "popup"}],
        }
    )

    assert [event.session_id for event in read(mapping, body)] == [session_id]


def test_a_later_source_serves_where_an_earlier_one_is_absent_or_bad() -> None:
    fields = {"started_at": [{"from": "a"}, {"from": "b", "zone": "UTC"}, {"join": ["d", "t"], "zone": "UTC"}]}

    assert one({"id": 1, "a": "1970-01-01 05:30:00", "b": "2024-05-01 10:00:00"}, fields=fields).started_at == START
    assert one({"id": 1, "a": "bad", "b": "2024-05-01 10:00:00"}, fields=fields).started_at == START
    assert one({"id": 1, "d": "2024-05-01", "t": "10:00:00"}, fields=fields).started_at == START
    assert one({"id": 1, "a": "bad"}, fields=fields).flags == {"started_at_unreadable"}


def test_a_time_by_its_distance_from_the_start_on_the_same_clock() -> None:
    fields = {"started_at": "epoch", "ended_at": {"from": "end", "anchor": "start"}}
    body = {"id": 1, "epoch": int(START.timestamp()), "start": "2001-01-01 00:00:00", "end": "2001-01-01 00:00:14"}

    assert one(body, fields=fields).ended_at == START.replace(second=14)
    assert one({**body, "start": None}, fields=fields).ended_at is None


@pytest.mark.parametrize(
    ("length", "seconds"), [(16, 16), ("00:01:05", 65), ("", None), (None, None), ("-1", None), ("long", None)]
)
def test_a_time_told_as_another_and_the_seconds_after_it(length: object, seconds: int | None) -> None:
    fields = {"ended_at": [{"from": "start", "plus": "length"}, {"from": "end"}]}
    body = {"id": 1, "start": "2024-05-01T10:00:00Z", "length": length, "end": "2024-05-01T11:00:00Z"}

    expected = START.replace(hour=11) if seconds is None else START + timedelta(seconds=seconds)
    assert one(body, fields=fields).ended_at == expected
    assert one({**body, "start": None}, fields=fields).ended_at == START.replace(hour=11)


@pytest.mark.parametrize(
    ("steps", "body", "expected"),
    [
        (["end_from_duration"], {"s": 1714557600, "d": 5}, {"ended_at": START.replace(second=5)}),
        (["start_from_duration"], {"e": 1714557605, "d": 5}, {"started_at": START}),
        (["duration_from_times"], {"s": 1714557600, "e": 1714557605}, {"duration_seconds": 5}),
        (["duration_from_times"], {"s": 1714557605, "e": 1714557600}, {"duration_seconds": None}),
        (["duration_from_answer"], {"a": 1714557602, "e": 1714557605}, {"duration_seconds": 3}),
        (["status_from_answer"], {"a": 1714557602}, {"status": CallStatus.ANSWERED}),
        (["status_from_answer"], {}, {"status": CallStatus.MISSED}),
        (["status_from_duration"], {"d": 0}, {"status": CallStatus.MISSED}),
        (["status_from_duration"], {"d": 1, "st": "odd"}, {"status": CallStatus.ANSWERED, "flags": frozenset()}),
        (["status_from_duration"], {}, {"status": None}),
        (["no_duration_unless_answered"], {"st": "busy"}, {"duration_seconds": 0}),
        (["no_duration_unless_answered"], {"st": "answered"}, {"duration_seconds": None}),
        (["no_duration_unless_answered"], {"st": "ringing"}, {"duration_seconds": None}),
        (["answered_needs_duration"], {"st": "answered", "d": 0}, {"status": CallStatus.MISSED}),
        (["end_from_event_time"], {"st": "busy", "o": 1714557600}, {"ended_at": START}),
        (["end_from_event_time"], {"st": "ringing", "o": 1714557600}, {"ended_at": None}),
        (["end_from_duration"], {"st": "ringing", "s": 1714557600, "d": 5}, {"ended_at": None}),
        (["end_from_duration"], {"s": "9999-12-31T23:59:59Z", "d": 5}, {"ended_at": None}),
    ],
)
def test_derivations(steps: list[str], body: dict[str, object], expected: dict[str, object]) -> None:
    times = {"started_at": "s", "ended_at": "e", "answered_at": "a", "occurred_at": "o"}
    fields = {**times, "duration_seconds": "d", "status": "st"}

    event = one({"id": 1, **body}, fields=fields, derive=steps)

    assert {name: getattr(event, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("word", "more", "kind"),
    [
        ("completed", {}, EventKind.CALL_LOG),
        ("ringing", {}, EventKind.POPUP),
        ("ringing", {"end": 1714557600}, EventKind.POPUP),
        ("odd", {}, EventKind.POPUP),
        ("odd", {"end": 1714557600}, EventKind.CALL_LOG),
    ],
)
def test_the_kind_may_follow_the_status(word: str, more: dict[str, object], kind: EventKind) -> None:
    event = one({"id": 1, "s": word, **more}, kind="by_status", fields={"status": "s", "ended_at": "end"})

    assert event.kind is kind


def test_the_tables_word_comes_before_the_general_one() -> None:
    fields = {"status": {"from": "s", "table": {"busy": "Missed"}}}

    assert one({"id": 1, "s": "Busy"}, fields=fields).status is CallStatus.MISSED
    assert one({"id": 1, "s": "declined"}, fields=fields).status is CallStatus.DECLINED


def test_fields_of_the_direction_beat_common_ones_and_those_of_a_rule_beat_both() -> None:
    mapping = parse_mapping(
        {
            "fields": {"session_id": "id", "direction": "d", "source_number": "x", "tag": "x"},
            "inbound": {"source_number": "in", "tag": "in"},
            "outbound": {"source_number": "out"},
            "rules": [{"name": "a", "kind": "popup", "fields": {"tag": None}}],
        }
    )
    body = {"id": 1, "x": "X", "in": "I", "out": "O"}

    assert read(mapping, {**body, "d": "in"})[0].source_number == "I"
    assert read(mapping, {**body, "d": "out"})[0].source_number == "O"
    assert read(mapping, body)[0].source_number == "X"
    assert read(mapping, {**body, "d": "in"})[0].tag == ""


def test_a_false_expression_is_nothing_but_a_false_value_is_a_word() -> None:
    table = {"true": "Answered", "false": "Missed"}

    assert one({"id": 1, "ok": False}, fields={"status": {"from": "ok", "table": table}}).status is CallStatus.MISSED
    assert one({"id": 1, "ok": False}, fields={"status": {"from": "ok && 'true'", "table": table}}).status is None


def test_an_unreadable_direction_is_flagged_where_nobody_requires_it() -> None:
    event = one({"id": 1, "d": "up"}, fields={"direction": "d"})

    assert event.direction is None
    assert event.flags == {"direction_unreadable"}


def test_a_default_direction() -> None:
    assert one({"id": 1}, fields={"direction": {"default": "Outbound"}}).direction is Direction.OUTBOUND


@pytest.mark.parametrize(
    "value", ["opop.mp3", "2024/05/a b.wav", "/var/spool/x.wav", "bucket/c_20210804T17:18_UTC.wav"]
)
def test_a_bare_recording_name_is_kept_only_where_the_mapping_says_so(value: str) -> None:
    fields = {"recording_url": "r"}

    kept = one({"id": 1, "r": value}, fields=fields, bare_recordings=True)
    dropped = one({"id": 1, "r": value}, fields=fields)

    assert (kept.recording_url, kept.flags) == (value, frozenset({"recording_without_address"}))
    assert (dropped.recording_url, dropped.flags) == ("", frozenset({"recording_url_dropped"}))


@pytest.mark.parametrize("value", ["javascript:alert(1)", "javascript:x/y", "//evil/x", "a\nb", "x?y"])
def test_a_bare_recording_is_never_another_scheme(value: str) -> None:
    assert one({"id": 1, "r": value}, fields={"recording_url": "r"}, bare_recordings=True).recording_url == ""


def test_a_reading_tells_the_rule() -> None:
    request = parse_request(method="GET", endpoint="events", query_string="id=1", headers={}, content_type="", body=b"")
    mapping = parse_mapping({"rules": [{"name": "the rule", "kind": "popup", "fields": {"session_id": "id"}}]})

    [reading] = read_records(request=request, mapping=mapping, time_zone="UTC")

    assert reading.rule == "the rule"
    assert reading.event is not None


def test_too_many_events_are_refused() -> None:
    mapping = parse_mapping({"records": "calls", "rules": [{"name": "a", "kind": "ignore"}]})

    with pytest.raises(NormalisationError, match="more than 1000 events"):
        read(mapping, {"calls": [{"id": 1}] * 1001})


def test_an_unknown_zone_is_the_connectors_fault() -> None:
    request = parse_request(method="GET", endpoint="e", query_string="a=1", headers={}, content_type="", body=b"")

    with pytest.raises(ValueError, match="not a time zone"):
        normalise(request=request, mapping=MAPPINGS["standard"], time_zone="Nowhere")


WORDS = """
SourceNumber Status StartTime EndTime CallDuration Direction CallSessionId ResourceURL CallSid From To CallStatus event
data payload body detail variables id uuid status direction duration parties message call_id type to from Legs records
participants missed_agent members target
"""
KEYS = st.sampled_from(WORDS.split())
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30),
    st.sampled_from(["Inbound", "completed", "2024-05-01 10:00:00", "99999999999", "call.ended", "-1", "hangup"]),
)  # fmt: skip
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)
CONTENT_TYPES = ["application/json", "application/x-www-form-urlencoded", "", "multipart/form-data; boundary=x"]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def nothing_but_a_refusal(body: bytes, content_type: str, query: str = "") -> None:
    try:
        request = parse_request(
            method="POST", endpoint="events", query_string=query, headers={}, content_type=content_type, body=body
        )
    except UnreadableBodyError:
        return
    for mapping in MAPPINGS.values():
        normalise_or_refuse(request, mapping)


def normalise_or_refuse(request: ParsedRequest, mapping: Mapping) -> None:
    try:
        events = normalise(request=request, mapping=mapping, time_zone="America/New_York")
    except NormalisationError:
        return
    for event in events:
        assert event.session_id or (event.source_number and event.destination_number)
        json.dumps(event.present_fields(), default=str).encode("utf-8")


@QUICK
@given(TREES)
def test_any_json_gives_events_or_a_refusal_with_every_preset(tree: object) -> None:
    nothing_but_a_refusal(json.dumps(tree).encode(), "application/json")


@QUICK
@given(
    st.binary(max_size=300),
    st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "multipart/form-data; boundary=x"]),
)
def test_any_bytes_give_events_or_a_refusal_with_every_preset(body: bytes, content_type: str) -> None:
    nothing_but_a_refusal(body, content_type)


@QUICK
@given(st.dictionaries(KEYS, st.text(max_size=40), max_size=8))
def test_any_query_gives_events_or_a_refusal_with_every_preset(query: dict[str, str]) -> None:
    nothing_but_a_refusal(b"", "", urlencode(query, errors="replace"))


STANDARD_LOG = {
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


def test_normalising_stays_within_its_budget() -> None:
    """150 µs an event on a quiet machine, here in loops of a thousand additions (25 µs each there)."""
    body = json.dumps(STANDARD_LOG).encode()
    request = parse_request(
        method="POST", endpoint="call-log", query_string="", headers={}, content_type="application/json", body=body
    )

    unit = best_of(lambda: sum(number for number in range(1000)))
    cost = best_of(lambda: normalise(request=request, mapping=MAPPINGS["standard"], time_zone="Asia/Kolkata"))

    assert cost < 8 * unit


def best_of(action: Callable[[], object], number: int = 100) -> float:
    """Processor seconds of one call, the best of several runs."""
    return min(timeit.repeat(action, number=number, repeat=7, timer=time.process_time)) / number
