"""Opening hours as an administrator writes them: ``Mon-Fri 09:00-18:00; Sat 10:00-14:00``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LINE = re.compile(
    r"(?P<days>[A-Za-z]{3,9}(?:\s*[-,]\s*[A-Za-z]{3,9})*)\s+(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})"
)
_WHOLE_DAY = timedelta(days=1)


class OpeningHoursError(ValueError):
    """The text is not understood; the message tells how to write it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open on this weekday (Monday is 0) from one time to another; ``24:00`` is the end of the day."""

    weekday: int
    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a company answers its telephone. No spans at all means always."""

    spans: tuple[Span, ...] = ()

    def is_open(self, moment: datetime) -> bool:
        """True when the local time lies inside; a span that ends before it starts runs past midnight."""
        if not self.spans:
            return True
        passed = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
        return any(self._holds(span, moment.weekday(), passed) for span in self.spans)

    @staticmethod
    def _holds(span: Span, weekday: int, passed: timedelta) -> bool:
        if span.end > span.start:
            return weekday == span.weekday and span.start <= passed < span.end
        is_evening = weekday == span.weekday and passed >= span.start
        return is_evening or (weekday == (span.weekday + 1) % 7 and passed < span.end)


def parse_opening_hours(text: str) -> OpeningHours:
    """Read the text; parts are divided by semicolons or line ends. Raises OpeningHoursError."""
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        match = _LINE.fullmatch(part)
        if match is None:
            raise OpeningHoursError(f"{part!r} is not understood; write Mon-Fri 09:00-18:00; Sat 10:00-14:00")
        start, end = _offset(match["from"]), _offset(match["to"])
        if start in (end, _WHOLE_DAY):
            raise OpeningHoursError(f"{part!r} is no span of time; a whole day is 00:00-24:00")
        spans += [Span(weekday, start, end) for weekday in _weekdays(match["days"])]
    return OpeningHours(tuple(spans))


def _weekdays(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = (word.strip() for word in part.partition("-"))
        start, end = _weekday(first), _weekday(last or first)
        found += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return found


def _weekday(word: str) -> int:
    if word[:3].lower() not in _DAYS:
        raise OpeningHoursError(f"{word!r} is no day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    return _DAYS.index(word[:3].lower())


def _offset(text: str) -> timedelta:
    if text == "24:00":
        return _WHOLE_DAY
    try:
        clock = time.fromisoformat(text.zfill(5))
    except ValueError:
        raise OpeningHoursError(f"{text!r} is no time of day; write 09:00") from None
    return timedelta(hours=clock.hour, minutes=clock.minute)
