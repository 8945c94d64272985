"""Access tokens for requests to providers, kept until shortly before they expire."""

from __future__ import annotations

from django.db import models

from connector_config.models import Connector
from telephony_connector.common.fields import EncryptedTextField
from telephony_connector.common.models import TimestampedModel


class AccessToken(TimestampedModel):
    """The token of one connector for one set of settings, which ``fingerprint`` stands for.

    ``refresh_token`` is the one that the provider gave last, in place of the one typed in. Whoever fetches a token
    holds the row until ``fetching_until``.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    token = EncryptedTextField(blank=True, default="")
    refresh_token = EncryptedTextField(blank=True, default="")
    renew_at = models.DateTimeField(null=True, blank=True)
    fetching_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "fingerprint"], name="accesstoken_once_a_setting")]

    def __str__(self) -> str:
        return f"Access token of {self.connector.name}"
