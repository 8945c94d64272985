"""Administration pages of the journal: every request that came, what became of it, and reading it again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from connector_config.verification import VerificationError
from telephony_connector.common.admin import ReadOnlyAdmin, is_supervisor
from webhooks.models import JournalEntry, QuarantinedRequest
from webhooks.replay import release_from_quarantine, replay_entry

SHOWN_BODY = 20_000
VERDICT_LABELS = {
    "processed": "success", "answered": "success", "ignored": "info", "received": "info", "rejected": "warning",
    "failed": "danger",
}  # fmt: skip


class _RequestAdmin(ReadOnlyAdmin):
    """What journal and quarantine have in common."""

    list_select_related = ["connector"]
    list_filter_submit = True
    exclude = ["body", "request"]

    @display(description="Body")
    def body_text(self, entry: Any) -> SafeString:
        """The body as text; what is no UTF-8 is replaced."""
        text = bytes(entry.body)[:SHOWN_BODY].decode("utf-8", "replace")
        return format_html('<div class="tc-body">{}</div>', text or "–")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change journal rows by Django's permissions may have them read again."""
        return bool(request.user.has_perm("webhooks.change_journalentry"))


@admin.register(JournalEntry)
class JournalEntryAdmin(_RequestAdmin):
    """Every request from a provider, newest first."""

    list_display = [
        "received_at", "verdict_label", "connector", "endpoint", "session_id", "numbers", "reply_status", "duration_ms",
        "first_error",
    ]  # fmt: skip
    list_filter = ["verdict", "connector", "endpoint", ("received_at", RangeDateTimeFilter)]
    search_fields = ["session_id", "numbers"]
    actions = ["replay"]
    readonly_fields = ["body_text"]

    @display(description="Verdict", label=VERDICT_LABELS, ordering="verdict")
    def verdict_label(self, entry: JournalEntry) -> tuple[str, str]:
        """The verdict as a chip."""
        return entry.verdict, entry.get_verdict_display()

    @display(description="Why")
    def first_error(self, entry: JournalEntry) -> str:
        """The first thing that was wrong."""
        if not entry.errors:
            return ""
        first = entry.errors[0]
        text = f"{first.get('field', '')}: {first.get('message', '')}" if isinstance(first, dict) else str(first)
        return text.strip(": ")[:100]

    @admin.action(description="Replay: read again with today's settings", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[JournalEntry]) -> None:
        """Read them again, oldest first; what they gave before is replaced."""
        verdicts = Counter(replay_entry(entry).label for entry in queryset.order_by("pk"))
        said = ", ".join(f"{count} {verdict.lower()}" for verdict, count in verdicts.items())
        self.message_user(request, f"Read again: {said}.")

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
        context = {"last": last, "verdicts": dict(verdicts), "refused": refused, "total": sum(verdicts.values())}
        return render(request, "admin/webhooks/health.html", context)

    def last_view(self, request: HttpRequest, connector_id: int, endpoint: str) -> HttpResponse:
        """The fragment of a connector's tab: the last request at that address, and its verdict."""
        if not is_supervisor(request):
            return HttpResponse(status=403)
        last = JournalEntry.objects.filter(connector_id=connector_id, endpoint=endpoint).order_by("-pk").first()
        return render(request, "admin/webhooks/last_request.html", {"last": last})


@admin.register(QuarantinedRequest)
class QuarantinedRequestAdmin(_RequestAdmin):
    """Requests whose credential was refused; once the secret is mended they can be let in."""

    list_display = ["received_at", "connector", "endpoint", "reason", "remote_address"]
    list_filter = ["connector", "endpoint", ("received_at", RangeDateTimeFilter)]
    search_fields = ["reason"]
    actions = ["release"]
    readonly_fields = ["body_text"]

    @admin.action(description="Verify again and let in", permissions=["replay"])
    def release(self, request: HttpRequest, queryset: QuerySet[QuarantinedRequest]) -> None:
        """Accept those that verify with today's settings."""
        released = 0
        for refused in queryset.order_by("pk"):
            try:
                release_from_quarantine(refused)
                released += 1
            except VerificationError as error:
                self.message_user(request, f"{refused}: {error.reason}", level="warning")
        if released:
            self.message_user(request, f"{released} verified and let in.")
