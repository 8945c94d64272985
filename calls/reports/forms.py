"""Which calls a report counts: a period, a connector, a team."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from calls.models import Call
from connector_config.models import Connector
from crm.models import Team

TODAY, YESTERDAY, WEEK, MONTH, DATES = "today", "yesterday", "7", "30", "dates"
PERIODS = [
    (TODAY, "Today"),
    (YESTERDAY, "Yesterday"),
    (WEEK, "Last 7 days"),
    (MONTH, "Last 30 days"),
    (DATES, "The dates below"),
]


def _date_widget() -> forms.Widget:
    widget: forms.Widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return widget


class ReportForm(forms.Form):
    """The filters above a report; each stands in the URL. Left alone, it means today's calls."""

    period = forms.ChoiceField(choices=PERIODS, required=False, widget=UnfoldAdminSelectWidget)
    since = forms.DateField(label="From", required=False, widget=_date_widget())
    until = forms.DateField(label="To", required=False, widget=_date_widget())
    connector = forms.ModelChoiceField(
        Connector.objects.all(), required=False, empty_label="All", widget=UnfoldAdminSelectWidget
    )
    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label="All", widget=UnfoldAdminSelectWidget)

    def clean(self) -> dict[str, Any]:
        """The dates must be there when they are asked for, and in order."""
        data = super().clean() or {}
        if data.get("period") == DATES:
            for name in ("since", "until"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Choose a date.")
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "This is before the first date.")
        return data

    def calls(self) -> QuerySet[Call]:
        """The calls meant; none while the filters are wrong."""
        if not self.is_valid():
            return Call.objects.none()
        first, last = self.days()
        calls = Call.objects.filter(happened_at__gte=_midnight(first), happened_at__lt=_midnight(last + _DAY))
        if connector := self.cleaned_data.get("connector"):
            calls = calls.filter(connector=connector)
        if team := self.cleaned_data.get("team"):
            calls = calls.filter(agent__team=team)
        return calls

    def days(self) -> tuple[date, date]:
        """The first and the last day, in the installation's time zone."""
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        match self.cleaned_data.get("period"):
            case "yesterday":
                return today - _DAY, today - _DAY
            case "7" | "30" as count:
                return today - timedelta(days=int(count) - 1), today
            case "dates":
                return self.cleaned_data["since"], self.cleaned_data["until"]
        return today, today


_DAY = timedelta(days=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
