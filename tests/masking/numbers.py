"""The customers' numbers of the office, in the writings in which they get into a system, and finding them again."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, unquote_plus

CUSTOMERS = ("+919845017362", "+919733204618", "+919588461207", "+912266104937", "+14155552671")
"""Ravi, Meera, the unknown caller, those who share a number, and one abroad."""

LEAST_GIVEAWAY = 7
_TAG = re.compile(r"<[^>]*>")
_BETWEEN_DIGITS = dict.fromkeys(
    map(ord, " \t\r\n().-/_+,'\"\u00a0\u00ad\u200b\u200e\u200f\u2010\u2011\u2012\u2013\u2014\u202f\u2060")
)
_IN_JSON = re.compile(r"\\u([0-9a-fA-F]{4})")


def writings(number: str) -> list[str]:
    """One number as people, spreadsheets, providers and encoders write it."""
    code = "+91" if number.startswith("+91") else "+1"
    local = number.removeprefix(code)
    return [
        number,
        number.removeprefix("+"),
        f"{code} {local[:5]} {local[5:]}",
        f"{code} ({local[:3]}) {local[3:6]}-{local[6:]}",
        f"0{local}",
        local,
        f"{local[:5]}-{local[5:]}",
        f"{local[:5]}.{local[5:]}",
        f"{local[:5]}\u00a0{local[5:]}",
        quote(number, safe=""),
        quote(f"{code} {local[:5]} {local[5:]}"),
        f"tel:{number}",
        f"sip:{number}@provider.example;user=phone",
        f'{{"from":"{number}","to":{local}}}',
        f"0091{local}",
    ]


def everything_about(number: str) -> str:
    """A note that holds the number in every writing."""
    return " | ".join(writings(number))


def giveaways(text: str) -> set[str]:
    """Runs of seven digits of a customer's number in an answer, whatever stands between them or encodes them."""
    windows = {
        digits[at : at + LEAST_GIVEAWAY]
        for digits in (number.removeprefix("+") for number in CUSTOMERS)
        for at in range(len(digits) - LEAST_GIVEAWAY + 1)
    }
    found: set[str] = set()
    for reading in _readings(text):
        found |= {window for window in windows if window in reading}
    return found


def _readings(text: str) -> set[str]:
    """The text as it is, and with its encodings undone twice; with tags and without."""
    decoded = _decoded(_decoded(text))
    return {reading.translate(_BETWEEN_DIGITS) for reading in (text, decoded, _TAG.sub(" ", decoded))}


def _decoded(text: str) -> str:
    in_json = _IN_JSON.sub(lambda match: chr(int(match[1], 16)), text)
    return html.unescape(unquote_plus(in_json))
