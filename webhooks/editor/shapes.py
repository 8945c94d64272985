"""What a value looks like: a telephone number, a time, a duration, a status, a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise

from connector_config.mapping.durations import read_seconds
from connector_config.mapping.events import CallStatus, Direction
from connector_config.mapping.times import read_time
from connector_config.mapping.transforms import compile_transform
from connector_config.mapping.values import as_text, digits_of, fold_word
from connector_config.mapping.vocabulary import DIRECTION_WORDS, STATUS_WORDS

TIME_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p", "%d-%b-%Y %H:%M:%S",
    "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%Y/%m/%d %H:%M:%S",
)  # fmt: skip
"""Written times that need a format of their own; where day and month could be either, the day stands first."""

_EARLIEST, _LATEST = 2005, 2040
_LONGEST_TIME = 40
_FEWEST_DIGITS = 6
_PHONE = re.compile(r"\+?[\d ().\-]{3,24}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_WORD_PART = re.compile(r"[^\W_]+")
_LONGEST_CALL_SECONDS = 86_400
_take_number = compile_transform("phone")

_MORE_DIRECTIONS = {
    "i": Direction.INBOUND, "ib": Direction.INBOUND, "mt": Direction.INBOUND, "incomingcall": Direction.INBOUND,
    "callin": Direction.INBOUND, "o": Direction.OUTBOUND, "ob": Direction.OUTBOUND, "mo": Direction.OUTBOUND,
    "callout": Direction.OUTBOUND, "dialout": Direction.OUTBOUND,
}  # fmt: skip
_MORE_STATUSES = {
    "picked": CallStatus.IN_PROGRESS, "pickup": CallStatus.IN_PROGRESS, "connect": CallStatus.IN_PROGRESS,
    "talk": CallStatus.IN_PROGRESS, "ans": CallStatus.ANSWERED, "noans": CallStatus.NOT_ANSWERED,
    "na": CallStatus.NOT_ANSWERED, "nopickup": CallStatus.NOT_ANSWERED, "dropped": CallStatus.MISSED,
    "vmail": CallStatus.VOICEMAIL, "chanunavail": CallStatus.NOT_ANSWERED,
}  # fmt: skip
_OVER_WORDS = frozenset({"ended", "end", "finished", "hangup", "hungup", "terminated", "closed", "disconnected", "cdr"})


def is_phone(value: object) -> bool:
    """A number of 7 to 15 digits, bare or inside ``sip:…`` or ``"Name" <…>``; an extension is none."""
    text = as_text(_take_number(as_text(value)))
    return bool(_PHONE.fullmatch(text)) and 7 <= len(digits_of(text)) <= 15 and time_format(value) is None


def is_extension(value: object) -> bool:
    """A short number inside a company."""
    text = as_text(value)
    return text.isascii() and text.isdecimal() and 2 <= len(text) <= 6


def time_format(value: object) -> str | None:
    """The strptime format that reads the value as a time, empty when the engine needs none, None when it is no time."""
    return _time_format(as_text(value).strip())


@lru_cache(maxsize=4096)
def _time_format(text: str) -> str | None:
    if len(text) > _LONGEST_TIME or sum(character.isdigit() for character in text) < _FEWEST_DIGITS:
        return None
    if text.isascii() and text.isdecimal() and len(text) not in (10, 13, 14, 16, 19):
        return None
    for candidate in ("", *TIME_FORMATS):
        moment = _moment(text, (candidate,) if candidate else ())
        if moment is not None and _EARLIEST <= moment.year <= _LATEST:
            return candidate
    return None


def moment_of(value: object) -> datetime | None:
    """The time that the value is, naive text taken for UTC."""
    chosen = time_format(value)
    return None if chosen is None else _moment(as_text(value), (chosen,) if chosen else ())


def _moment(text: str, formats: tuple[str, ...]) -> datetime | None:
    try:
        return read_time(text, UTC, formats)[0]
    except (ValueError, OverflowError):
        return None


def is_date(value: object) -> bool:
    """A day without a time."""
    return bool(_DATE.fullmatch(as_text(value)))


def is_clock_time(value: object) -> bool:
    """A time without a day."""
    return bool(_CLOCK.fullmatch(as_text(value)))


def seconds_of(value: object) -> int | None:
    """The duration that the value may be, up to a day in milliseconds; None when it is none."""
    try:
        seconds = read_seconds(value)
    except ValueError:
        return None
    return seconds if seconds is not None and seconds <= _LONGEST_CALL_SECONDS * 1000 else None


def is_link(value: object) -> bool:
    """A web address."""
    return as_text(value)[:8].lower().startswith(("http://", "https://"))


def is_email(value: object) -> bool:
    """An e-mail address (and not one of a telephone: ``sip:100@pbx``)."""
    return bool(_EMAIL.fullmatch(as_text(value))) and ":" not in as_text(value)


def direction_of(value: object) -> Direction | None:
    """The direction that a word says, ``call.inbound`` too."""
    for word in _words_of(value):
        if found := DIRECTION_WORDS.get(word) or _MORE_DIRECTIONS.get(word):
            return found
    return None


def is_known_direction(value: object) -> bool:
    """True when the engine reads the word without a table."""
    return fold_word(as_text(value)) in DIRECTION_WORDS


def status_of(value: object) -> CallStatus | None:
    """The status that a word says, ``call.ringing`` too; UNKNOWN for a bare "it is over"; None for no status."""
    for word in _words_of(value):
        if found := STATUS_WORDS.get(word) or _MORE_STATUSES.get(word):
            return found
    return CallStatus.UNKNOWN if _OVER_WORDS & set(_words_of(value)) else None


def is_known_status(value: object) -> bool:
    """True when the engine reads the word without a table."""
    return STATUS_WORDS.get(fold_word(as_text(value)), CallStatus.UNKNOWN) is not CallStatus.UNKNOWN


def is_code(value: object) -> bool:
    """A short code that stands for a word: ``3``, ``A``."""
    text = as_text(value)
    return not isinstance(value, bool) and text.isascii() and text.isalnum() and len(text) <= 3


def _words_of(value: object) -> list[str]:
    """The whole value, then pairs of neighbours in it, then its parts from the last: ``event_call_no_answer``."""
    return list(_candidates(as_text(value)))


def _candidates(text: str) -> Iterator[str]:
    if not text or len(text) > 60:
        return
    yield fold_word(text)
    parts = [part.casefold() for part in _WORD_PART.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))]
    yield from (left + right for left, right in reversed(list(pairwise(parts))))
    yield from reversed(parts)
