"""What every change of a connector, or of anything that belongs to it, has in common."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from connector_config.models import Connector, DispositionField
from crm.models import Agent


def touch_connector(connector_id: int) -> None:
    """Let caches know that the connector has changed. Call it in the transaction of the change."""
    touch_connectors([connector_id])


def touch_connectors(connector_ids: Iterable[int]) -> None:
    """As ``touch_connector``, for several at once."""
    Connector.objects.filter(pk__in=set(connector_ids)).update(config_version=F("config_version") + 1)


def touch_connectors_of_agent(agent: Agent) -> None:
    """As ``touch_connector``, for every connector that maps the agent."""
    touch_connectors(agent.provider_ids.values_list("connector_id", flat=True))


def touch_connectors_of_field(field: DispositionField) -> None:
    """As ``touch_connector``, for every connector whose dispositions are this field's options."""
    touch_connectors(Connector.objects.filter(request_templates__field=field).values_list("pk", flat=True))
