"""The pauses between attempts at a disposition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.retry_schedule import (
    DELAYS,
    LARGEST_JITTER,
    LONGEST_RETRY_AFTER,
    MAXIMUM_ATTEMPTS,
    pause_after,
    retry_after_seconds,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def test_at_least_ten_attempts_over_at_least_72_hours() -> None:
    pauses = [pause_after(count) for count in range(1, MAXIMUM_ATTEMPTS)]

    assert MAXIMUM_ATTEMPTS >= 10
    assert sum((pause for pause in pauses if pause), timedelta()) >= timedelta(hours=72)
    assert pause_after(MAXIMUM_ATTEMPTS) is None


@given(st.integers(1, MAXIMUM_ATTEMPTS - 1))
def test_jitter_only_lengthens(count: int) -> None:
    pause = pause_after(count)

    assert pause is not None
    assert DELAYS[count - 1] <= pause <= DELAYS[count - 1] * (1 + LARGEST_JITTER)


@given(st.integers(1, MAXIMUM_ATTEMPTS - 1), st.floats(allow_nan=False))
def test_any_retry_after_gives_a_pause_between_the_schedule_and_the_limit(count: int, asked: float) -> None:
    pause = pause_after(count, asked)

    assert pause is not None
    assert DELAYS[count - 1] <= pause <= max(DELAYS[count - 1], LONGEST_RETRY_AFTER) * (1 + LARGEST_JITTER)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Thu, 01 Jan 2026 12:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("9" * 400, 999_999_999),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    seconds = retry_after_seconds(header, NOW)

    assert seconds is None or seconds >= 0
