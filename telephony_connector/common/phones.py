"""Telephone numbers: reading what people and providers write, comparing it, writing it for others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat

SUFFIX_LENGTH = 7
"""Digits of the indexed suffix. Fewer than that match nothing: extension 100 is no lead."""

_LONGEST_NATIONAL = 10
"""Up to here a number without plus is never taken for one with a country code: too many would fit by chance."""

_LONGEST_WRITING = 120
"""What is longer holds no number; a sender must not fill the cache with it."""

_WITHHELD = frozenset({
    "anonymous", "private", "unknown", "restricted", "unavailable", "withheld", "blocked", "hidden", "null", "none",
    "nil", "na", "n/a", "undefined", "asserted", "unknownnumber", "privatenumber", "nocallerid",
})  # fmt: skip
_NOT_DIGIT = re.compile(r"[^0-9]+")
_SIP_USER = re.compile(r"(?:^|<)\s*(?:sips?|tel):(?://)?([^@;?>]*)", re.IGNORECASE)
# Extensions belong to no number; ".0" is what spreadsheets make of one.
_TAIL = re.compile(
    r"(?<=[0-9)])(?:\s{0,3}[;,]?\s{0,3}(?:extn?\.?|x|#)\s{0,3}[=:]?\s{0,3}[0-9]{1,6}|\.0{1,3})\s*$", re.IGNORECASE
)
_MARKS = re.compile(r"[\s().\-/\u00a0\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NUMBER = re.compile(r"^\+?[0-9]{1,20}$")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A valid number. ``e164`` is ``+919611795983``, ``country_code`` ``91``, ``national`` ``9611795983``."""

    e164: str
    country_code: str
    national: str


def country_code(country: str) -> int:
    """The calling code of a country (``IN`` → 91); 0 for what is none."""
    return phonenumbers.country_code_for_region(country)


def digits_of(raw: str) -> str:
    """The digits in order, written in ASCII; of a SIP or tel URI those of its user part, without an extension."""
    return _NOT_DIGIT.sub("", _bare(raw))


def is_withheld(raw: str) -> bool:
    """True for the words that networks send instead of a hidden number, and for nothing at all."""
    uri = _SIP_USER.search(raw.strip())
    word = re.sub(r"[\s_\-<>\"']+", "", uri.group(1) if uri else raw).lower()
    return not word or word in _WITHHELD


def parse_phone(raw: str, country: str) -> PhoneNumber | None:
    """Read a number in any usual writing; ``country`` (``IN``) is the home of numbers without a country code.

    A SIP or tel URI gives its user part; an unescaped plus that became a blank (`` 9196…``) and ``00`` are read as
    plus. None when the text is no possible number: short extensions, words, SIP names.
    """
    return _parse(raw, country) if len(raw) <= _LONGEST_WRITING else None


@lru_cache(maxsize=20_000)
def _parse(raw: str, country: str) -> PhoneNumber | None:
    text = _bare(raw)
    if not _NUMBER.match(text):
        return None
    if text.startswith("00"):
        text = "+" + text[2:]
    for candidate in _candidates(text, raw):
        try:
            parsed = phonenumbers.parse(candidate, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed) and len(str(parsed.national_number)) >= SUFFIX_LENGTH:
            national = phonenumbers.national_significant_number(parsed)
            e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
            return PhoneNumber(e164=e164, country_code=str(parsed.country_code), national=national)
    return None


def _bare(raw: str) -> str:
    """Without URI, extension and the marks that people set between digits."""
    uri = _SIP_USER.search(raw.strip())
    text = _in_ascii(uri.group(1) if uri else raw)
    return _MARKS.sub("", _TAIL.sub("", text))


def _in_ascii(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character for character in text
    ).replace("\uff0b", "+")


def _candidates(text: str, raw: str) -> list[str]:
    if text.startswith("+"):
        return [text]
    if len(text) <= _LONGEST_NATIONAL:
        return [text]
    return [f"+{text}", text] if raw.startswith(" ") else [text, f"+{text}"]


def to_e164(raw: str, country: str) -> str:
    """The number as ``+…``, or an empty string when it is none."""
    number = parse_phone(raw, country)
    return number.e164 if number else ""


def suffix_of(raw: str) -> str:
    """The last seven digits, the indexed key of number matching; empty when there are fewer."""
    digits = digits_of(raw)
    return digits[-SUFFIX_LENGTH:] if len(digits) >= SUFFIX_LENGTH else ""


def is_whole_number(digits: str, stored: str) -> bool:
    """Whether these digits are all of a stored number, with or without its country code, and no mere part of it.

    ``stored`` is E.164; of a number that could not be read, it is the text as it was written.
    """
    number = parse_phone(stored, "")
    wholes = {number.national, number.country_code + number.national} if number else {digits_of(stored)}
    return bool(digits) and digits.lstrip("0") in {whole.lstrip("0") for whole in wholes}


def without_country_code(raw: str, country: str) -> str:
    """``+91 96117 95983`` → ``9611795983``; what cannot be read gives its digits."""
    number = parse_phone(raw, country)
    return number.national if number else digits_of(raw)


def with_trunk_prefix(raw: str, country: str) -> str:
    """As dialled inside its own country, trunk prefix and all, digits only (``09611795983``)."""
    number = parse_phone(raw, country)
    if number is None:
        return digits_of(raw)
    parsed = phonenumbers.parse(number.e164)
    region = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    prefix = phonenumbers.ndd_prefix_for_region(region, True)
    return f"{prefix or ''}{number.national}"


def for_display(raw: str, country: str = "") -> str:
    """Grouped as its country does (``+91 96117 95983``); text that is no number stays as it is."""
    number = parse_phone(raw, country)
    if number is None:
        return raw
    return phonenumbers.format_number(phonenumbers.parse(number.e164), PhoneNumberFormat.INTERNATIONAL)
