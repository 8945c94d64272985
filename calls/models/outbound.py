"""Requests owed to providers, and each attempt at them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from calls.models.call import Call
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent, Lead, Opportunity
from telephony_connector.common.models import TimestampedModel


class OutboundRequest(TimestampedModel):
    """Something that we owe a provider. The row is the queue entry; its id is the stable ``@requestId``.

    ``context`` is the snapshot of merge values (no secrets) taken when the request was made. A worker claims the row
    by setting ``claimed_until``; ``message`` holds the provider's own words, or ours on why it failed.
    """

    class Status(models.TextChoices):
        """Where it stands. *refused*: the provider said no. *unknown*: sent, no answer came, and not to be repeated."""

        PENDING = "pending", "Pending"
        SENDING = "sending", "Sending"
        SUCCEEDED = "succeeded", "Succeeded"
        REFUSED = "refused", "Refused by the provider"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"
        DEAD = "dead", "Given up"

    OPEN_STATUSES = (Status.PENDING, Status.SENDING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="outbound_requests")
    purpose = models.CharField("purpose", max_length=20, choices=RequestTemplate.Purpose.choices)
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="outbound_requests")
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="outbound_requests")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="outbound_requests")
    phone = models.CharField("number", max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True)
    context = models.JSONField(default=dict)
    idempotency_key = models.CharField("idempotency key", max_length=200, null=True, blank=True)
    status = models.CharField("status", max_length=10, choices=Status.choices, default=Status.PENDING)
    message = models.TextField("message", blank=True)
    provider_call_id = models.CharField("provider's call id", max_length=255, blank=True)
    attempt_count = models.PositiveSmallIntegerField("attempts", default=0)
    next_attempt_at = models.DateTimeField("next attempt", null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField("finished", null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="outbound_due", condition=Q(status="pending")),
            models.Index(fields=["claimed_until"], name="outbound_claimed", condition=Q(status="sending")),
            models.Index(fields=["-created_at"], name="outbound_newest"),
            models.Index(
                fields=["connector", "provider_call_id"],
                name="outbound_provider_call",
                condition=Q(provider_call_id__gt=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="outbound_once_a_key",
            ),
            models.UniqueConstraint(
                fields=["agent", "phone_e164", "phone"],
                # Clicks with a key of their own are told apart by it.
                condition=Q(purpose="click_to_call", status__in=["pending", "sending"], idempotency_key__isnull=True),
                name="click_to_call_one_open_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.id}"

    @property
    def is_open(self) -> bool:
        """True while an outcome is still to come."""
        return self.status in self.OPEN_STATUSES


class OutboundAttempt(models.Model):
    """One try: the request as sent and the answer, both redacted."""

    request = models.ForeignKey(OutboundRequest, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField("attempt")
    started_at = models.DateTimeField("started")
    duration_ms = models.PositiveIntegerField("milliseconds", null=True, blank=True)
    method = models.CharField("method", max_length=6, blank=True)
    url = models.TextField("URL", blank=True)
    request_headers = models.JSONField("headers", default=dict, blank=True)
    request_body = models.TextField("body", blank=True)
    response_status = models.PositiveSmallIntegerField("status", null=True, blank=True)
    response_body = models.TextField("answer", blank=True)
    checks = models.JSONField("success rules", default=list, blank=True)
    error = models.TextField("error", blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="attempt_once_a_number")]

    def __str__(self) -> str:
        return f"Attempt {self.number} of {self.request_id}"


class SendingMark(models.Model):
    """One request that went out through a connector with a rate limit; marks older than a minute are deleted."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField("sent")

    class Meta:
        ordering = ["sent_at"]
        indexes = [models.Index(fields=["connector", "sent_at"], name="sending_mark_newest")]

    def __str__(self) -> str:
        return f"{self.connector} at {self.sent_at:%H:%M:%S}"
