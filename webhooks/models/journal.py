"""The journal: every request that a provider sent, kept before any work is done on it."""

from __future__ import annotations

from django.db import models

from connector_config.models import Connector
from telephony_connector.common.fields import EncryptedJSONField


class JournalEntry(models.Model):
    """One request as it arrived, and what became of it. Committed before any work; never edited but for its verdict."""

    class Verdict(models.TextChoices):
        """What became of the request."""

        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        ANSWERED = "answered", "Answered"
        IGNORED = "ignored", "Ignored"
        REJECTED = "rejected", "Rejected"
        FAILED = "failed", "Failed"

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField("endpoint", max_length=40)
    method = models.CharField("method", max_length=8)
    query_string = models.TextField("query", blank=True)
    content_type = models.CharField("content type", max_length=255, blank=True)
    headers = models.JSONField("headers", default=dict)
    body = models.BinaryField("body", blank=True, default=b"")
    remote_address = models.GenericIPAddressField("from address", null=True, blank=True)
    received_at = models.DateTimeField("received")
    verdict = models.CharField("verdict", max_length=10, choices=Verdict.choices, default=Verdict.RECEIVED)
    session_id = models.CharField("session id", max_length=255, blank=True)
    numbers = models.CharField("numbers", max_length=255, blank=True)
    errors = models.JSONField("errors", default=list, blank=True)
    reply_status = models.PositiveSmallIntegerField("answered", null=True, blank=True)
    duration_ms = models.PositiveIntegerField("milliseconds", null=True, blank=True)
    reply_body = models.TextField("answer", blank=True)
    replayed_at = models.DateTimeField("replayed", null=True, blank=True)
    delivery_key = models.CharField(max_length=64, null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = "request received"
        verbose_name_plural = "requests received"
        indexes = [
            models.Index(fields=["connector", "-received_at"], name="journal_of_connector"),
            models.Index(fields=["session_id"], name="journal_session"),
            models.Index(fields=["received_at"], name="journal_age"),
        ]
        constraints = [models.UniqueConstraint(fields=["connector", "delivery_key"], name="journal_once_a_delivery")]

    def __str__(self) -> str:
        return f"{self.endpoint} #{self.pk}"


class QuarantinedRequest(models.Model):
    """A request whose credential was refused; the newest hundred a connector are kept for seven days.

    ``request`` holds what a verifier reads (address, headers, query, form, body), encrypted: the refused credential
    among it may prove right once the secret is mended. ``body`` is for people, without credentials.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField("endpoint", max_length=40)
    method = models.CharField("method", max_length=8)
    content_type = models.CharField("content type", max_length=255, blank=True)
    request = EncryptedJSONField("request", default=dict)
    body = models.BinaryField("body", blank=True, default=b"")
    remote_address = models.GenericIPAddressField("from address", null=True, blank=True)
    received_at = models.DateTimeField("received")
    reason = models.CharField("reason", max_length=255)

    class Meta:
        ordering = ["-id"]
        verbose_name = "refused request"
        indexes = [
            models.Index(fields=["connector", "-id"], name="quarantine_of_connector"),
            models.Index(fields=["received_at"], name="quarantine_age"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} refused #{self.pk}"
