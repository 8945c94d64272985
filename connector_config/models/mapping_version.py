"""Earlier mapping documents of a connector, so that a change can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connector_config.models.connector import Connector


class MappingVersion(models.Model):
    """The connector's own mapping document as it stood until ``replaced_at``."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="mapping_versions")
    mapping = models.JSONField("mapping rules", default=dict, blank=True)
    replaced_at = models.DateTimeField("replaced", auto_now_add=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["connector", "-id"], name="mapping_version_of_connector")]

    def __str__(self) -> str:
        return f"mapping until {self.replaced_at:%Y-%m-%d %H:%M}"
