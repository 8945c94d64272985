"""Masking of numbers in text: pure."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_connector.common.masking import hide_number_in, mask_number, mask_numbers_in, restore_numbers
from tests.masking.numbers import CUSTOMERS, everything_about, giveaways, writings

SEPARATORS = [
    "",
    " ",
    "-",
    ".",
    "/",
    "  ",
    " - ",
    ") ",
    " (",
    "\u00a0",
    "\u200b",
    "\u2011",
    "%20",
    "&nbsp;",
    "%2D",
    "\\u00a0",
]
TEXT_WITHOUT_DIGITS = st.text(
    st.characters(exclude_categories=["Nd", "No", "Cs"], exclude_characters="%\\&"), max_size=30
)


@pytest.mark.parametrize(
    ("text", "country", "shown"),
    [
        ("+919611795983", "", "+91 ••••• ••983"),
        ("+91 96117-95983", "", "+91 ••••• ••983"),
        ("00919611795983", "", "+91 ••••• ••983"),
        ("09611795983", "IN", "+91 ••••• ••983"),
        ("9611795983", "", "••••• ••983"),
        ("sip:+919611795983@provider.example", "", "+91 ••••• ••983"),
        ("+1 (415) 555-2671", "", "+1 ••••• ••671"),
        ("100", "IN", "100"),
        ("Number withheld", "IN", "Number withheld"),
        ("", "", ""),
    ],
)
def test_one_number_keeps_its_country_and_its_last_digits(text: str, country: str, shown: str) -> None:
    assert mask_number(text, country) == shown


@pytest.mark.parametrize(
    "text",
    [
        "", "no number", "extension 100", "2026-11-23", "seen 2026-11-23 09:15, again 2026-11-24T10:00:00Z",
        "1f0c1234-1234-4567-8912-123456789012", "Rs 5,00,000", "12:34:56", "3 calls, 2 missed",
    ],
)  # fmt: skip
def test_what_is_no_number_stays(text: str) -> None:
    assert mask_numbers_in(text) == text


@pytest.mark.parametrize("number", CUSTOMERS)
def test_every_writing_is_masked(number: str) -> None:
    for written in [*writings(number), everything_about(number)]:
        assert giveaways(mask_numbers_in(written)) == set(), written
        assert giveaways(mask_number(written, "IN")) == set(), written


@given(
    digits=st.text("0123456789", min_size=7, max_size=15),
    marks=st.lists(st.sampled_from(SEPARATORS), min_size=15, max_size=15),
    before=TEXT_WITHOUT_DIGITS,
    after=TEXT_WITHOUT_DIGITS,
)
def test_no_run_of_seven_digits_survives(digits: str, marks: list[str], before: str, after: str) -> None:
    written = "".join(digit + mark for digit, mark in zip(digits, marks, strict=False))
    is_like_a_date = re.search(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", written)

    masked = mask_numbers_in(f"{before}x{written}x{after}")

    hidden = re.sub(r"%20|%2D|&nbsp;|\\u00a0|[^0-9•]", "", masked)
    assert is_like_a_date or len(max(re.findall(r"[0-9]+", hidden), key=len, default="")) <= 6
    assert is_like_a_date or digits not in hidden


@given(st.text(max_size=200))
def test_masking_never_fails_and_what_is_masked_stays_so(text: str) -> None:
    masked = mask_numbers_in(text)

    assert mask_numbers_in(masked) == masked
    assert mask_number(text, "IN") is not None


@given(st.lists(st.sampled_from([*writings(CUSTOMERS[0]), "call", "Ravi,", "at 5,", quote("a b")]), max_size=8))
def test_untouched_text_comes_back_as_it_was(words: list[str]) -> None:
    original = " | ".join(words)

    assert restore_numbers(mask_numbers_in(original), original) == original


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ring ••••• ••983 at five", "ring 9611795983 at five"),
        ("ring +••••• ••983", "ring +••••• ••983"),
        ("ring 1 ••••• ••983", "ring 1 ••••• ••983"),
        ("ring ••••• ••983 4", "ring ••••• ••983 4"),
        ("ring ••••• ••983, ••••• ••983", "ring 9611795983, ••••• ••983"),
        ("ring ••••• ••111", "ring ••••• ••111"),
        ("gone", "gone"),
    ],
)
def test_a_masked_number_comes_back_only_where_nothing_touches_it(typed: str, stored: str) -> None:
    assert restore_numbers(typed, "call 9611795983") == stored


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("080673309211440075398", "080673309211440075398"),
        ("C9611795983x17", "C••••• ••983x17"),
        ("CA0123456789abcdef", "CA0123456789abcdef"),
        ("", ""),
    ],
)
def test_an_id_is_masked_when_it_is_made_of_the_number(text: str, shown: str) -> None:
    assert hide_number_in(text, "+919611795983") == shown


@pytest.mark.parametrize("unit", ["•", "• ", "+1 •", "•98", "•983", "•983 ", "1•983", "+91 ••••• ••983\u00a0"])
def test_hostile_text_is_restored_in_no_time(unit: str) -> None:
    typed = unit * (200_000 // len(unit))

    started = time.perf_counter()
    restore_numbers(typed, "call 9611795983")

    assert time.perf_counter() - started < 2
