"""Telephone numbers: what people and providers write, in tables."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_connector.common.phones import (
    SUFFIX_LENGTH,
    digits_of,
    for_display,
    is_withheld,
    parse_phone,
    suffix_of,
    to_e164,
    with_trunk_prefix,
    without_country_code,
)

RAVI = "+919611795983"


@pytest.mark.parametrize(
    ("raw", "country", "e164"),
    [
        ("+919611795983", "IN", RAVI),
        ("+919611795983", "", RAVI),
        ("+91-9611795983", "US", RAVI),
        ("+91 96117 95983", "IN", RAVI),
        ("+91 (0)96117-95983", "IN", RAVI),
        ("9611795983", "IN", RAVI),
        ("09611795983", "IN", RAVI),
        ("919611795983", "IN", RAVI),
        ("919611795983", "US", RAVI),
        ("919611795983", "", RAVI),
        ("00919611795983", "IN", RAVI),
        ("0091 96117 95983", "GB", RAVI),
        ("011 91 96117 95983", "US", RAVI),
        (" 919611795983", "IN", RAVI),
        (" 919611795983", "GB", RAVI),
        ("\t+91.96117.95983\n", "IN", RAVI),
        ("\u202a+91 96117 95983\u202c", "IN", RAVI),
        ("+91\u00a096117\u201195983", "IN", RAVI),
        ("sip:+919611795983@pbx.example.com", "IN", RAVI),
        ("sip:919611795983@pbx.example.com;user=phone", "IN", RAVI),
        ("SIPS:9611795983@pbx:5061", "IN", RAVI),
        ('"Ravi" <sip:+919611795983@pbx.example.com>', "IN", RAVI),
        ("tel:+91-96117-95983;ext=5", "IN", RAVI),
        ("9611795983.0", "IN", RAVI),
        ("+91 96117 95983 ext. 12", "IN", RAVI),
        ("+919611795983x12", "IN", RAVI),
        ("+919611795983 #12", "IN", RAVI),
        ("＋９１９６１１７９５９８３", "IN", RAVI),
        ("٩٦١١٧٩٥٩٨٣", "IN", RAVI),
        ("(212) 555-0123", "US", "+12125550123"),
        ("1-212-555-0123", "US", "+12125550123"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946 0958", "IN", "+442079460958"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("+80012345678", "IN", "+80012345678"),
    ],
)
def test_usual_writings_of_one_number_are_one_number(raw: str, country: str, e164: str) -> None:
    assert to_e164(raw, country) == e164


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "100", "5071", "12345", "anonymous", "Private", "unknown", "sip:asha@pbx.example.com", "agent-5071",
        "+", "++919611795983", "+91", "9" * 30, "+919611795983,+919611795984", "null", "0", "-1", "1E+10", "<script>",
        "sip:", "tel:", "96117\x0095983",
    ],
)  # fmt: skip
def test_what_is_no_number_gives_none(raw: str) -> None:
    assert parse_phone(raw, "IN") is None
    assert to_e164(raw, "IN") == ""


@pytest.mark.parametrize(
    "raw", ["1" + " " * 200_000 + "x", "<" * 200_000, "1;" * 100_000, "9" * 1_000_000, "sip:" * 50_000]
)
def test_a_text_of_any_length_is_read_in_no_time(raw: str) -> None:
    started = time.perf_counter()

    assert parse_phone(raw, "IN") is None
    suffix_of(raw)
    is_withheld(raw)

    assert time.perf_counter() - started < 2


def test_ten_digits_of_no_known_country_are_not_taken_for_a_foreign_number() -> None:
    assert to_e164("9611795983", "") == ""


@pytest.mark.parametrize("country", ["", "XX", "india", "in "])
def test_an_unknown_country_is_no_error(country: str) -> None:
    assert to_e164(RAVI, country) == RAVI


@pytest.mark.parametrize(
    ("raw", "country", "national", "dialled", "shown"),
    [
        (RAVI, "IN", "9611795983", "09611795983", "+91 96117 95983"),
        ("9611795983", "IN", "9611795983", "09611795983", "+91 96117 95983"),
        ("+442079460958", "IN", "2079460958", "02079460958", "+44 20 7946 0958"),
        ("+12125550123", "IN", "2125550123", "12125550123", "+1 212-555-0123"),
        ("+19995550123", "IN", "9995550123", "19995550123", "+1 999-555-0123"),
        ("+390612345678", "IN", "0612345678", "0612345678", "+39 06 1234 5678"),
        ("+6591234567", "IN", "91234567", "91234567", "+65 9123 4567"),
        ("100", "IN", "100", "100", "100"),
        ("sip:asha", "IN", "", "", "sip:asha"),
    ],
)
def test_a_number_is_written_for_others(raw: str, country: str, national: str, dialled: str, shown: str) -> None:
    assert without_country_code(raw, country) == national
    assert with_trunk_prefix(raw, country) == dialled
    assert for_display(raw, country) == shown


@pytest.mark.parametrize(
    ("raw", "suffix"),
    [
        (RAVI, "1795983"),
        ("9611795983", "1795983"),
        ("sip:9611795983@10.0.0.1", "1795983"),
        ("9611795983 x12", "1795983"),
        ("179-5983", "1795983"),
        ("100", ""),
        ("123456", ""),
        ("anonymous", ""),
        ("sip:asha@1234567.example", ""),
    ],
)
def test_the_suffix_has_seven_digits_or_none(raw: str, suffix: str) -> None:
    assert suffix_of(raw) == suffix


@pytest.mark.parametrize(
    "raw",
    [
        "", "  ", "anonymous", "Anonymous", "ANONYMOUS", "private", "Private Number", "unknown", "Unknown-Number",
        "<unknown>", '"Restricted"', "No Caller ID", "withheld", "unavailable", "null", "None", "undefined", "N/A",
        "sip:anonymous@anonymous.invalid", '"Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
)  # fmt: skip
def test_hidden_numbers_are_known_by_their_words(raw: str) -> None:
    assert is_withheld(raw)


@pytest.mark.parametrize("raw", ["+919611795983", "100", "sip:asha@pbx", "Ravi", "unknown5"])
def test_a_number_or_a_name_is_not_hidden(raw: str) -> None:
    assert not is_withheld(raw)


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("+91 (96) 117", "9196117"),
        ("sip:5071@10.0.0.1", "5071"),
        ("96117 x12", "96117"),
        ("abc", ""),
        ("٣４5", "345"),
        ("²", ""),
        ("1.5e3", "153"),
    ],
)
def test_digits_are_ascii(raw: str, digits: str) -> None:
    assert digits_of(raw) == digits


@given(st.text(), st.sampled_from(["IN", "US", "GB", "DE", ""]))
def test_any_text_is_read_without_error(raw: str, country: str) -> None:
    number = parse_phone(raw, country)

    assert suffix_of(raw) == "" or len(suffix_of(raw)) == SUFFIX_LENGTH
    assert for_display(raw, country) or not raw
    assert (with_trunk_prefix(raw, country) + without_country_code(raw, country)).isascii()
    is_withheld(raw)
    if number is not None:
        assert number.e164 == f"+{number.country_code}{number.national}"
        assert to_e164(number.e164, country) == number.e164


@given(
    st.integers(6_000_000_000, 9_999_999_999),
    st.sampled_from(["{}", "+91{}", "0{}", "91{}", "+91-{}", "0091{}", " 91{}"]),
)
def test_every_indian_mobile_number_reads_the_same_in_every_writing(number: int, writing: str) -> None:
    assert to_e164(writing.format(number), "IN") == f"+91{number}"
