"""App configuration of crm."""

from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Teams, agents, leads and opportunities."""

    name = "crm"
    verbose_name = "People and leads"
