"""App configuration of calls."""

from __future__ import annotations

from django.apps import AppConfig


class CallsConfig(AppConfig):
    """Calls, popups and requests to providers."""

    name = "calls"
    verbose_name = "Calls"
