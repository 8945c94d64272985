"""Administration pages of requests owed to providers, with every attempt."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from calls.errors import CallsError
from calls.models import OutboundAttempt, OutboundRequest
from calls.services.outbound import is_resendable, resend
from telephony_connector.common.admin import POST, ReadOnlyAdmin, ReadOnlyStackedInline, badge, header_block, post_only


class OutboundAttemptInline(ReadOnlyStackedInline):
    """Each try, with credentials hidden."""

    model = OutboundAttempt
    fields = [
        "started_at", "response_status", "duration_ms", "error", "checks_in_words", "method", "url", "header_lines",
        "request_body", "response_body",
    ]  # fmt: skip
    readonly_fields = fields
    verbose_name_plural = "Attempts"

    @display(description="Headers")
    def header_lines(self, attempt: OutboundAttempt) -> SafeString:
        """One a line."""
        return header_block(attempt.request_headers)

    @display(description="Success rules")
    def checks_in_words(self, attempt: OutboundAttempt) -> SafeString | str:
        """Each rule, ticked or crossed."""
        rows = [("✓" if check["passed"] else "✗", check["detail"]) for check in attempt.checks]
        return format_html_join("", "<div>{} {}</div>", rows) or "–"


@admin.register(OutboundRequest)
class OutboundRequestAdmin(ReadOnlyAdmin):
    """Requests owed to providers, with every attempt."""

    inlines = [OutboundAttemptInline]
    list_display = [
        "created_at", "purpose", "connector", "agent", "lead", "phone", "status_label", "attempt_count",
        "short_message", "next_attempt_at",
    ]  # fmt: skip
    list_filter = ["status", "purpose", "connector", "agent", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["connector", "agent", "lead"]
    search_fields = ["phone", "message", "provider_call_id", "lead__name"]
    search_help_text = "Number, lead, message or the provider's call id"
    empty_hint = "Nothing was asked of a provider yet. Clicks to call and dispositions appear here."
    fieldsets = [
        (None, {"fields": [
            "status_chip", "message", "purpose", "connector", "agent", "lead", "opportunity", "call", "phone",
            "provider_call_id", "created_at", "attempt_count", "next_attempt_at", "finished_at",
        ]}),
        ("What its merge fields stand for", {"fields": ["context"], "classes": ["collapse"]}),
    ]  # fmt: skip
    readonly_fields = ["status_chip"]
    actions = ["send_again"]
    actions_detail = ["send_one_again"]

    @display(
        description="Status",
        ordering="status",
        label={"succeeded": "success", "pending": "info", "sending": "info", "refused": "danger", "failed": "danger",
               "dead": "danger", "unknown": "warning"},
    )  # fmt: skip
    def status_label(self, request: OutboundRequest) -> tuple[str, str]:
        """The status as a chip."""
        return request.status, request.get_status_display()

    @display(description="Status")
    def status_chip(self, request: OutboundRequest) -> SafeString:
        """The status on the request's own page."""
        tone = {"succeeded": "good", "pending": "busy", "sending": "busy", "unknown": "warn"}.get(request.status, "bad")
        return badge(tone, request.get_status_display())

    @display(description="Message")
    def short_message(self, request: OutboundRequest) -> str:
        """The first words of the message."""
        return request.message[:80]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = list(super().get_list_display(request))
        return [*shown, "resend_button"] if self.has_resend_permission(request) else shown

    @display(description="")
    def resend_button(self, request: OutboundRequest) -> str:
        """Send this one again at a click; it belongs to the list's own form, and so carries its CSRF token."""
        if not is_resendable(request):
            return ""
        address = reverse("admin:calls_outboundrequest_send_one_again", args=[request.pk])
        return format_html('<button type="submit" class="tc-button" formaction="{}">Send again</button>', address)

    def has_resend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change outbound requests by Django's permissions may send them again; of one row, when it can be."""
        rows = OutboundRequest.objects.filter(pk=object_id) if object_id else []
        return bool(request.user.has_perm("calls.change_outboundrequest")) and all(is_resendable(row) for row in rows)

    @admin.action(description="Send again", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboundRequest]) -> None:
        """Owe the given-up requests anew; those that cannot be sent again are named with the reason."""
        sent = 0
        for outbound in queryset:
            try:
                resend(request=outbound)
                sent += 1
            except CallsError as error:
                self.message_user(request, f"{outbound}: {error}", level="warning")
        if sent:
            self.message_user(request, f"{sent} will be sent again.")

    @action(description="Send again", icon="send", permissions=["resend"], attrs=POST)
    @post_only
    def send_one_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Owe this given-up request anew, from its row or its page, and show what becomes of it."""
        self.send_again(request, OutboundRequest.objects.filter(pk=object_id))
        return HttpResponseRedirect(reverse("admin:calls_outboundrequest_change", args=[object_id]))


@admin.register(OutboundAttempt)
class OutboundAttemptAdmin(ReadOnlyAdmin):
    """All attempts at all requests."""

    list_display = ["started_at", "request", "number", "method", "response_status", "duration_ms", "error"]
    list_filter = ["response_status", ("started_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["request"]
