"""Administration pages of requests whose credential was refused."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action

from connector_config.verification import VerificationError
from telephony_connector.common.admin import POST, post_only
from webhooks.admin.requests import RequestAdmin
from webhooks.models import QuarantinedRequest
from webhooks.replay import release_from_quarantine


@admin.register(QuarantinedRequest)
class QuarantinedRequestAdmin(RequestAdmin):
    """Requests whose credential was refused; once the secret is mended they can be let in."""

    list_display = ["received_at", "connector", "endpoint", "reason", "remote_address"]
    list_filter = ["connector", "endpoint", ("received_at", RangeDateTimeFilter)]
    search_fields = ["reason", "remote_address"]
    search_help_text = "Reason or address"
    empty_hint = "No request was refused. One lands here when it does not prove that it comes from the provider."
    actions = ["release"]
    actions_detail = ["release_one"]
    readonly_fields = ["body_text"]
    fields = [
        "received_at", "connector", "endpoint", "reason", "remote_address", "method", "content_type", "body_text",
    ]  # fmt: skip

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

    @action(description="Verify again and let in", icon="verified_user", permissions=["replay"], attrs=POST)
    @post_only
    def release_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The same from the request's own page."""
        self.release(request, QuarantinedRequest.objects.filter(pk=object_id))
        return HttpResponseRedirect(reverse("admin:webhooks_quarantinedrequest_changelist"))
