"""How one resource names another: people, leads, opportunities, connectors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as FormError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls.api.filters import AgentField, agent_condition
from crm.models import Agent, Lead, Opportunity


class PersonSerializer(serializers.ModelSerializer[Agent]):
    """A person: ``{id, name, email}``."""

    class Meta:
        model = Agent
        fields = ["id", "name", "email"]


class LeadReferenceSerializer(serializers.ModelSerializer[Lead]):
    """A lead by id and name: where it has none the company or e-mail, and nothing for a mere number."""

    name = serializers.CharField(source="label", read_only=True)

    class Meta:
        model = Lead
        fields = ["id", "name"]


class OpportunityReferenceSerializer(serializers.ModelSerializer[Opportunity]):
    """An opportunity by id and name."""

    class Meta:
        model = Opportunity
        fields = ["id", "name"]


def connector_slug(**options: Any) -> serializers.SlugRelatedField[Any]:
    """A connector as its slug; read-only."""
    return serializers.SlugRelatedField(slug_field="slug", read_only=True, **options)


@extend_schema_field(OpenApiTypes.STR)
class AgentInput(serializers.Field[Agent, Any, Any, Any]):
    """An agent named by id or e-mail; validates to the Agent, or to None for null.

    The object that this API answers for people is understood as well, so that what was read can be sent back.
    """

    def to_internal_value(self, data: Any) -> Agent:
        """The agent; ValidationError when there is none."""
        named = data.get("id") or data.get("email") if isinstance(data, dict) else data
        if isinstance(named, bool) or not isinstance(named, int | str):
            raise serializers.ValidationError("Give an agent's id or e-mail.")
        try:
            reference = AgentField().clean(str(named))
        except FormError as error:
            raise serializers.ValidationError(error.messages) from None
        agent = Agent.objects.filter(agent_condition("", reference)).first()
        if agent is None:
            raise serializers.ValidationError("No such agent.")
        return agent
