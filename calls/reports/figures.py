"""Counting calls: by hour of the day and by agent, each in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour
from django.utils import timezone

from calls.models import Call
from connector_config.mapping.events import CallStatus, Direction

_ANSWERED = Q(status__in=(CallStatus.ANSWERED.value, CallStatus.IN_PROGRESS.value))
_INBOUND = Q(direction=Direction.INBOUND.value)
_OUTBOUND = Q(direction=Direction.OUTBOUND.value)


@dataclass(frozen=True, slots=True)
class HourFigures:
    """The calls that began in one hour of the day (0 to 23)."""

    hour: int
    answered: int
    unanswered: int

    @property
    def total(self) -> int:
        """All calls of the hour."""
        return self.answered + self.unanswered


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of calls. ``missed`` are inbound calls that nobody took; ``talk_seconds`` sums the answered ones."""

    inbound: int = 0
    outbound: int = 0
    answered: int = 0
    missed: int = 0
    disposed: int = 0
    talk_seconds: int = 0

    @property
    def total(self) -> int:
        """All calls, those of unknown direction left out."""
        return self.inbound + self.outbound

    @property
    def average_seconds(self) -> int | None:
        """Mean duration of an answered call; None without one."""
        return round(self.talk_seconds / self.answered) if self.answered else None


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What one agent did; calls that belong to nobody have the name ``""``."""

    agent_id: int | None
    name: str
    figures: Figures


def calls_by_hour(calls: QuerySet[Call]) -> list[HourFigures]:
    """All 24 hours of the day in the installation's time zone, empty ones too."""
    hours = (
        calls.order_by()
        .annotate(hour=ExtractHour("happened_at", tzinfo=timezone.get_default_timezone()))
        .values("hour")
        .annotate(answered=Count("pk", filter=_ANSWERED), unanswered=Count("pk", filter=~_ANSWERED))
    )
    found = {row["hour"]: HourFigures(row["hour"], row["answered"], row["unanswered"]) for row in hours}
    return [found.get(hour, HourFigures(hour, 0, 0)) for hour in range(24)]


def calls_by_agent(calls: QuerySet[Call]) -> list[AgentFigures]:
    """One row an agent who had calls, the busiest first; at the end the calls of nobody."""
    rows = calls.order_by().values("agent_id", "agent__name").annotate(**_counts())
    agents = [AgentFigures(row["agent_id"], row["agent__name"] or "", _figures(row)) for row in rows]
    return sorted(agents, key=lambda row: (row.agent_id is None, -row.figures.total, row.name))


def sum_of(parts: Iterable[Figures]) -> Figures:
    """The figures of several together."""
    rows = list(parts)
    return Figures(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Figures)})


def _counts() -> dict[str, Count | Sum]:
    return {
        "inbound": Count("pk", filter=_INBOUND),
        "outbound": Count("pk", filter=_OUTBOUND),
        "answered": Count("pk", filter=_ANSWERED),
        "missed": Count("pk", filter=_INBOUND & ~_ANSWERED & Q(is_over=True)),
        "disposed": Count("pk", filter=~Q(disposition="")),
        "talk_seconds": Sum("duration_seconds", filter=_ANSWERED),
    }


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(**{field.name: row[field.name] or 0 for field in fields(Figures)})
