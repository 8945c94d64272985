"""Popups: who was told of which call, and what became of it on each desk."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets

from calls.api.candidates import Candidate, CandidateNamesView, CandidateSerializer, candidates_of
from calls.api.filters import AgentFilter
from calls.api.references import LeadReferenceSerializer, PersonSerializer
from calls.models import Popup, PopupDelivery
from calls.presentation import why_not_shown
from calls.selectors import visible_popups
from crm.masking import shown_id
from crm.selectors import agent_of


class DeliverySerializer(serializers.ModelSerializer[PopupDelivery]):
    """A popup on one agent's desk. ``not_shown_reason`` says why it stayed off it."""

    agent = PersonSerializer(read_only=True)
    not_shown_reason = serializers.SerializerMethodField()

    class Meta:
        model = PopupDelivery
        fields = ["agent", "state", "shown_at", "acknowledged_at", "dismissed_at", "not_shown_reason"]

    def get_not_shown_reason(self, delivery: PopupDelivery) -> str:
        """Empty once it was shown."""
        return why_not_shown(delivery)


class PopupSerializer(serializers.ModelSerializer[Popup]):
    """A popup: one a call. An agent sees their own delivery of it only."""

    connector = serializers.CharField(source="call.connector.slug", read_only=True)
    session_id = serializers.CharField(source="call.session_id", read_only=True)
    call = serializers.IntegerField(source="call_id", read_only=True)
    lead = LeadReferenceSerializer(source="call.lead", read_only=True, allow_null=True)
    candidates = serializers.SerializerMethodField(help_text="The leads, when several share the number.")
    deliveries = DeliverySerializer(many=True, read_only=True)
    flags = serializers.ListField(source="call.flags", child=serializers.CharField(), read_only=True)

    class Meta:
        model = Popup
        fields = [
            "id", "connector", "session_id", "call", "state", "lead", "candidates", "deliveries", "flags", "created_at",
        ]  # fmt: skip

    def to_representation(self, popup: Popup) -> Any:
        """For a masked agent without an id made of the customer's number; calls.api.masking does the rest."""
        shown = super().to_representation(popup)
        viewer = self.context["request"].user
        shown["session_id"] = shown_id(popup.call.session_id, number=popup.call.customer_number, viewer=viewer)
        return shown

    @extend_schema_field(CandidateSerializer(many=True))
    def get_candidates(self, popup: Popup) -> list[Candidate]:
        """Most likely first."""
        return candidates_of(popup.call, self.context["candidate_names"])


class PopupFilterSet(django_filters.FilterSet):
    """Filters of ``popups/``."""

    session_id = django_filters.CharFilter(field_name="call__session_id", help_text="The provider's id of the call.")
    agent = AgentFilter(field_name="deliveries__agent", help_text="An agent's id or e-mail.")
    connector = django_filters.CharFilter(field_name="call__connector__slug", help_text="The connector's short name.")

    class Meta:
        model = Popup
        fields = ["session_id", "agent", "connector"]


@extend_schema_view(
    list=extend_schema(summary="List popups", tags=["popups"]),
    retrieve=extend_schema(summary="Read one popup", tags=["popups"]),
)
class PopupViewSet(CandidateNamesView, viewsets.ReadOnlyModelViewSet[Popup]):
    """Popups, newest first. Staff see all, an agent those delivered to them."""

    serializer_class = PopupSerializer
    filterset_class = PopupFilterSet
    queryset = Popup.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Popup]:
        """Popups that the user may see, with all that a row shows."""
        user = self.request.user
        deliveries = PopupDelivery.objects.select_related("agent").order_by("id")
        if not user.is_staff:
            deliveries = deliveries.filter(agent=agent_of(user))
        return with_popup_relations(visible_popups(user), deliveries)


def with_popup_relations(popups: QuerySet[Popup], deliveries: QuerySet[PopupDelivery]) -> QuerySet[Popup]:
    """The popups with all that PopupSerializer shows, in two queries."""
    return popups.select_related("call__connector", "call__lead").prefetch_related(Prefetch("deliveries", deliveries))
