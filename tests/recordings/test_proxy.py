"""What the proxy makes of the providers' answers: ranges, types, refusals, and connections that end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call
from calls.recordings import slots, upstream
from calls.recordings.ranges import WINDOW
from connector_config.models import Connector
from crm.models import Agent
from telephony_connector.common.http import HttpDoorError
from tests import factories
from tests.recordings.conftest import MakeCall, body_of, leave, listen
from tests.recordings.sound_server import SoundServer, tone

WAV = tone(2)
KINDS = {
    "ranges": {},
    "ignores ranges": {"has_ranges": False},
    "tells no length": {"has_ranges": False, "has_length": False},
}
provider_kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


RANGES = [
    ("bytes=0-", 0, len(WAV) - 1),
    ("bytes=0-0", 0, 0),
    ("bytes=0-99", 0, 99),
    ("bytes=1000-", 1000, len(WAV) - 1),
    ("bytes=20000-20099", 20000, 20099),
    ("bytes=30000-999999", 30000, len(WAV) - 1),
    ("bytes=-100", len(WAV) - 100, len(WAV) - 1),
    ("bytes=-999999", 0, len(WAV) - 1),
]


@provider_kinds
def test_a_range_is_honoured_whatever_the_provider_makes_of_it(
    kind: dict[str, Any], recorded: MakeCall, player: Client
) -> None:
    call = recorded(**kind)
    for header, first, last in RANGES:
        answer = listen(player, call, Range=header)

        assert answer.status_code == 206, header
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(WAV)}"
        assert answer["Content-Length"] == str(last - first + 1)
        assert body_of(answer) == WAV[first : last + 1]


@provider_kinds
def test_a_range_behind_the_end_is_416_with_the_length(
    kind: dict[str, Any], recorded: MakeCall, player: Client
) -> None:
    answer = listen(player, recorded(**kind), Range=f"bytes={len(WAV)}-")

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(WAV)}")
    assert body_of(answer) == b""


@provider_kinds
def test_without_one_good_range_all_of_it_comes(kind: dict[str, Any], recorded: MakeCall, player: Client) -> None:
    call = recorded(**kind)
    for header in ("", "bytes=0-1,5-6", "bytes=9-5", "lines=1-2"):
        answer = listen(player, call, **({"Range": header} if header else {}))

        assert answer.status_code == 200
        assert answer["Accept-Ranges"] == "bytes"
        assert body_of(answer) == WAV


@provider_kinds
def test_head_tells_length_and_type(kind: dict[str, Any], recorded: MakeCall, player: Client) -> None:
    answer = player.head(f"/calls/{recorded(**kind).pk}/recording/")

    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer["Content-Length"], answer["Content-Type"]) == (str(len(WAV)), "audio/wav")


def test_if_range_with_our_validator_keeps_the_range_and_another_drops_it(recorded: MakeCall, player: Client) -> None:
    call = recorded()
    validator = listen(player, call, Range="bytes=0-1")["ETag"]

    same = listen(player, call, Range="bytes=0-1", If_Range=validator)
    other = listen(player, call, Range="bytes=0-1", If_Range='"other"')
    dated = listen(player, call, Range="bytes=0-1", If_Range="Mon, 23 Nov 2026 19:00:00 GMT")

    assert (same.status_code, other.status_code, dated.status_code) == (206, 200, 200)


@pytest.mark.parametrize("kind", [{}, {"has_ranges": False}])
def test_one_answer_gives_at_most_a_window_and_the_next_goes_on(
    kind: dict[str, Any], recorded: MakeCall, player: Client
) -> None:
    sound = tone(90)
    call = recorded(body=sound, **kind)

    first = listen(player, call, Range="bytes=0-")
    second = listen(player, call, Range=f"bytes={WINDOW}-")

    assert first["Content-Range"] == f"bytes 0-{WINDOW - 1}/{len(sound)}"
    assert body_of(first) + body_of(second) == sound


def test_the_answer_is_safe_to_show(recorded: MakeCall, player: Client) -> None:
    call = recorded(headers={"Content-Disposition": 'attachment; filename="<script>.html"', "Set-Cookie": "a=b"})

    answer = listen(player, call)

    assert answer["Content-Type"] == "audio/wav"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="call-{call.pk}.wav"'
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "a" not in answer.cookies


@pytest.mark.parametrize(
    "sound",
    [
        {"body": b"<!doctype html><script>alert(1)</script>", "content_type": "text/html"},
        {"body": b"<html><script>alert(1)</script></html>", "content_type": "audio/mpeg", "has_ranges": False},
        {"body": b'{"error":"log in"}', "content_type": "application/json"},
        {"body": b"<svg onload=alert(1)>", "content_type": "image/svg+xml"},
    ],
)
def test_a_page_is_never_served(sound: dict[str, Any], recorded: MakeCall, player: Client) -> None:
    call = recorded(**sound)
    for header in ("", "bytes=0-", "bytes=5-"):
        answer = listen(player, call, **({"Range": header} if header else {}))

        text = body_of(answer)
        assert answer.status_code == 502
        assert b"did not send a recording" in text
        assert b"<" not in text


@pytest.mark.parametrize(
    ("statuses", "status", "words"),
    [
        ([404], 503, "The recording is not ready yet"),
        ([202], 503, "not ready yet"),
        ([204], 503, "not ready yet"),
        ([409], 503, "not ready yet"),
        ([200], 503, "not ready yet"),
        ([429], 503, "too much to do"),
        ([410], 404, "no recording of this call any more"),
        ([401], 502, "refused to hand the recording over (401)"),
        ([403], 502, "Acme, tab Recordings"),
        ([500], 502, "answered 500"),
    ],
)
def test_refusals_are_put_into_words(
    statuses: list[int], status: int, words: str, recorded: MakeCall, player: Client
) -> None:
    call = recorded(statuses=statuses * 2, query="?token=s3cret")
    for headers in ({}, {"Range": "bytes=0-"}):
        answer = listen(player, call, Accept="application/json", **headers)

        assert answer.status_code == status
        assert words in answer.json()["detail"]
        assert "s3cret" not in answer.content.decode()
        assert "127.0.0.1" not in answer.content.decode()
        assert ("Retry-After" in answer) is (status == 503)


def test_what_an_old_call_has_not_is_gone_rather_than_not_ready(recorded: MakeCall, player: Client) -> None:
    call = recorded(statuses=[404])
    Call.objects.filter(pk=call.pk).update(happened_at=timezone.now() - timedelta(days=2))

    answer = listen(player, call)

    assert (answer.status_code, b"none any more" in answer.content) == (404, True)


@pytest.mark.parametrize("url", ["", "103_1.wav", "javascript:alert(1)", "file:///etc/passwd", "ftp://x.example/1"])
def test_a_call_without_a_web_address_has_nothing_to_play(
    url: str, asha: Agent, connector: Connector, player: Client
) -> None:
    call = factories.CallFactory(connector=connector, agent=asha, recording_url=url)

    assert listen(player, call).status_code == 404


@pytest.mark.parametrize("kind", [{}, {"has_ranges": False}])
def test_a_huge_recording_is_refused_where_its_length_is_told(
    kind: dict[str, Any], recorded: MakeCall, player: Client, settings: Any
) -> None:
    settings.RECORDING_MAX_MEGABYTES = 1
    call = recorded(body=tone(70), **kind)

    for headers in ({}, {"Range": "bytes=0-"}):
        answer = listen(player, call, **headers)

        assert answer.status_code == 502
        assert b"larger than 1 MB" in answer.content


def test_a_huge_recording_without_a_length_is_cut(recorded: MakeCall, player: Client, settings: Any) -> None:
    settings.RECORDING_MAX_MEGABYTES = 1
    call = recorded(body=tone(70), has_ranges=False, has_length=False)

    with pytest.raises(HttpDoorError):
        body_of(listen(player, call))
    assert listen(player, call, Range="bytes=0-").status_code == 502
    assert slots.taken_slots() == 0


def test_an_answer_that_breaks_off_is_no_whole_recording(recorded: MakeCall, player: Client) -> None:
    long, short = recorded(body=tone(20), declared_extra=5000), recorded("/r/2.wav", declared_extra=5000)

    with pytest.raises(HttpDoorError):
        body_of(listen(player, long))
    assert listen(player, short).status_code == 502


@pytest.mark.parametrize("told", ["bytes 5-8/32044", "bytes 0-3", "nonsense"])
def test_another_part_than_was_asked_for_is_refused(told: str, recorded: MakeCall, player: Client) -> None:
    assert listen(player, recorded(content_range=told), Range="bytes=0-3").status_code == 502


def test_a_slow_provider_does_not_hold_anybody_for_long(
    recorded: MakeCall, player: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "HEAD_SECONDS", 0.3)
    call = recorded(pause_seconds=2)
    started_at = time.monotonic()

    answer = listen(player, call)

    assert answer.status_code == 502
    assert b"could not be reached" in answer.content
    assert time.monotonic() - started_at < 1.5


def test_who_goes_away_frees_the_providers_connection_and_the_slot(
    recorded: MakeCall, player: Client, sounds: SoundServer
) -> None:
    answer = listen(player, recorded(drips=True))
    pieces = iter(answer.streaming_content)
    next(pieces)
    assert (sounds.open_drips, slots.taken_slots()) == (1, 1)

    leave(answer)

    assert slots.taken_slots() == 0
    wait_until(lambda: sounds.open_drips == 0)


def test_an_answer_that_is_never_read_frees_them_too(recorded: MakeCall, player: Client, sounds: SoundServer) -> None:
    leave(listen(player, recorded(drips=True)))

    assert slots.taken_slots() == 0
    wait_until(lambda: sounds.open_drips == 0)


def test_one_too_many_at_once_is_asked_to_come_back(
    recorded: MakeCall, player: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RECORDING_STREAMS = 1
    monkeypatch.setattr(slots, "WAIT_SECONDS", 0.05)
    call = recorded()
    first = listen(player, call)

    second = listen(player, call, Range="bytes=0-")
    body_of(first)
    third = listen(player, call, Range="bytes=0-")

    assert (second.status_code, second["Retry-After"], third.status_code) == (503, "5", 206)


def wait_until(is_done: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
