"""App configuration of connector_config."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectorConfigConfig(AppConfig):
    """Connectors and everything that an administrator sets for them."""

    name = "connector_config"
    verbose_name = "Connectors"
