"""The URLs that an administrator gives to a provider."""

from __future__ import annotations

from django.conf import settings

from connector_config.models import Connector
from connector_config.selectors import ConnectorConfig

ENDPOINTS = (
    "call-log",
    "agent-popup",
    "events",
    "call-route",
    "opportunity-route",
    "sso",
    "lead-details",
    "opportunity-details",
)
"""Last parts of hook URLs; webhooks.urls serves them."""


def hook_url(connector: Connector | ConnectorConfig, endpoint: str) -> str:
    """``https://telephony.example.com/hooks/<key>/call-log``. The key in it is a credential."""
    return f"{settings.PUBLIC_URL}/hooks/{connector.hook_key}/{endpoint}"


def hook_urls(connector: Connector) -> dict[str, str]:
    """Every hook URL of the connector, by endpoint."""
    return {endpoint: hook_url(connector, endpoint) for endpoint in ENDPOINTS}
