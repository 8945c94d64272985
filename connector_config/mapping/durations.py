"""Reading durations: seconds, HH:MM:SS, ISO 8601 and "1m 20s"."""

from __future__ import annotations

import math
import re

from connector_config.mapping.values import as_text

LONGEST_SECONDS = 2_000_000_000
"""Longer than any call, and still an integer column."""

_LONGEST_TEXT = 64
_PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,5}):(\d{1,2}(?:\.\d{1,9})?)", re.ASCII)
_ISO = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,9})?)S)?)?", re.ASCII | re.IGNORECASE
)
_UNITS = re.compile(
    r"(?:(\d{1,5})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,6})\s*m(?:in(?:ute)?s?)?)?\s*(?:(\d{1,9})\s*s(?:ec(?:ond)?s?)?)?",
    re.ASCII | re.IGNORECASE,
)


def read_seconds(value: object) -> int | None:
    """Whole seconds of a duration as providers write it; None for -1 ("not yet known") and the like.

    Raises ValueError for text that is no duration. A fraction is cut off.
    """
    text = as_text(value).strip()
    if len(text) > _LONGEST_TEXT:
        raise ValueError(text[:_LONGEST_TEXT])
    if text.startswith("-"):
        if _PLAIN.fullmatch(text[1:]):
            return None
        raise ValueError(text)
    if _PLAIN.fullmatch(text):
        return _bounded(float(text), text)
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        return _bounded(int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds), text)
    if len(text) > 2 and (match := _ISO.fullmatch(text)):
        days, hours, minutes, seconds = match.groups()
        total = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
        return _bounded(total, text)
    if text and (match := _UNITS.fullmatch(text)):
        hours, minutes, seconds = match.groups()
        return _bounded(int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0), text)
    raise ValueError(text)


def _bounded(seconds: float, text: str) -> int:
    if seconds > LONGEST_SECONDS:
        raise ValueError(text)
    return math.floor(seconds)
