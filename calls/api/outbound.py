"""Requests that we owe providers, with every attempt at them."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from calls.api.filters import AgentFilter, MomentFilter
from calls.api.pagination import NewestFirstPagination
from calls.api.references import (
    LeadReferenceSerializer,
    OpportunityReferenceSerializer,
    PersonSerializer,
    connector_slug,
)
from calls.models import OutboundAttempt, OutboundRequest
from calls.selectors import visible_outbound_requests
from connector_config.models import RequestTemplate


class SentRequestSerializer(serializers.ModelSerializer[OutboundRequest]):
    """A request that was just asked for: ``{id, status, url}``; ``url`` tells what becomes of it."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = OutboundRequest
        fields = ["id", "status", "url"]

    def get_url(self, outbound: OutboundRequest) -> str:
        """Where to ask for the outcome."""
        address = reverse("api-outbound-detail", args=[outbound.pk])
        return str(self.context["request"].build_absolute_uri(address))


class AttemptSerializer(serializers.ModelSerializer[OutboundAttempt]):
    """One try: the request as sent and the answer, both redacted before they were stored."""

    request_headers = serializers.DictField(child=serializers.CharField(), read_only=True)
    checks = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = OutboundAttempt
        fields = [
            "number", "started_at", "duration_ms", "method", "url", "request_headers", "request_body",
            "response_status", "response_body", "checks", "error",
        ]  # fmt: skip


class OutboundRequestSerializer(serializers.ModelSerializer[OutboundRequest]):
    """Something that we owe a provider. ``message`` is the provider's own words, or ours on why it failed."""

    connector = connector_slug()
    agent = PersonSerializer(read_only=True, allow_null=True)
    lead = LeadReferenceSerializer(read_only=True, allow_null=True)
    opportunity = OpportunityReferenceSerializer(read_only=True, allow_null=True)
    call = serializers.IntegerField(source="call_id", read_only=True, allow_null=True)
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = OutboundRequest
        fields = [
            "id", "purpose", "status", "message", "connector", "agent", "lead", "opportunity", "call",
            "phone", "phone_e164", "provider_call_id", "attempt_count", "next_attempt_at",
            "created_at", "finished_at", "attempts",
        ]  # fmt: skip


class OutboundFilterSet(django_filters.FilterSet):
    """Filters of ``outbound/``."""

    connector = django_filters.CharFilter(field_name="connector__slug", help_text="The connector's short name.")
    purpose = django_filters.ChoiceFilter(choices=RequestTemplate.Purpose.choices)
    status = django_filters.ChoiceFilter(choices=OutboundRequest.Status.choices)
    agent = AgentFilter(field_name="agent", help_text="An agent's id or e-mail.")
    lead = django_filters.UUIDFilter(field_name="lead_id", help_text="The lead's id.")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Made at this moment or later.")
    until = MomentFilter(field_name="created_at", lookup_expr="lte", help_text="Made at this moment or earlier.")

    class Meta:
        model = OutboundRequest
        fields = ["connector", "purpose", "status", "agent", "lead", "since", "until"]


@extend_schema_view(
    list=extend_schema(summary="List outbound requests", tags=["outbound"]),
    retrieve=extend_schema(summary="Read one outbound request", tags=["outbound"]),
)
class OutboundViewSet(viewsets.ReadOnlyModelViewSet[OutboundRequest]):
    """Requests owed to providers, newest first. Staff see all, an agent those that they made."""

    serializer_class = OutboundRequestSerializer
    filterset_class = OutboundFilterSet
    pagination_class = NewestFirstPagination
    queryset = OutboundRequest.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[OutboundRequest]:
        """Requests that the user may see, with all that a row shows."""
        return with_outbound_relations(visible_outbound_requests(self.request.user))


def with_outbound_relations(requests: QuerySet[OutboundRequest]) -> QuerySet[OutboundRequest]:
    """The requests with all that OutboundRequestSerializer shows, in two queries."""
    return requests.select_related("connector", "agent", "lead", "opportunity").prefetch_related("attempts")
