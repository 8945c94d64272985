"""Administration pages of the journal: every request that came, what became of it, and reading it again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from calls.models import StoredEvent
from calls.presentation import customer_of
from telephony_connector.common.admin import POST, badge, is_supervisor, post_only, record_facts
from webhooks.admin.requests import RequestAdmin
from webhooks.endpoints import EVENT_ENDPOINTS
from webhooks.models import JournalEntry, QuarantinedRequest
from webhooks.replay import replay_entry

VERDICT_LABELS = {
    "processed": "success", "answered": "success", "ignored": "info", "received": "info", "rejected": "warning",
    "failed": "danger",
}  # fmt: skip


@admin.register(JournalEntry)
class JournalEntryAdmin(RequestAdmin):
    """Every request from a provider, newest first."""

    list_display = [
        "received_at", "verdict_label", "first_error", "connector", "endpoint", "session_id", "numbers", "reply_status",
        "took",
    ]  # fmt: skip
    list_filter = ["verdict", "connector", "endpoint", ("received_at", RangeDateTimeFilter)]
    search_fields = ["session_id", "numbers"]
    search_help_text = "Session id or a number"
    empty_hint = (
        "No request yet. Copy a hook URL from the connector's page into the provider's settings, and make a call."
    )
    actions = ["replay"]
    actions_detail = ["replay_one", "open_editor"]
    fieldsets = [
        (None, {"fields": [
            "verdict_chip", "why", "received_at", "connector", "endpoint", "session_id", "numbers", "reply_status",
            "reply_body", "took", "replayed_at",
        ]}),
        ("The request", {"fields": [
            "method", "query_string", "content_type", "remote_address", "header_lines", "body_text",
        ]}),
        ("What it was read as", {"fields": ["read_as"]}),
        ("What it did", {"fields": ["calls"]}),
    ]  # fmt: skip
    readonly_fields = ["verdict_chip", "why", "took", "header_lines", "body_text", "read_as", "calls"]

    @display(description="Verdict", label=VERDICT_LABELS, ordering="verdict")
    def verdict_label(self, entry: JournalEntry) -> tuple[str, str]:
        """The verdict as a chip."""
        return entry.verdict, entry.get_verdict_display()

    @display(description="Verdict")
    def verdict_chip(self, entry: JournalEntry) -> SafeString:
        """The verdict on the request's own page."""
        return badge("bad" if entry.verdict in {"rejected", "failed"} else "good", entry.get_verdict_display())

    @display(description="Took", ordering="duration_ms")
    def took(self, entry: JournalEntry) -> str:
        """How long the request was worked on when it came."""
        return "–" if entry.duration_ms is None else f"{entry.duration_ms} ms"

    @display(description="Why")
    def first_error(self, entry: JournalEntry) -> str:
        """The first thing that was wrong."""
        return next(iter(_errors(entry)), "")[:100]

    @display(description="Why")
    def why(self, entry: JournalEntry) -> SafeString | str:
        """Everything that was wrong, a line each."""
        lines = format_html_join("", "<li>{}</li>", ((line,) for line in _errors(entry)))
        return format_html('<ul class="tc-list">{}</ul>', lines) if lines else "–"

    @display(description="Events")
    def read_as(self, entry: JournalEntry) -> SafeString | str:
        """The events that were read from it, with the standard record's values."""
        shown = [(event.kind.replace("_", " "), record_facts(event.fields)) for event in _events(entry)]
        return format_html_join("", '<h3 class="tc-heading">{}</h3>{}', shown) or "Nothing was read from it."

    @display(description="Calls")
    def calls(self, entry: JournalEntry) -> SafeString | str:
        """The calls that its events belong to."""
        calls = {event.call_id: event.call for event in _events(entry)}.values()
        links = (
            (reverse("admin:calls_call_change", args=[call.pk]), call, call.get_status_display(), customer_of(call))
            for call in calls
        )
        line = '<li><a class="tc-link" href="{}">{}</a>, {} {}</li>'
        return format_html('<ul class="tc-list">{}</ul>', format_html_join("", line, links)) if calls else "None."

    @admin.action(description="Replay: read again with today's settings", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[JournalEntry]) -> None:
        """Read them again, oldest first; what they gave before is replaced."""
        verdicts = Counter(replay_entry(entry).label for entry in queryset.order_by("pk"))
        said = ", ".join(f"{count} {verdict.lower()}" for verdict, count in verdicts.items())
        self.message_user(request, f"Read again: {said}.")

    @action(
        description="Replay", icon="replay", permissions=["read_again"],
        attrs=POST | {"title": "Read it again with today's settings"},
    )  # fmt: skip
    @post_only
    def replay_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Read this one again, and show what it gave."""
        self.replay(request, JournalEntry.objects.filter(pk=object_id))
        return HttpResponseRedirect(reverse("admin:webhooks_journalentry_change", args=[object_id]))

    @action(description="Open in the mapping editor", icon="tune", permissions=["read_again"])
    def open_editor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the editor, with this request chosen."""
        entry = get_object_or_404(JournalEntry, pk=object_id)
        editor = reverse("mapping-editor", args=[entry.connector_id])
        return HttpResponseRedirect(f"{editor}?request=journal:{entry.pk}")

    def has_read_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """For requests that are read by a mapping: events, not look-ups."""
        rows = JournalEntry.objects.filter(pk=object_id, endpoint__in=EVENT_ENDPOINTS)
        return self.has_replay_permission(request) and rows.exists()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("of-connector/<int:connector_id>/", wrap(self.health_view), name="connector_health"),
            path("last/<int:connector_id>/<str:endpoint>/", wrap(self.last_view), name="connector_last_request"),
            *super().get_urls(),
        ]

    def health_view(self, request: HttpRequest, connector_id: int) -> HttpResponse:
        """The fragment of a connector's card: the last request, and how those of the last day went."""
        if not is_supervisor(request):
            return HttpResponse(status=403)
        entries = JournalEntry.objects.filter(connector_id=connector_id)
        recent = entries.filter(received_at__gte=timezone.now() - timedelta(days=1))
        verdicts = Counter(recent.values_list("verdict", flat=True)[:100_000])
        refused = QuarantinedRequest.objects.filter(connector_id=connector_id).count()
        last = entries.order_by("-pk").first()
        total = sum(verdicts.values())
        well = total - verdicts["rejected"] - verdicts["failed"]
        context = {"last": last, "verdicts": dict(verdicts), "refused": refused, "total": total, "well": well}
        return render(request, "admin/webhooks/health.html", context)

    def last_view(self, request: HttpRequest, connector_id: int, endpoint: str) -> HttpResponse:
        """The fragment of a connector's tab: the last request at that address, and its verdict."""
        if not is_supervisor(request):
            return HttpResponse(status=403)
        last = JournalEntry.objects.filter(connector_id=connector_id, endpoint=endpoint).order_by("-pk").first()
        return render(request, "admin/webhooks/last_request.html", {"last": last})


def _errors(entry: JournalEntry) -> list[str]:
    """What was wrong, each as field and message."""
    found = [
        f"{one.get('field', '')}: {one.get('message', '')}" if isinstance(one, dict) else str(one)
        for one in entry.errors or []
    ]
    return [text.strip(": ") for text in found]


def _events(entry: JournalEntry) -> list[StoredEvent]:
    return list(StoredEvent.objects.filter(journal_id=entry.pk).select_related("call__lead"))
