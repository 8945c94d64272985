"""Administration pages of calls and of the events that they are folded from."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from calls.delivery_selectors import connector_facts, delivery_facts
from calls.models import Call, StoredEvent
from calls.popup_card import lead_choices
from calls.presentation import clock_duration, status_look
from calls.recordings.admin import RecordingCopyInline, RecordingMedia, RecordingPlayInline, recording_player
from connector_config.models import Connector
from telephony_connector.common.admin import ReadOnlyAdmin, ReadOnlyInline, badge, record_facts
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of

STATUS_LABELS = {
    "Answered": "success", "Missed": "warning", "NotAnswered": "warning", "Failed": "danger", "Ringing": "info",
    "InProgress": "info",
}  # fmt: skip


class StoredEventInline(ReadOnlyInline):
    """The events that a call was folded from."""

    model = StoredEvent
    fields = ["read_as", "received_at", "journal", "facts"]
    readonly_fields = fields
    verbose_name_plural = "Events"

    @display(description="Read as")
    def read_as(self, event: StoredEvent) -> str:
        """The kind in words."""
        return event.kind.replace("_", " ")

    @display(description="Request")
    def journal(self, event: StoredEvent) -> SafeString | str:
        """The row of the journal; what somebody here wrote down has none."""
        if event.journal_id < 1:
            return "entered here"
        address = reverse("admin:webhooks_journalentry_change", args=[event.journal_id])
        return format_html('<a class="tc-link" href="{}">#{}</a>', address, event.journal_id)

    @display(description="What it says")
    def facts(self, event: StoredEvent) -> SafeString | str:
        """The standard record's values."""
        return record_facts(event.fields)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Every call, newest first."""

    Media = RecordingMedia
    inlines = [RecordingPlayInline, RecordingCopyInline, StoredEventInline]
    fieldsets = [
        (None, {"fields": [
            "happened_at", "direction", "status_chip", "raw_status", "duration", "customer_number", "lead", "agent",
            "virtual_number", "recording", "connector",
        ]}),
        ("What people added", {"fields": [
            "disposition", "disposed_by", "disposed_at", "notes", "follow_up_at", "opportunity", "handled_by",
            "handled_at", "entered_by", "entered_at",
        ]}),
        ("What the provider told", {"fields": [
            "session_id", "parent_session_id", "occurrence", "is_over", "source_number", "destination_number",
            "display_number", "started_at", "answered_at", "ended_at", "provider_notes", "caller_words", "tag",
            "recording_url",
        ]}),
        ("How it was matched", {"fields": [
            "customer_number_e164", "candidate_words", "chosen_lead", "chosen_opportunity", "flag_words", "received_at",
            "is_manual",
        ]}),
    ]  # fmt: skip
    readonly_fields = ["recording", "status_chip", "duration", "caller_words", "candidate_words", "flag_words"]
    empty_hint = "No call yet. Calls appear here as soon as a provider reports one."
    list_display = [
        "happened_at", "direction", "customer_number", "lead", "agent", "status_label", "duration", "disposition",
        "connector",
    ]  # fmt: skip
    list_filter = ["connector", "direction", "status", "agent", ("happened_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["lead", "agent", "connector"]
    search_fields = ["session_id", "lead__name"]
    search_help_text = "Session id, lead, or a number in any writing"

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

    @display(description="Status")
    def status_chip(self, call: Call) -> SafeString:
        """The status on the call's own page."""
        look = status_look(call.status)
        return badge(look.tone, look.word)

    @display(description="Caller")
    def caller_words(self, call: Call) -> SafeString | str:
        """What the provider knows of the caller."""
        return record_facts(call.caller) or "–"

    @display(description="Leads with this number")
    def candidate_words(self, call: Call) -> SafeString | str:
        """Those among whom the agent could choose, with the reason."""
        rows = [(choice.lead, choice.reason) for choice in lead_choices(call)]
        return format_html_join("", "<div>{}: {}</div>", rows) or "–"

    @display(description="Flags")
    def flag_words(self, call: Call) -> str:
        """What is doubtful about it, in words."""
        return ", ".join(flag.replace("_", " ") for flag in call.flags) or "none"

    @display(description="Status", label=STATUS_LABELS, ordering="status")
    def status_label(self, call: Call) -> str:
        """The status as a chip."""
        return call.status

    @display(description="Duration", ordering="duration_seconds")
    def duration(self, call: Call) -> str:
        """Minutes and seconds."""
        return clock_duration(call.duration_seconds) or "–"

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


@admin.register(StoredEvent)
class StoredEventAdmin(ReadOnlyAdmin):
    """What was read from providers' requests; calls are folded from it."""

    list_display = ["received_at", "kind", "session_key", "connector", "journal_id", "call"]
    list_filter = ["kind", "connector", ("received_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["connector", "call"]
    search_fields = ["session_key", "journal_id"]
    search_help_text = "Session id, or number of the request in the journal"
    empty_hint = "Nothing was read from a provider's request yet. See Journal → Requests received."
