"""Administration pages of calls: what happened, for reading; what was given up can be sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from calls.delivery_selectors import connector_facts, delivery_facts
from calls.errors import CallsError
from calls.models import AgentStream, Call, OutboundAttempt, OutboundRequest, Popup, PopupDelivery, StoredEvent
from calls.presentation import why_not_shown
from calls.recordings.admin import RecordingCopyInline, RecordingMedia, RecordingPlayInline, recording_player
from calls.services.outbound import is_resendable, resend
from connector_config.models import Connector
from telephony_connector.common.admin import ReadOnlyAdmin, ReadOnlyInline, post_only
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of

STATUS_LABELS = {
    "Answered": "success", "Missed": "warning", "NotAnswered": "warning", "Failed": "danger", "Ringing": "info",
    "InProgress": "info",
}  # fmt: skip


class StoredEventInline(ReadOnlyInline):
    """The events that a call was folded from."""

    model = StoredEvent
    fields = ["kind", "received_at", "journal_id", "fields"]
    readonly_fields = fields
    verbose_name_plural = "Events"


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Every call, newest first."""

    Media = RecordingMedia
    inlines = [RecordingPlayInline, RecordingCopyInline, StoredEventInline]
    readonly_fields = ["recording"]
    list_display = [
        "happened_at", "direction", "customer_number", "lead", "agent", "status_label", "duration", "disposition",
        "connector",
    ]  # fmt: skip
    list_filter = ["connector", "direction", "status", "agent", ("happened_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["lead", "agent", "connector"]
    search_fields = ["session_id", "lead__name"]
    search_help_text = "Session id, lead, or a number in any writing"
    exclude = ["session_key", "customer_suffix", "source_number_e164", "destination_number_e164", "display_number_e164"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Call], bool]:
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        digits = digits_of(search_term)
        if len(digits) >= SUFFIX_LENGTH:
            found |= queryset.filter(customer_suffix=digits[-SUFFIX_LENGTH:])
        return found, has_duplicates

    @display(description="Player")
    def recording(self, call: Call) -> str:
        """The player, which goes through our own proxy as that of the agents does."""
        return recording_player(call)

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def status_label(self, call: Call) -> str:
        """The status as a chip."""
        return call.status

    @display(description="Duration", ordering="duration_seconds")
    def duration(self, call: Call) -> str:
        """Minutes and seconds."""
        seconds = call.duration_seconds
        return "–" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "of-connector/<int:connector_id>/", self.admin_site.admin_view(self.outbox_view), name="connector_outbox"
        )
        return [own, *super().get_urls()]

    def outbox_view(self, request: HttpRequest, connector_id: int) -> HttpResponse:
        """The fragment of a connector's card: calls and popups of today, what we owe, and whether it is taken."""
        connector = get_object_or_404(Connector, pk=connector_id)
        only_delivery = "delivery" in request.GET
        facts = delivery_facts(connector) if only_delivery else connector_facts(connector)
        return render(request, "admin/facts.html", {"facts": facts})


class PopupDeliveryInline(ReadOnlyInline):
    """On whose desk the popup was."""

    model = PopupDelivery
    fields = ["agent", "state", "shown_at", "acknowledged_at", "dismissed_at", "why_not_shown"]
    readonly_fields = fields

    @display(description="Why not shown")
    def why_not_shown(self, delivery: PopupDelivery) -> str:
        """In words; nothing once it was shown."""
        return why_not_shown(delivery)


@admin.register(Popup)
class PopupAdmin(ReadOnlyAdmin):
    """One popup a call."""

    inlines = [PopupDeliveryInline]
    list_display = ["call", "state", "created_at"]
    list_filter = ["state", "call__connector"]
    list_select_related = ["call"]
    search_fields = ["call__session_id", "call__customer_number"]


@admin.register(PopupDelivery)
class PopupDeliveryAdmin(ReadOnlyAdmin):
    """Which popup was on whose desk, and whether it was shown."""

    list_display = ["created_at", "agent", "customer", "state", "shown_at", "acknowledged_at", "why_not_shown"]
    exclude = ["not_shown_reason"]
    readonly_fields = ["why_not_shown"]
    list_filter = ["state", "agent", "popup__call__connector", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["agent", "popup__call"]
    search_fields = ["popup__call__session_id", "popup__call__customer_number", "agent__name"]

    @display(description="Customer")
    def customer(self, delivery: PopupDelivery) -> str:
        """The number that called."""
        return delivery.popup.call.customer_number or "–"

    @display(description="Why not shown")
    def why_not_shown(self, delivery: PopupDelivery) -> str:
        """In words; nothing once it was shown."""
        return why_not_shown(delivery)


@admin.register(StoredEvent)
class StoredEventAdmin(ReadOnlyAdmin):
    """What was read from providers' requests; calls are folded from it."""

    list_display = ["received_at", "kind", "session_key", "connector", "journal_id", "call"]
    list_filter = ["kind", "connector", ("received_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["connector", "call"]
    search_fields = ["session_key", "journal_id"]


@admin.register(AgentStream)
class AgentStreamAdmin(ReadOnlyAdmin):
    """The counters of agents' event streams."""

    list_display = ["agent", "last_sequence"]
    list_select_related = ["agent"]


class OutboundAttemptInline(ReadOnlyInline):
    """Each try, with credentials hidden."""

    model = OutboundAttempt
    fields = [
        "number", "started_at", "method", "url", "request_headers", "request_body", "response_status", "response_body",
        "checks", "error", "duration_ms",
    ]  # fmt: skip
    readonly_fields = fields


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
    exclude = ["idempotency_key", "phone_e164"]
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
        """Who may change outbound requests by Django's permissions may send them again."""
        return bool(request.user.has_perm("calls.change_outboundrequest"))

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

    @action(description="Send again", icon="send", permissions=["resend"], attrs={"data-post": True})
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
