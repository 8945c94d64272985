"""Administration pages of connector_config."""

from connector_config.admin import agents, connectors, disposition_fields

__all__ = ["agents", "connectors", "disposition_fields"]
