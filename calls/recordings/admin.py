"""Administration pages of recordings: who played what, and the copies that are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Script
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from calls.models import Call, RecordingCopy, RecordingPlay
from calls.recordings.copies import delete_copies, fetch_again
from telephony_connector.common.admin import ReadOnlyAdmin, ReadOnlyInline

STATE_LABELS = {"wanted": "info", "fetching": "info", "ready": "success", "failed": "danger"}


class RecordingPlayInline(ReadOnlyInline):
    """Who has listened to the recording of a call."""

    model = RecordingPlay
    fields = ["started_at", "user_name", "last_at", "request_count", "address"]
    readonly_fields = fields
    verbose_name_plural = "Plays of the recording"


class RecordingCopyInline(ReadOnlyInline):
    """The copy of a call's recording."""

    model = RecordingCopy
    fields = ["state", "attempt_count", "next_attempt_at", "message", "size", "content_type", "fetched_at"]
    readonly_fields = fields
    verbose_name_plural = "Copy of the recording"


def recording_player(call: Call) -> SafeString | str:
    """The player of a call's page; needs static/js/recording.js there."""
    button = render_to_string("partials/recording.html", {"call": call})
    return button if button.strip() else "–"


class RecordingMedia:
    """What a page with the player loads; to be the ``Media`` of its admin."""

    css = {"all": ["admin-extra/recording.css"]}
    js = [Script("js/recording.js", type="module")]


@admin.register(RecordingPlay)
class RecordingPlayAdmin(ReadOnlyAdmin):
    """Every play of a recording; nobody can change or delete one."""

    list_display = ["started_at", "user_name", "call", "session_id", "last_at", "request_count", "address"]
    list_filter = ["user", "call__connector", "call__agent", ("started_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["call__connector", "user"]
    search_fields = ["user_name", "session_id", "address"]
    search_help_text = "User, session id or address"
    empty_hint = "Nobody has played a recording yet. Each play is noted here."


@admin.register(RecordingCopy)
class RecordingCopyAdmin(ReadOnlyAdmin):
    """Copies that are kept or wanted; given-up ones can be fetched again, kept ones deleted before their time."""

    list_display = [
        "created_at", "call", "connector", "state_label", "attempt_count", "next_attempt_at", "size", "message",
    ]  # fmt: skip
    list_filter = ["state", "call__connector", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["call__connector"]
    search_fields = ["call__session_id", "message"]
    search_help_text = "Session id or message"
    empty_hint = "No copies. Switch on “Keep a copy” in a connector's tab “Recordings” to have them."
    exclude = ["url"]
    actions = ["fetch_selected_again", "delete_selected_copies"]

    @display(description="State", ordering="state", label=STATE_LABELS)
    def state_label(self, copy: RecordingCopy) -> tuple[str, str]:
        """The state as a chip."""
        return copy.state, copy.get_state_display()

    @display(description="Connector")
    def connector(self, copy: RecordingCopy) -> str:
        """The provider's name."""
        return copy.call.connector.name if copy.call else "–"

    def has_handle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change copies by Django's permissions."""
        return bool(request.user.has_perm("calls.change_recordingcopy"))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    @admin.action(description="Fetch again", permissions=["handle"])
    def fetch_selected_again(self, request: HttpRequest, queryset: QuerySet[RecordingCopy]) -> None:
        """Owe the given-up ones anew."""
        self.message_user(request, f"{fetch_again(queryset)} will be fetched again.")

    @admin.action(description="Delete the copies now", permissions=["handle"])
    def delete_selected_copies(self, request: HttpRequest, queryset: QuerySet[RecordingCopy]) -> None:
        """Delete rows and files; the provider's own recordings stay."""
        self.message_user(request, f"{delete_copies(queryset)} copies were deleted, their files with them.")
