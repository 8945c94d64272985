"""Administration pages of popups: on whose desk each was, and whether it was seen."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from calls.models import AgentStream, Popup, PopupDelivery
from calls.presentation import why_not_shown
from telephony_connector.common.admin import ReadOnlyAdmin, ReadOnlyInline


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
    search_help_text = "Number, session id or agent"
    empty_hint = "No popup yet. One appears here for each call that a provider announces while it rings."

    @display(description="Customer")
    def customer(self, delivery: PopupDelivery) -> str:
        """The number that called."""
        return delivery.popup.call.customer_number or "–"

    @display(description="Why not shown")
    def why_not_shown(self, delivery: PopupDelivery) -> str:
        """In words; nothing once it was shown."""
        return why_not_shown(delivery)


@admin.register(AgentStream)
class AgentStreamAdmin(ReadOnlyAdmin):
    """The counters of agents' event streams."""

    list_display = ["agent", "last_sequence"]
    list_select_related = ["agent"]
