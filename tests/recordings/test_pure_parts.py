"""Ranges and content types, without HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.recordings.errors import UnsatisfiableRangeError
from calls.recordings.media_types import file_name, sound_type
from calls.recordings.ranges import WINDOW, ByteRange, parse_content_range, parse_range, unsatisfied_total
from calls.recordings.schedule import DELAYS, MAXIMUM_ATTEMPTS, pause_after

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-", ByteRange(0, None)),
        ("bytes=0-1", ByteRange(0, 1)),
        (" Bytes = 5 - 9 ", ByteRange(5, 9)),
        ("bytes=-500", ByteRange(None, 500)),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes=٣-", None),
        ("bytes=1e3-", None),
        ("bytes=" + "9" * 40 + "-", None),
        ("bytes=0-1\r\nX: y", None),
    ],
)
def test_one_range_is_read_and_everything_else_ignored(header: str, found: ByteRange | None) -> None:
    assert parse_range(header) == found


@pytest.mark.parametrize(
    ("wanted", "total", "answer"),
    [
        (ByteRange(0, None), 100, (0, 99)),
        (ByteRange(10, 19), 100, (10, 19)),
        (ByteRange(90, 500), 100, (90, 99)),
        (ByteRange(None, 10), 100, (90, 99)),
        (ByteRange(None, 500), 100, (0, 99)),
        (ByteRange(0, None), 5 * WINDOW, (0, WINDOW - 1)),
        (ByteRange(WINDOW, None), WINDOW + 10, (WINDOW, WINDOW + 9)),
    ],
)
def test_a_range_gives_at_most_one_window(wanted: ByteRange, total: int, answer: tuple[int, int]) -> None:
    assert wanted.within(total) == answer


@pytest.mark.parametrize(
    ("wanted", "total"), [(ByteRange(100, None), 100), (ByteRange(None, 0), 100), (ByteRange(0, 5), 0)]
)
def test_a_range_behind_the_end_is_refused(wanted: ByteRange, total: int) -> None:
    with pytest.raises(UnsatisfiableRangeError) as refused:
        wanted.within(total)

    assert refused.value.total == total


@given(st.integers(0, 10**9), st.one_of(st.none(), st.integers(0, 10**9)), st.integers(0, 10**9))
def test_what_a_range_gives_lies_within_it_and_the_recording(first: int, last: int | None, total: int) -> None:
    wanted = parse_range(f"bytes={first}-{'' if last is None else last}")
    if wanted is None:
        assert last is not None
        assert last < first
        return
    try:
        start, end = wanted.within(total)
    except UnsatisfiableRangeError:
        assert first >= total
        return

    assert first == start <= end < total
    assert end - start < WINDOW
    assert last is None or end <= last


@given(st.text())
def test_no_header_breaks_the_readers(text: str) -> None:
    parse_range(text)
    parse_content_range(text)
    unsatisfied_total(text)
    sound_type(text, text.encode())


@pytest.mark.parametrize("header", ["bytes 5-4/10", "bytes 0-10/10", "bytes 0-1", "0-1/2", "bytes */10", ""])
def test_an_impossible_content_range_is_not_believed(header: str) -> None:
    assert parse_content_range(header) is None


@pytest.mark.parametrize(
    ("declared", "head", "served"),
    [
        ("audio/mpeg", b"ID3\x04", "audio/mpeg"),
        ("application/octet-stream", WAV, "audio/wav"),
        ("text/html", WAV, "audio/wav"),
        ("audio/x-wav; rate=8000", WAV, "audio/wav"),
        ("audio/mp3", b"\xff\xfb\x90\x64", "audio/mpeg"),
        ("", b"\xff\xf1\x50", "audio/aac"),
        ("audio/mp4", b"\x00\x00\x00\x20ftypisom", "audio/mp4"),
        ("", b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        ("video/mp4", b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        ("application/octet-stream", b"\x01\x02\x03", "application/octet-stream"),
        ("audio/weird+thing", b"\x01\x02\x03", "audio/weird+thing"),
        ("text/html", b"<!doctype html><script>", None),
        ("audio/mpeg", b"  <html>", None),
        ("audio/mpeg", b'{"error": "login"}', None),
        ("application/json", b"\x01", None),
        ("image/svg+xml", b"<svg onload=alert(1)>", None),
        ("audio/<script>", b"\x01", None),
        ("audio/mpeg\r\nX: y", b"\x01", None),
        ("text/html", None, None),
        ("audio/mpeg", None, "audio/mpeg"),
        ("application/octet-stream", None, "application/octet-stream"),
    ],
)
def test_only_sound_is_served(declared: str, head: bytes | None, served: str | None) -> None:
    assert sound_type(declared, head) == served


def test_a_file_name_is_ours() -> None:
    assert file_name(12, "audio/mpeg") == "call-12.mp3"
    assert file_name(12, "audio/odd") == "call-12.bin"


def test_the_schedule_spans_two_days_and_ends() -> None:
    pauses = [pause_after(count) for count in range(1, MAXIMUM_ATTEMPTS)]

    assert all(pause is not None and delay <= pause <= delay * 1.2 for pause, delay in zip(pauses, DELAYS, strict=True))
    assert pause_after(MAXIMUM_ATTEMPTS) is None
    assert sum(delay.total_seconds() for delay in DELAYS) > 36 * 3600
