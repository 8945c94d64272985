"""What carelessly written provider software sends, and what we make of it."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from calls.folding import split_into_calls
from calls.models import Call, Popup
from connector_config.models import Connector
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory, VirtualNumberFactory
from tests.fuzz.door import Answered, ask
from tests.fuzz.hostile_records import SAMPLE
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def connector() -> Connector:
    connector: Connector = ConnectorFactory(time_zone="Asia/Kolkata", default_country="IN")
    VirtualNumberFactory(connector=connector, number="+919020897874", tag="Website")
    return connector


def post(connector: Connector, body: Any, endpoint: str = "call-log", **extra: Any) -> Answered:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask("POST", f"/hooks/{connector.hook_key}/{endpoint}", content, **extra)


# --- Methods


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_in_our_form(connector: Connector, method: str) -> None:
    response = ask(method, f"/hooks/{connector.hook_key}/call-log", b"{}")

    assert response.status_code == 405
    assert response.json()["ExceptionType"] == "MethodNotAllowedException"
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_options_is_answered_without_telling_anything(connector: Connector) -> None:
    response = ask("OPTIONS", f"/hooks/{connector.hook_key}/call-log")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_of_every_hook_is_answered_200(connector: Connector) -> None:
    for endpoint in ("call-log", "agent-popup", "events", "call-route"):
        response = ask("HEAD", f"/hooks/{connector.hook_key}/{endpoint}")
        assert response.status_code == 200
    assert not JournalEntry.objects.exists()


# --- Addresses


@pytest.mark.parametrize(
    "path",
    [
        "//hooks/{key}/call-log",
        "/hooks//{key}//call-log//",
        "/HOOKS/{key}/CALL-LOG",
        "/Hooks/{key}/Call-Log/",
        "/hooks/{key}/call-log\n",
        "/hooks/ {key} /call-log",
        "//1//API/telephony//LogCallComplete//{key}",
    ],
)
def test_carelessly_pasted_address_is_understood(connector: Connector, path: str) -> None:
    response = ask("POST", path.format(key=connector.hook_key), json.dumps(SAMPLE).encode())

    assert response.status_code == 200
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/{key}/nothing",
        "/hooks/{key}",
        "/hooks/",
        "/hooks/{key}/call-log/more",
        "/hooks/a\x00b/call-log",
        "/hooks/{key}\x00/call-log",
        "/hooks/short/call-log",
        "/hooks/" + "k" * 43 + "/call-log",
        "/1/api/Telephony/Nothing/{key}",
        "/1/api/Telephony/LogCall/" + "x/" * 400,
    ],
)
def test_address_that_leads_nowhere_is_404_in_our_form(connector: Connector, path: str) -> None:
    response = ask("POST", path.format(key=connector.hook_key), b"{}")

    assert response.status_code == 404
    assert response.json()["ExceptionType"] == "UnknownHookException"


def test_key_is_compared_with_its_case(connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(hook_key="A" * 43)

    assert ask("POST", f"/hooks/{'a' * 43}/call-log", b"{}").status_code == 404


# --- Transport


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZip ", gzip.compress),
        ("x-gzip", gzip.compress),
        ("", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("gzip", bytes),
        ("utf-8", bytes),
        ("identity", bytes),
        ("gzip", lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:])),
    ],
)
def test_compressed_body_is_unpacked_whatever_the_header_says(connector: Connector, encoding: str, pack: Any) -> None:
    body = pack(json.dumps(SAMPLE).encode())

    response = post(connector, body, HTTP_CONTENT_ENCODING=encoding)

    assert response.status_code == 200
    assert Call.objects.get().session_id == SAMPLE["CallSessionId"]
    assert json.loads(bytes(JournalEntry.objects.get().body)) == SAMPLE


def test_compressed_bomb_is_refused_as_too_large(connector: Connector) -> None:
    response = post(connector, gzip.compress(b" " * 50_000_000), HTTP_CONTENT_ENCODING="gzip")

    assert response.status_code == 413
    assert response.json()["ExceptionType"] == "RequestTooLargeException"


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08", gzip.compress(b"{}" * 99, mtime=0)[:-9], b"\x1f\x8b" + b"x" * 99])
def test_broken_compression_is_kept_and_named(connector: Connector, body: bytes) -> None:
    response = post(connector, body, HTTP_CONTENT_ENCODING="gzip")

    assert response.status_code == 400
    assert bytes(JournalEntry.objects.get().body) == body


def test_body_of_a_megabyte_is_accepted_and_one_byte_more_is_not(connector: Connector) -> None:
    text = json.dumps(SAMPLE).encode()

    assert post(connector, text + b" " * (1_000_000 - len(text))).status_code == 200
    assert post(connector, text + b" " * (1_000_001 - len(text))).status_code == 413


@pytest.mark.parametrize("charset", ["hex", "rot13", "idna", "undefined", "nonsense", "utf-16", "base64"])
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_charset_that_is_none_does_no_harm(connector: Connector, content_type: str, charset: str) -> None:
    kind = f"{content_type}; charset={charset}"
    # Through WSGI all the way: Django builds its request, and there reads the query, outside of its error handling.
    is_json = content_type == "application/json"
    body = (
        json.dumps(SAMPLE).encode() if is_json else b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'
    )

    response = post(connector, body, content_type=kind, QUERY_STRING="a=%ff&b=1")

    assert response.status_code in {400, 200 if is_json else 422}


@pytest.mark.parametrize(
    "extra",
    [
        {"CONTENT_LENGTH": "abc"},
        {"REMOTE_ADDR": "fe80::1%eth0"},
        {"REMOTE_ADDR": "a\x00b"},
        {"HTTP_USER_AGENT": "a\x00b"},
        {"QUERY_STRING": "a=1&" * 1500},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "a b"},
        {"QUERY_STRING": "a=\x00&b=%00"},
    ],
)
def test_odd_transport_is_taken_or_refused_in_our_form(connector: Connector, extra: dict[str, Any]) -> None:
    response = post(connector, SAMPLE, **extra)

    assert response.status_code in {200, 400}
    assert response.status_code == 200 or response.json()["Status"] == "Error"


def test_fault_of_ours_is_answered_503_in_our_form(connector: Connector, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(key: str) -> None:
        raise DatabaseError("the database is away")

    monkeypatch.setattr("webhooks.authentication.connector_config_by_key", fail)

    response = post(connector, SAMPLE)

    assert response.status_code == 503
    assert response.json()["ExceptionType"] == "TemporaryFailureException"


# --- Content


@pytest.mark.parametrize("session_id", [f" {SAMPLE['CallSessionId']} ", f"\t{SAMPLE['CallSessionId']}\n"])
def test_blanks_around_a_session_id_make_no_other_call(connector: Connector, session_id: str) -> None:
    post(connector, SAMPLE)
    post(connector, {**SAMPLE, "CallSessionId": session_id})

    assert Call.objects.count() == 1


def test_session_id_as_a_number_is_the_same_as_text(connector: Connector) -> None:
    post(connector, {**SAMPLE, "CallSessionId": 12345678901234567890})
    post(connector, {**SAMPLE, "CallSessionId": "12345678901234567890"})

    assert Call.objects.count() == 1


def test_session_ids_that_differ_in_case_are_two_calls(connector: Connector) -> None:
    post(connector, {**SAMPLE, "CallSessionId": "CAab"})
    post(connector, {**SAMPLE, "CallSessionId": "CAAB"})

    assert Call.objects.count() == 2


def test_session_id_that_looks_inferred_is_an_ordinary_one(connector: Connector) -> None:
    post(connector, {**SAMPLE, "CallSessionId": "inferred:1"})
    post(
        connector,
        {**SAMPLE, "CallSessionId": "inferred:1", "StartTime": "2015-08-21 10:00:00", "EndTime": "2015-08-21 10:01:00"},
    )

    assert [call.flags for call in Call.objects.order_by("pk")] == [
        ["agent_unknown"],
        ["agent_unknown", "session_id_reused"],
    ]


def test_popup_after_its_log_is_shown_as_ended_and_changes_nothing(connector: Connector) -> None:
    agent = AgentFactory(phones=["+919611795980"])
    post(connector, SAMPLE)

    response = post(connector, {**SAMPLE, "Status": "Ringing", "EndTime": "", "CallDuration": ""}, "agent-popup")

    assert response.status_code == 200
    call = Call.objects.get()
    assert (call.status, call.duration_seconds, call.agent) == ("Answered", 12, agent)
    assert Popup.objects.get().state == "ended"


def test_popup_for_another_agent_after_the_log_leaves_the_call_with_its_agent(connector: Connector) -> None:
    agent, other = AgentFactory(phones=["+919611795980"]), AgentFactory(phones=["+919611795970"])
    post(connector, SAMPLE)

    post(connector, {**SAMPLE, "DestinationNumber": "+919611795970", "Status": "Ringing"}, "agent-popup")

    call = Call.objects.get()
    assert call.agent == agent
    assert [delivery.agent for delivery in Popup.objects.get().deliveries.all()] == [other]


@pytest.mark.parametrize("word", ["Répondu", "已接听", "لم يرد", "Beantwortet", "❤", "x" * 300])
def test_status_in_another_language_is_kept_and_flagged(connector: Connector, word: str) -> None:
    response = post(connector, {**SAMPLE, "Status": word})

    assert response.status_code == 200
    call = Call.objects.get()
    assert (call.status, call.raw_status) == ("Unknown", word[:255])
    assert "status_unknown" in call.flags


def test_two_events_of_one_call_in_a_batch_make_one_call(connector: Connector) -> None:
    late = {**SAMPLE, "CallNotes": "Called again", "ResourceURL": ""}

    response = post(connector, [SAMPLE, late, SAMPLE])

    assert response.status_code == 200
    assert Call.objects.count() == 1


def test_batch_of_a_thousand_calls_is_taken_and_one_more_is_not(connector: Connector) -> None:
    LeadFactory(phones=[SAMPLE["SourceNumber"]])
    batch = [{**SAMPLE, "CallSessionId": f"batch-{number}"} for number in range(1001)]

    assert post(connector, batch).status_code == 422
    assert post(connector, batch[1:]).status_code == 200
    assert Call.objects.count() == 1000


@pytest.mark.parametrize("moment", ["9999-12-31 23:59:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])
def test_end_at_the_end_of_time_means_none_and_breaks_no_page(connector: Connector, moment: str) -> None:
    response = post(connector, {**SAMPLE, "EndTime": moment, "Status": "Ringing"}, "agent-popup")

    assert response.status_code == 200
    assert Call.objects.get().ended_at is None
    assert post(connector, {**SAMPLE, "StartTime": moment}).status_code == 422


def test_one_session_id_for_every_call_does_not_slow_us_down(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datetime(2024, 1, 1, 9, tzinfo=UTC)
    records = []
    for number in range(80):
        at = (first + timedelta(hours=number)).isoformat()
        records.append({**SAMPLE, "SourceNumber": f"+91961179{number:04d}", "StartTime": at, "EndTime": at})
    update = {"CallSessionId": SAMPLE["CallSessionId"], "ResourceURL": "https://server/late.mp3"}
    read: list[int] = []

    def counting(events: Any, *, is_inferred: bool) -> Any:
        read.append(len(events))
        return split_into_calls(events, is_inferred=is_inferred)

    monkeypatch.setattr("calls.services.recording.split_into_calls", counting)

    answers = [post(connector, record) for record in [records[0], update, *records[1:], update, *records, update]]

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(Call.objects.values_list("occurrence", flat=True)) == list(range(1, 81))
    assert max(read) < 60
    latest = Call.objects.order_by("-happened_at").first()
    assert latest is not None
    assert "session_id_reused" in latest.flags


SLOW_TO_READ = b"a-" + b"b" * 300_000
HASTE_SECONDS = 2
MULTIPART = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + SLOW_TO_READ + b"\r\n--B--\r\n"


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/login/", "multipart/form-data; boundary=B; charset=punycode", MULTIPART),
        ("/login/", "multipart/form-data; boundary=B; charset*=utf-8''punycode", MULTIPART),
        ("/login/", f"multipart/form-data; boundary*=punycode''a-{'b' * 60_000}", MULTIPART),
        ("/login/", f'text/plain; a="{";" * 60_000}', b"x"),
        ("hook", "text/plain; charset=punycode", b"\x00" + SLOW_TO_READ),
        ("hook", "application/x-www-form-urlencoded; charset=Punycode", b"\x00" + SLOW_TO_READ),
    ],
)
def test_odd_character_sets_hold_nobody_up(connector: Connector, path: str, content_type: str, body: bytes) -> None:
    path = f"/hooks/{connector.hook_key}/call-log" if path == "hook" else path
    started = time.perf_counter()

    response = ask("POST", path, body, content_type)

    assert response.status_code in {400, 403}
    assert time.perf_counter() - started < HASTE_SECONDS
