"""Administration pages of connector_config."""

from django.contrib import admin

from connector_config.admin import agents, connectors, disposition_fields

__all__ = ["agents", "connectors", "disposition_fields"]

admin.site.index_title = "Home"
