"""Times and durations in every form that providers write, in any zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.durations import read_seconds
from connector_config.mapping.times import read_time, zone_of

KOLKATA = zone_of("Asia/Kolkata")
NEW_YORK = zone_of("America/New_York")
NOON = datetime(2015, 8, 20, 12, 56, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2015-08-20 18:26:38",
        "2015/08/20 18:26:38",
        "2015-8-20 18:26:38",
        "20150820 182638",
        "Aug 20, 2015 6:26:38 PM",
        "20 Aug 2015 06:26:38 pm",
        "20150820182638",
        "2015-08-20 06:26:38 PM",
        "2015-08-20T18:26:38",
        "2015-08-20T12:56:38Z",
        "2015-08-20 12:56:38Z",
        "2015-08-20T12:56:38+00:00",
        "2015-08-20T18:26:38+05:30",
        "2015-08-20T18:26:38+0530",
        "2015-08-20T08:56:38-04",
        "2015-08-20 12:56:38 UTC",
        "Thu, 20 Aug 2015 12:56:38 +0000",
        "Thu, 20 Aug 2015 12:56:38 GMT",
        "Thu, 20 Aug 2015 18:26:38",
        1440075398,
        "1440075398",
        "+1440075398",
        1440075398000,
        "1440075398000000",
        "1440075398000000000",
    ],
)
def test_one_instant_in_many_writings(written: object) -> None:
    moment, flag = read_time(written, KOLKATA)

    assert (moment, flag) == (NOON, "")


@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2015-08-20T12:56:38.5Z", 500_000),
        ("2015-08-20T12:56:38.2169889Z", 216_988),
        ("2015-08-20 12:56:38,123456+00:00", 123_456),
        ("1440075398.594011", 594_011),
        (1440075398014, 14_000),
    ],
)
def test_fractions_of_a_second(written: object, microsecond: int) -> None:
    moment, _ = read_time(written, UTC)

    assert moment == NOON.replace(microsecond=microsecond)


@pytest.mark.parametrize(
    "written",
    [
        "1970-01-01 05:30:00",
        "1970-01-01T00:00:00Z",
        "0000-00-00 00:00:00",
        "0000-00-00",
        "0001-01-01T00:00:00",
        "1899-12-30 00:00:00",
        0,
        "0",
        -1,
        "-1",
        "0.0",
        "86400",
    ],
)
def test_sentinels_mean_no_time(written: object) -> None:
    assert read_time(written, KOLKATA) == (None, "")


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2015-13-20 18:26:38", "2015-08-20", "18:26:38", "12", "٢٠", "x" * 100, "9" * 21, True, {}, "",
     "2015-08-20 13:00:00 PM", "Aug 20, 2015 13:00:00 PM"],
)  # fmt: skip
def test_what_is_no_time_is_refused(written: object) -> None:
    try:
        moment, _ = read_time(written, KOLKATA)
    except (ValueError, OverflowError):
        return
    assert moment is None


def test_a_naive_time_that_occurs_twice_is_read_as_the_first() -> None:
    moment, flag = read_time("2024-11-03 01:30:00", NEW_YORK)

    assert moment == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)
    assert flag == "time_ambiguous"


def test_a_naive_time_that_the_clock_skipped_is_read_and_flagged() -> None:
    moment, flag = read_time("2024-03-10 02:30:00", NEW_YORK)

    assert moment == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)
    assert flag == "time_nonexistent"


def test_formats_of_the_mapping_come_first() -> None:
    moment, _ = read_time("08/09/2015 01:02", UTC, ("%d/%m/%Y %H:%M",))

    assert moment == datetime(2015, 9, 8, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Nowhere/City", "", "../etc/passwd", "Asia", "x" * 500, "\x00"])
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone_of(name)


@given(st.one_of(st.text(max_size=70), st.integers(), st.floats(), st.booleans(), st.none()))
def test_reading_any_time_gives_utc_or_a_refusal(value: object) -> None:
    try:
        moment, _ = read_time(value, NEW_YORK)
    except (ValueError, OverflowError):
        return
    assert moment is None or moment.utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (12, 12),
        ("12", 12),
        ("12.9", 12),
        (0, 0),
        ("00:04:57", 297),
        ("4:57", 297),
        ("0:07", 7),
        ("PT13.67S", 13),
        ("PT1H2M3S", 3723),
        ("P1DT1S", 86401),
        ("1m 20s", 80),
        ("13s", 13),
        ("2 hours 5 min", 7500),
        (-1, None),
        ("-1", None),
    ],
)
def test_durations(written: object, seconds: int | None) -> None:
    assert read_seconds(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "abc", "1:2:3:4", "P", "12 apples", "1e5", "9999999999999", "--1", None, "٣", "1" + " " * 100_000 + "x"],
)
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError):
        read_seconds(written)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats()))
def test_any_duration_is_a_bounded_number_or_refused(value: object) -> None:
    try:
        seconds = read_seconds(value)
    except ValueError:
        return
    assert seconds is None or 0 <= seconds <= 2_000_000_000
