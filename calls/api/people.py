"""Agents: staff read all, an agent themself."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets

from crm.models import Agent, AgentPhone
from crm.selectors import visible_agents


class AgentPhoneSerializer(serializers.ModelSerializer[AgentPhone]):
    """A number as it was written, and in E.164 (empty when it cannot be read)."""

    number_e164 = serializers.CharField(source="e164", read_only=True)

    class Meta:
        model = AgentPhone
        fields = ["number", "number_e164"]


class AgentSerializer(serializers.ModelSerializer[Agent]):
    """A person who takes and makes calls. ``agent_ids`` are their ids at providers, lists by connector."""

    team = serializers.SlugRelatedField[Any](slug_field="name", read_only=True, allow_null=True)
    groups: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="name", read_only=True, many=True
    )
    phones = AgentPhoneSerializer(many=True, read_only=True)
    agent_ids = serializers.SerializerMethodField()

    class Meta:
        model = Agent
        fields = [
            "id", "name", "email", "team", "groups", "role", "phones", "agent_ids",
            "is_on_duty", "can_click_to_call", "receives_popups", "sees_full_numbers", "created_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}})
    def get_agent_ids(self, agent: Agent) -> dict[str, list[str]]:
        """Connector slug → the agent's ids there."""
        ids: dict[str, list[str]] = {}
        for mapping in agent.provider_ids.all():
            ids.setdefault(mapping.connector.slug, []).append(mapping.provider_agent_id)
        return ids


class AgentFilterSet(django_filters.FilterSet):
    """Filters of ``agents/``."""

    email = django_filters.CharFilter(lookup_expr="iexact", help_text="The whole e-mail, in any case.")

    class Meta:
        model = Agent
        fields = ["email"]


@extend_schema_view(
    list=extend_schema(summary="List agents", tags=["people"]),
    retrieve=extend_schema(summary="Read one agent", tags=["people"]),
)
class AgentViewSet(viewsets.ReadOnlyModelViewSet[Agent]):
    """Agents, newest first. Staff see all, an agent only themself."""

    serializer_class = AgentSerializer
    filterset_class = AgentFilterSet
    queryset = Agent.objects.none()
    holds_customer_numbers = False
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Agent]:
        """Agents whom the user may see, with all that a row shows."""
        related = ("groups", "phones", "provider_ids__connector")
        return visible_agents(self.request.user).select_related("team").prefetch_related(*related)
