"""Opening hours: how they are written and what they mean."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.opening_hours import OpeningHoursError, parse_opening_hours

MONDAY = 5


def at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 1, day, int(hour), int(minute), tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("", at(MONDAY, "03:00"), True),
        ("Mon-Fri 09:00-18:00", at(MONDAY, "09:00"), True),
        ("Mon-Fri 09:00-18:00", at(MONDAY, "18:00"), False),
        ("Mon-Fri 09:00-18:00", at(MONDAY + 5, "12:00"), False),
        ("Mon-Fri 9:00-18:00; Sat 10:00-14:00", at(MONDAY + 5, "12:00"), True),
        ("monday, Wednesday 10:00-12:00", at(MONDAY + 2, "11:00"), True),
        ("Fri-Mon 10:00-12:00", at(MONDAY + 6, "11:00"), True),
        ("Fri-Mon 10:00-12:00", at(MONDAY + 1, "11:00"), False),
        ("Sun 22:00-02:00", at(MONDAY, "01:59"), True),
        ("Sun 22:00-02:00", at(MONDAY, "02:00"), False),
        ("Mon-Sun 00:00-24:00", at(MONDAY, "23:59"), True),
        ("Mon 09:00-12:00\nMon 13:00-17:00", at(MONDAY, "12:30"), False),
    ],
)
def test_hours_are_read_as_written(text: str, moment: datetime, is_open: bool) -> None:
    assert parse_opening_hours(text).is_open(moment) is is_open


@pytest.mark.parametrize("text", ["always", "Mon", "Mon 9-18", "Xyz 09:00-18:00", "Mon 25:00-26:00", "Mon 09:00-09:00"])
def test_what_is_not_understood_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OpeningHoursError):
        parse_opening_hours(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(OpeningHoursError):
        parse_opening_hours(text)
