"""The standard fields: how each is read from a value, how long it may be, and what is said when it is bad."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from connector_config.mapping.durations import read_seconds
from connector_config.mapping.times import read_time
from connector_config.mapping.values import as_text, as_words

MAX_TEXT = 255
MAX_URL = 2000
MAX_NOTES = 20_000
MAX_CALLER_SOURCE = 50
MAX_AGENTS = 50
LARGEST_SEQUENCE = 2**63 - 1
_QUOTED_LENGTH = 60
_BARE_FILE = re.compile(r"/?[\w.%~+=,@ -]+(?:/[\w.%~+=,@: -]+)*")
"""A file name or a path; a colon only below a folder, or it could be a link's scheme."""


class FieldKind(StrEnum):
    """How the value of a field is read."""

    KEY = "key"
    TEXT = "text"
    NUMBER = "number"
    URL = "url"
    TIME = "time"
    DURATION = "duration"
    INTEGER = "integer"
    WORDS = "words"
    DIRECTION = "direction"
    STATUS = "status"


FIELD_KINDS: MappingProxyType[str, FieldKind] = MappingProxyType({
    **dict.fromkeys(("session_id", "parent_session_id"), FieldKind.KEY),
    **dict.fromkeys(("call_reference", "lead_id", "user_id", "opportunity_id"), FieldKind.TEXT),
    **dict.fromkeys(("source_number", "destination_number", "display_number"), FieldKind.NUMBER),
    **dict.fromkeys(("started_at", "answered_at", "ended_at", "occurred_at"), FieldKind.TIME),
    **dict.fromkeys(("notes", "raw_status", "tag", "agent_name", "agent_email"), FieldKind.TEXT),
    **dict.fromkeys(("caller_name", "caller_city", "caller_state", "caller_country"), FieldKind.TEXT),
    **dict.fromkeys(("caller_zip_code", "caller_source"), FieldKind.TEXT),
    **dict.fromkeys(("agent_ids", "agent_numbers"), FieldKind.WORDS),
    "direction": FieldKind.DIRECTION,
    "status": FieldKind.STATUS,
    "duration_seconds": FieldKind.DURATION,
    "recording_url": FieldKind.URL,
    "sequence": FieldKind.INTEGER,
})  # fmt: skip
"""Every field of CallEvent that a mapping may fill."""

_LENGTHS = {"notes": MAX_NOTES, "caller_source": MAX_CALLER_SOURCE}


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that was read, and a flag when something about it was unusual."""

    value: object
    flag: str = ""


class UnreadableValueError(ValueError):
    """A value that its field cannot take; the message tells the sender what to send."""


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What reading depends on beside the value: zone and formats of times, whether a recording may be a file name."""

    zone: tzinfo
    formats: tuple[str, ...] = ()
    bare_recordings: bool = False


def read_field(name: str, value: object, context: ReadingContext) -> Reading:
    """Read ``value`` for the field ``name`` (not direction and status, which go through tables).

    Raises UnreadableValueError. A value that means "nothing" gives None or empty.
    """
    return _READER_OF[name](name, value, context)


def quoted(value: object) -> str:
    """A value as it may stand in a message: short, in quotes."""
    text = as_text(value)
    return f'"{text[:_QUOTED_LENGTH]}{"…" if len(text) > _QUOTED_LENGTH else ""}"'


def _read_key(name: str, value: object, context: ReadingContext) -> Reading:
    text = as_text(value)
    if len(text) > MAX_TEXT:
        raise UnreadableValueError(f"is longer than {MAX_TEXT} characters")
    return Reading(text)


def _read_text(name: str, value: object, context: ReadingContext) -> Reading:
    text = ", ".join(as_words(value)) if isinstance(value, list) else as_text(value)
    limit = _LENGTHS.get(name, MAX_TEXT)
    if len(text) <= limit:
        return Reading(text)
    return Reading(text[:limit].rstrip(), "" if name == "caller_source" else "value_cut")


def _read_url(name: str, value: object, context: ReadingContext) -> Reading:
    text = as_text(value)
    if len(text) > MAX_URL:
        raise UnreadableValueError(f"is longer than {MAX_URL} characters")
    if text[:8].lower().startswith(("http://", "https://")) and _is_link(text):
        return Reading(text)
    if context.bare_recordings and _BARE_FILE.fullmatch(text):
        return Reading(text, "recording_without_address")
    return Reading("", "recording_url_dropped" if text else "")


def _is_link(text: str) -> bool:
    if " " in text or not text.isprintable():
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _read_time(name: str, value: object, context: ReadingContext) -> Reading:
    try:
        moment, flag = read_time(value, context.zone, context.formats)
    except (ValueError, OverflowError):
        raise UnreadableValueError(f"{quoted(value)} is not a time; send YYYY-MM-DD HH:MM:SS") from None
    return Reading(moment, flag)


def _read_duration(name: str, value: object, context: ReadingContext) -> Reading:
    try:
        return Reading(read_seconds(value))
    except ValueError:
        raise UnreadableValueError(f"{quoted(value)} is not a duration; send whole seconds") from None


def _read_integer(name: str, value: object, context: ReadingContext) -> Reading:
    text = as_text(value)
    if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_SEQUENCE:
        return Reading(int(text))
    raise UnreadableValueError(f"{quoted(value)} is not a whole number")


def _read_words(name: str, value: object, context: ReadingContext) -> Reading:
    words = as_words(value)
    kept = tuple(word for word in words if len(word) <= MAX_TEXT)[:MAX_AGENTS]
    return Reading(kept, "" if len(kept) == len(words) else "value_cut")


_READERS: dict[FieldKind, Callable[[str, object, ReadingContext], Reading]] = {
    FieldKind.KEY: _read_key,
    FieldKind.TEXT: _read_text,
    FieldKind.NUMBER: _read_text,
    FieldKind.URL: _read_url,
    FieldKind.TIME: _read_time,
    FieldKind.DURATION: _read_duration,
    FieldKind.INTEGER: _read_integer,
    FieldKind.WORDS: _read_words,
}

_READER_OF = {name: _READERS[kind] for name, kind in FIELD_KINDS.items() if kind in _READERS}
