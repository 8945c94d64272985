"""Telephone numbers for readers who may call a customer but not learn the number: country code and last digits."""

from __future__ import annotations

import re
from urllib.parse import unquote

from telephony_connector.common.phones import parse_phone

SHORTEST_MASKED = 7
"""Fewer digits are an extension, an amount or a year, and no number that reaches a customer (phones.SUFFIX_LENGTH)."""

SHOWN_DIGITS = 3
"""Last digits that stay: enough to tell two numbers of one customer apart, too few to find the rest by trying."""

MASKED_DIGIT = "•"
"""What stands for a hidden digit."""
# What people, spreadsheets and encoders put between the digits of one number; invisible marks too.
_SEPARATOR = (
    r"(?:[^\S\r\n]|[().\-/_+\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069\ufeff\u00b7\u2212]"
    r"|%(?:20|28|29|2[BbDdEeFf]|5[Ff]|[Cc]2%[Aa]0)|&nbsp;|&#160;|\\u00[aA]0|\\u002[dDbB])"
)
_RUN = re.compile(rf"\+?\d(?:{_SEPARATOR}{{0,4}}\d){{{SHORTEST_MASKED - 1},}}")
# "2026-11-23 09:15" in a note is no number, nor is an id. Who writes eight digits like a date shows them.
_DATE = (
    rf"(?<!\d)(?<!\d[\s.\-/+(])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    rf"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    rf"(?!{_SEPARATOR}{{0,4}}\d)"
)
_UUID = r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
_KEPT_OR_RUN = re.compile(rf"(?P<kept>{_DATE}|{_UUID})|{_RUN.pattern}")
# Takes a whole run of bullets, with or without the digits behind it: searched for from each bullet anew, a long run
# without digits would take minutes.
_MASKED_RUN = re.compile(rf"(?:\+\d{{1,3}} )?{MASKED_DIGIT}[{MASKED_DIGIT} ]*+(?P<digits>\d{{{SHOWN_DIGITS}}})?")
_LONGEST_TOUCH = 32
_TOUCHES_BEFORE = re.compile(rf"[+\d{MASKED_DIGIT}]{_SEPARATOR}{{0,4}}$")
_TOUCHES_AFTER = re.compile(rf"{_SEPARATOR}{{0,4}}[\d{MASKED_DIGIT}]")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|&nbsp;|&#160;|\\u00[0-9a-fA-F]{2}")


def mask_number(text: str, country: str = "") -> str:
    """One number as a masked reader sees it: ``+919611795983`` → ``+91 ••••• ••983``.

    The country code stays where the text or ``country`` (``IN``) tells it, and the last three digits. A number of
    fewer than seven digits (an extension) and text without a number are given as they are; a text that holds more
    than a number has every number in it masked.
    """
    number = parse_phone(text, country)
    if number is not None:
        has_code = bool(country) or text.strip().startswith(("+", "00", "tel:", "sip:"))
        return _masked(f"+{number.country_code}" if has_code else "", number.national)
    return mask_numbers_in(text)


def mask_numbers_in(text: str) -> str:
    """The text with each run of seven or more digits masked, whatever usual marks stand between them.

    Blanks, brackets, dots, dashes, slashes, their percent-encoded and HTML writings and invisible marks count as
    usual; digits of any script do. Dates as ``2026-11-23`` or ``2026-11-23 09:15`` and UUIDs stay.
    """
    return _KEPT_OR_RUN.sub(_replacement, text)


def restore_numbers(text: str, original: str) -> str:
    """What a masked reader sent back after editing ``mask_numbers_in(original)``, with the numbers in it again.

    A masked number that still stands as it was shown becomes the number once more, each once and in order. One that
    the writer has put digits or a plus beside stays masked: what stands around a number decides what is shown of it.
    """
    hidden: dict[str, list[str]] = {}
    for match in _KEPT_OR_RUN.finditer(original):
        if not match["kept"]:
            hidden.setdefault(_replacement(match), []).append(match[0])

    def number_behind(match: re.Match[str]) -> str:
        if match["digits"] is None:
            return match[0]
        before = text[max(0, match.start() - _LONGEST_TOUCH) : match.start()]
        is_touched = _TOUCHES_BEFORE.search(before) or _TOUCHES_AFTER.match(text, match.end())
        left = hidden.get(match[0])
        return left.pop(0) if left and not is_touched else match[0]

    return _MASKED_RUN.sub(number_behind, text)


def hide_number_in(text: str, number: str) -> str:
    """A provider's id, masked only when it is made of this number: most are just long."""
    digits, known = _ascii_digits(text), _ascii_digits(number)
    windows = {known[at : at + SHORTEST_MASKED] for at in range(len(known) - SHORTEST_MASKED + 1)}
    return mask_numbers_in(text) if any(window in digits for window in windows) else text


def _ascii_digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())


def _replacement(match: re.Match[str]) -> str:
    run = match[0]
    if match["kept"]:
        return run
    plain = _ENCODED.sub(lambda mark: unquote(mark[0]) if mark[0].startswith("%") else " ", run)
    number = parse_phone(plain, "") if plain.startswith("+") else None
    if number is not None:
        return _masked(f"+{number.country_code}", number.national)
    digits = re.sub(r"\D", "", plain)
    return _masked("", digits)


def _masked(code: str, digits: str) -> str:
    """As many bullets as digits are hidden, in groups of five as the last digits close one."""
    hidden = MASKED_DIGIT * max(len(digits) - SHOWN_DIGITS, SHORTEST_MASKED - SHOWN_DIGITS)
    body = hidden + digits[-SHOWN_DIGITS:]
    middle = len(body) - 5
    grouped = f"{body[:middle]} {body[middle:]}" if middle > 0 else body
    return f"{code} {grouped}".strip()
