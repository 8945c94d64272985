"""Reading times: ISO 8601, RFC 2822, epochs of any unit, naive text in a zone; summer time and sentinel dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from connector_config.mapping.values import as_text

TIME_AMBIGUOUS = "time_ambiguous"
TIME_NONEXISTENT = "time_nonexistent"

_LATEST_SENTINEL_YEAR = 1970
_FAR_SENTINEL_YEAR = 9000
"""From here on ("9999-12-31") a time means "none"; near the calendar's end it could not even be shown in every zone."""
_ISO = re.compile(
    r"(\d{4})(?:[-/](\d{1,2})[-/](\d{1,2})|(\d{2})(\d{2}))(?:T|\s+)"
    r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"([AP]M)?\s*(Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_HALF_OF_DAY = re.compile(r"(?<=[\d\s])([AP]M)\b", re.IGNORECASE)
_ZERO_DATE = re.compile(r"0000[-/]?00[-/]?00\b.*", re.DOTALL)
_COMPACT = re.compile(r"(?:19|20)\d{12}", re.ASCII)
_EPOCH = re.compile(r"\+?(\d{1,20})(?:\.(\d{1,9}))?", re.ASCII)
_EPOCH_UNITS = ((10**11, 1), (10**14, 1_000), (10**17, 1_000_000), (10**20, 1_000_000_000))
_LONGEST_TEXT = 64


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The zone named ``name`` (IANA). Raises ValueError for a name that is no zone."""
    if name.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except Exception as error:  # zoneinfo raises KeyError, ValueError, OSError or IsADirectoryError by the name's shape
        raise ValueError(f"{name!r} is not a time zone") from error


def read_time(value: object, zone: tzinfo, formats: tuple[str, ...] = ()) -> tuple[datetime | None, str]:
    """The instant in UTC, and a flag (empty when nothing is unusual).

    Sentinels (epoch 0, 0000-00-00, anything up to 1970 or from 9000 on) give None.
    Raises ValueError for text that is no time.
    ``formats`` are strptime formats tried first. Naive times are in ``zone``: one that occurs twice is read as
    the first, one that the clock skipped is read with the offset before the change; both are flagged.
    """
    text = as_text(value).strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise ValueError("empty or too long")
    moment = _formatted(text, formats) or _iso(text)
    if moment is None:
        if _ZERO_DATE.fullmatch(text):
            return None, ""
        if text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii():
            return _epoch(text), ""
        moment = _rfc_2822(text)
    if not _LATEST_SENTINEL_YEAR < moment.year < _FAR_SENTINEL_YEAR:
        return None, ""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC), ""
    return _located(moment, zone)


def _formatted(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  # located in its zone by the caller
        except ValueError:
            continue
    return None


def _iso(text: str) -> datetime | None:
    if _COMPACT.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007  # located in its zone by the caller
    match = _ISO.fullmatch(text)
    if match is None or match[1] == "0000":
        return None
    year, month, day, compact_month, compact_day, hour, minute, second, fraction, half, offset = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    return datetime(
        int(year),
        int(month or compact_month),
        int(day or compact_day),
        _hour(int(hour), half),
        int(minute),
        int(second or 0),
        microsecond,
        tzinfo=_offset(offset),
    )


def _hour(hour: int, half: str | None) -> int:
    """The hour of a day, from a clock of 24 or (with AM or PM) of 12 hours."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.upper() == "PM" else 0)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        if text.startswith("-"):
            return None
        raise ValueError(text)
    whole = int(match[1])
    unit = next((unit for limit, unit in _EPOCH_UNITS if whole < limit), 0)
    if not unit:
        raise ValueError(text)
    fraction = int((match[2] or "0")[:6].ljust(6, "0")) if unit == 1 else 0
    microseconds = whole * 1_000_000 // unit + fraction
    if microseconds < 31_536_000_000_000:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _rfc_2822(text: str) -> datetime:
    half = _HALF_OF_DAY.search(text)
    try:
        moment = parsedate_to_datetime(_HALF_OF_DAY.sub("", text))
        return moment.replace(hour=_hour(moment.hour, half[1])) if half else moment
    except (TypeError, IndexError, OverflowError) as error:
        raise ValueError(text) from error


def _located(naive: datetime, zone: tzinfo) -> tuple[datetime, str]:
    if zone is UTC:
        return naive.replace(tzinfo=UTC), ""
    first = naive.replace(tzinfo=zone)
    earlier, later = first.utcoffset(), first.replace(fold=1).utcoffset()
    if earlier == later or earlier is None or later is None:
        return first.astimezone(UTC), ""
    return first.astimezone(UTC), TIME_AMBIGUOUS if earlier > later else TIME_NONEXISTENT
