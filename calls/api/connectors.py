"""Connectors, without any secret; the hook URLs, which hold a key, for staff only."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets

from connector_config.hook_urls import hook_urls
from connector_config.models import Connector, RequestTemplate, VirtualNumber
from connector_config.selectors import connectors_of
from crm.selectors import agent_of


class VirtualNumberSerializer(serializers.ModelSerializer[VirtualNumber]):
    """A number that customers dial or see."""

    number_e164 = serializers.CharField(source="e164", read_only=True)

    class Meta:
        model = VirtualNumber
        fields = ["number", "number_e164", "tag"]


class ConnectorSerializer(serializers.ModelSerializer[Connector]):
    """One provider account. ``hooks`` (path → URL to give to the provider) is there for staff only."""

    virtual_numbers = VirtualNumberSerializer(many=True, read_only=True)
    click_to_call_enabled = serializers.SerializerMethodField()
    disposition_enabled = serializers.SerializerMethodField()
    dispositions = serializers.SerializerMethodField(help_text="What an agent may choose after a call.")
    hooks = serializers.SerializerMethodField(help_text="For staff only, else null.")

    class Meta:
        model = Connector
        fields = [
            "id", "slug", "name", "is_enabled", "preset", "time_zone", "default_country", "virtual_numbers",
            "popup_enabled", "click_to_call_enabled", "disposition_enabled", "dispositions", "hooks",
        ]  # fmt: skip

    def get_click_to_call_enabled(self, connector: Connector) -> bool:
        """True when a click-to-call request is set up and switched on."""
        return _template(connector, RequestTemplate.Purpose.CLICK_TO_CALL) is not None

    def get_disposition_enabled(self, connector: Connector) -> bool:
        """True when dispositions are sent to the provider."""
        return _template(connector, RequestTemplate.Purpose.DISPOSITION) is not None

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_dispositions(self, connector: Connector) -> list[str]:
        """The options of the connector's dropdown."""
        template = _template(connector, RequestTemplate.Purpose.DISPOSITION)
        return [option.value for option in template.field.options.all()] if template and template.field else []

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {"type": "string"}})
    def get_hooks(self, connector: Connector) -> dict[str, str] | None:
        """Every hook URL by its name, as ``connector_urls`` prints them."""
        return hook_urls(connector) if self.context["request"].user.is_staff else None


def _template(connector: Connector, purpose: str) -> RequestTemplate | None:
    """The switched-on template, read from the rows already fetched."""
    templates = connector.request_templates.all()
    return next((one for one in templates if one.purpose == purpose and one.is_enabled), None)


@extend_schema_view(
    list=extend_schema(summary="List connectors", tags=["connectors"]),
    retrieve=extend_schema(summary="Read one connector", tags=["connectors"]),
)
class ConnectorViewSet(viewsets.ReadOnlyModelViewSet[Connector]):
    """Connectors by slug, never with a secret. Staff see all, an agent the enabled ones of their team."""

    serializer_class = ConnectorSerializer
    queryset = Connector.objects.none()
    holds_customer_numbers = False
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Connector]:
        """Connectors that the user may see, with all that a row shows."""
        related = ("virtual_numbers", "request_templates__field__options")
        return _visible_connectors(self.request.user).prefetch_related(*related)


def _visible_connectors(user: Any) -> QuerySet[Connector]:
    if user.is_staff:
        return Connector.objects.all()
    agent = agent_of(user)
    return connectors_of(agent) if agent else Connector.objects.none()
