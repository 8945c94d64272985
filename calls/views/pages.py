"""The agents' pages: console, call history, leads."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calls import desk_selectors, history_selectors
from calls.embedded_pages import panel_pages
from calls.forms import HistoryFilterForm
from calls.models import Call
from calls.views.frame import dialling_of, render_page, signed_in
from calls.views.recordings import recording_page_url
from crm.masking import sees_numbers, shown_id, shown_number, shown_text
from crm.selectors import agent_of, search_leads, visible_leads
from telephony_connector.common.spreadsheets import inert

LEADS_LIMIT = 50
SUGGESTIONS_LIMIT = 6
CSV_LIMIT = 50_000
CSV_COLUMNS = (
    "time", "direction", "status", "customer", "number", "virtual_number", "agent", "provider", "seconds",
    "disposition", "notes", "session_id", "recording",
)  # fmt: skip


@signed_in
@never_cache
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """The agent's desk: popups, whom to call back, today's calls."""
    panels = panel_pages(agent_of(request.user))
    return render_page(request, "calls/console.html", _lists(request) | {"panels": panels})


@signed_in
@never_cache
@require_safe
def console_lists(request: HttpRequest) -> HttpResponse:
    """The console's two lists, for the page's script to refresh them."""
    agent = agent_of(request.user)
    frame = {"agent": agent, "dialling": dialling_of(agent)}
    return render(request, "partials/lists.html", frame | _lists(request))


def _lists(request: HttpRequest) -> dict[str, object]:
    agent = agent_of(request.user)
    calls = desk_selectors.desk_calls(request.user, agent)
    tasks, follow_ups = desk_selectors.tasks_due(agent), desk_selectors.follow_ups(calls)
    today, today_count = desk_selectors.todays_calls(calls)
    return {
        "missed": desk_selectors.missed_calls(calls),
        "handled": desk_selectors.handled_calls(calls),
        "tasks": tasks,
        "follow_ups": follow_ups,
        "follow_up_count": len(tasks) + len(follow_ups),
        "today": today,
        "today_count": today_count,
    }


@signed_in
@require_safe
def call_history(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """All calls that the reader may see; filters and page stand in the URL, `format=csv` downloads them."""
    form = HistoryFilterForm(request.GET, user=request.user)
    form.is_valid()
    calls = history_selectors.filtered_calls(request.user, form.cleaned_data)
    if request.GET.get("format") == "csv":
        return _as_csv(calls[:CSV_LIMIT].iterator(chunk_size=500), request.user)
    page = history_selectors.history_page(calls, request.GET.get("before", ""))
    return render_page(request, "calls/history.html", {"form": form, "page": page})


def _as_csv(calls: Iterator[Call], reader: Any) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    rows = (writer.writerow(row) for row in _csv_rows(calls, reader))
    headers = {"Content-Disposition": 'attachment; filename="calls.csv"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv_rows(calls: Iterator[Call], reader: Any) -> Iterator[list[str]]:
    is_masked = not sees_numbers(reader)
    yield list(CSV_COLUMNS)
    for call in calls:
        number = call.customer_number
        display = shown_text(call.display_number, viewer=reader) if not call.virtual_number_id else call.display_number
        values = (
            call.happened_at.isoformat(), call.direction, call.status, shown_text(str(call.lead or ""), viewer=reader),
            shown_number(number, viewer=reader, country=call.connector.default_country) if is_masked else number,
            display, call.agent.name if call.agent else "", call.connector.name,
            call.duration_seconds if call.duration_seconds is not None else "", call.disposition,
            shown_text(call.shown_notes, viewer=reader), shown_id(call.session_id, number=number, viewer=reader),
            recording_page_url(call),
        )  # fmt: skip
        yield [inert(str(value)) for value in values]


@signed_in
@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """Leads by name or by number in any writing; without a search the newest."""
    text = request.GET.get("search", "").strip()
    rows = visible_leads(request.user).select_related("owner").prefetch_related("phones")
    wanted = search_leads(rows, text, sees_numbers=sees_numbers(request.user)) if text else rows
    found = list(wanted[: LEADS_LIMIT + 1])
    context = {"search": text, "leads": found[:LEADS_LIMIT], "has_more": len(found) > LEADS_LIMIT}
    return render_page(request, "calls/leads.html", context)


@signed_in
@require_safe
def lead_suggestions(request: HttpRequest) -> HttpResponse:
    """The first leads that fit what is being typed into the search box."""
    text = request.GET.get("search", "").strip()
    rows = visible_leads(request.user).prefetch_related("phones")
    wanted = search_leads(rows, text, sees_numbers=sees_numbers(request.user))
    found = list(wanted[:SUGGESTIONS_LIMIT]) if len(text) > 1 else []
    return render(request, "partials/suggestions.html", {"search": text, "leads": found})
