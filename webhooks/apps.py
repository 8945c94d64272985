"""App configuration of webhooks."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """The journal of providers' requests."""

    name = "webhooks"
    verbose_name = "Journal"
