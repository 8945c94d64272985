"""A day's calls as bars: plain numbers for an SVG of 24 columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calls.reports.figures import HourFigures

COLUMN_WIDTH = 30
HEIGHT = 140


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: the answered calls below, the others on top; y grows downwards, as SVG has it."""

    hour: HourFigures
    x: int
    answered_y: int
    answered_height: int
    unanswered_y: int
    unanswered_height: int


def bars(hours: Sequence[HourFigures]) -> list[Bar]:
    """Bars of which the busiest hour takes the whole height."""
    most = max((hour.total for hour in hours), default=0) or 1
    return [_bar(hour, most) for hour in hours]


def _bar(hour: HourFigures, most: int) -> Bar:
    answered, total = (round(HEIGHT * count / most) for count in (hour.answered, hour.total))
    return Bar(
        hour=hour,
        x=hour.hour * COLUMN_WIDTH,
        answered_y=HEIGHT - answered,
        answered_height=answered,
        unanswered_y=HEIGHT - total,
        unanswered_height=total - answered,
    )
