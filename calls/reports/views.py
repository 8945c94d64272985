"""The report pages of the administration."""

from __future__ import annotations

import csv

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calls.reports.chart import COLUMN_WIDTH, HEIGHT, bars
from calls.reports.figures import AgentFigures, calls_by_agent, calls_by_hour, sum_of
from calls.reports.forms import ReportForm
from telephony_connector.common.spreadsheets import inert

CSV_COLUMNS = ("agent", "inbound", "outbound", "answered", "missed", "disposed", "talk_seconds", "average_seconds")

may_see_calls = permission_required("calls.view_call", raise_exception=True)


@never_cache
@require_safe
@may_see_calls
def report(request: HttpRequest) -> HttpResponse:
    """Calls by hour and by agent for the chosen period; `format=csv` downloads the agents' rows."""
    form = ReportForm(request.GET or {"period": "today"})
    calls = form.calls()
    agents = calls_by_agent(calls)
    if request.GET.get("format") == "csv" and form.is_valid():
        return _as_csv(agents)
    context = {
        **admin.site.each_context(request),
        "title": "Reports",
        "form": form,
        "agents": agents,
        "total": sum_of(row.figures for row in agents),
        "zone": timezone.get_default_timezone_name(),
        **_chart(form),
    }
    return render(request, "admin/calls/report.html", context)


@never_cache
@require_safe
@may_see_calls
def hours_today(request: HttpRequest) -> HttpResponse:
    """Today's calls by hour, for the home page."""
    return render(request, "admin/calls/report_hours.html", _chart(ReportForm({"period": "today"})))


def _chart(form: ReportForm) -> dict[str, object]:
    hours = calls_by_hour(form.calls())
    return {
        "bars": bars(hours),
        "busiest": max(hours, key=lambda hour: hour.total),
        "column": COLUMN_WIDTH,
        "height": HEIGHT,
    }


def _as_csv(agents: list[AgentFigures]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="agents.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    for row in agents:
        values = [getattr(row.figures, name) for name in CSV_COLUMNS[1:]]
        writer.writerow([inert(row.name or "nobody"), *("" if value is None else value for value in values)])
    return response
