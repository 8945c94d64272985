"""Filters that answer a bad value with 400 and the filter's name, and never with a server error."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOST_PLUS = re.compile(r" (\d{2}:?\d{2})$")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_ROW_ID = re.compile(r"[0-9]{1,18}")


class AgentField(forms.CharField):
    """An agent's id or e-mail; see ``agent_condition``."""

    def clean(self, value: Any) -> str:
        """The text, once it can be one or the other."""
        text: str = super().clean(value)
        if text and "@" not in text and not _ROW_ID.fullmatch(text):
            raise ValidationError("Give an agent's id or e-mail.")
        return text


class MomentField(forms.CharField):
    """A moment in ISO 8601 as an aware UTC datetime; without an offset it is read as UTC, a date as its start.

    With ``is_end`` a bare date means its last microsecond: ``until=2026-01-31`` holds the whole day.
    """

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_end = is_end

    def clean(self, value: Any) -> Any:
        """The moment, or None when nothing was given."""
        text: str = super().clean(value)
        if not text:
            return None
        try:
            moment = self._moment(text)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise ValidationError("Give a date or a time in ISO 8601, such as 2026-01-31T09:30:00Z.")
        return moment

    def _moment(self, text: str) -> datetime | None:
        if _DATE.fullmatch(text):
            day = parse_date(text)
            return self._edge_of(day) if day else None
        # An unescaped plus in a query arrives as a blank.
        moment = parse_datetime(_LOST_PLUS.sub(r"+\1", text))
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def _edge_of(self, day: date) -> datetime:
        start = datetime.combine(day, time.min, tzinfo=UTC)
        return start + timedelta(days=1, microseconds=-1) if self.is_end else start


class TruthField(forms.CharField):
    """``true`` or ``false``, in any case, or ``1`` or ``0``."""

    def clean(self, value: Any) -> bool | None:
        """None when nothing was given."""
        text: str = super().clean(value)
        if text and text.lower() not in _TRUTHS:
            raise ValidationError("Give true or false.")
        return _TRUTHS.get(text.lower())


def agent_condition(relation: str, reference: str) -> Q:
    """The condition that the agent reached by ``relation`` has this id or, with an @ in it, this e-mail.

    An empty relation asks the agent's own columns.
    """
    prefix = f"{relation}__" if relation else ""
    if "@" in reference:
        return Q(**{f"{prefix}email__iexact": reference})
    return Q(**{f"{prefix}pk": int(reference)})


class AgentFilter(django_filters.CharFilter):
    """Rows of one agent, by id or e-mail."""

    field_class = AgentField

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Only that agent's rows."""
        return qs.filter(agent_condition(self.field_name, value)) if value else qs


class TruthFilter(django_filters.BooleanFilter):
    """Rows of which something is true, or is not."""

    field_class = TruthField


class MomentFilter(django_filters.IsoDateTimeFilter):
    """Rows at or after a moment (``lookup_expr="gte"``) or at or before it (``"lte"``)."""

    field_class = MomentField

    def __init__(self, *, field_name: str, lookup_expr: str, **options: Any) -> None:
        super().__init__(field_name=field_name, lookup_expr=lookup_expr, is_end=lookup_expr == "lte", **options)
