"""System checks that catch a deployment that would work, but unsafely."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection


@register(Tags.security, deploy=True)
def check_public_url(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Warn when passwords and call data would travel in clear text."""
    if settings.IS_HTTPS:
        return []
    return [Warning("PUBLIC_URL is not https.", hint="Put a TLS proxy in front (see deploy/).", id="common.W001")]


@register(Tags.database, deploy=True)
def check_production_database(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Warn when a production deployment runs on the embedded database."""
    if connection.vendor == "postgresql":
        return []
    return [Warning("SQLite serves one machine only.", hint="Set DATABASE_URL to PostgreSQL.", id="common.W002")]
