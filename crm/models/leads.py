"""Those who are called and call: leads, their numbers, their opportunities."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from crm.models.people import Agent
from crm.models.phones import StoredPhone
from telephony_connector.common.models import TimestampedModel


class Lead(TimestampedModel):
    """A customer or prospect. ``custom_fields`` holds free fields (``mx_City``) as text by name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(
        "external id", max_length=120, null=True, blank=True, unique=True, help_text="The lead's id in another system."
    )
    name = models.CharField("name", max_length=200, blank=True)
    email = models.EmailField("e-mail", blank=True)
    company = models.CharField("company", max_length=200, blank=True)
    stage = models.CharField("stage", max_length=80, blank=True)
    source = models.CharField("source", max_length=120, blank=True, help_text="Where the lead came from.")
    origin = models.CharField("origin", max_length=120, blank=True, help_text="The tag of the number first dialled.")
    city = models.CharField("city", max_length=120, blank=True)
    state = models.CharField("state", max_length=120, blank=True)
    country = models.CharField("country", max_length=120, blank=True)
    zip_code = models.CharField("postcode", max_length=20, blank=True)
    owner = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads")
    do_not_call = models.BooleanField("do not call", default=False)
    custom_fields = models.JSONField("free fields", default=dict, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["name"], name="lead_name"),
            models.Index(fields=["-created_at"], name="lead_newest"),
        ]

    def __str__(self) -> str:
        return self.label or "Unnamed lead"

    @property
    def label(self) -> str:
        """What tells who it is: the name, else company or e-mail; empty for a caller known by their number alone."""
        return self.name or self.company or self.email


class LeadPhone(StoredPhone):
    """One of a lead's numbers. A number may belong to several leads: matching then names them all."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="phones")

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "phone"
        indexes = [models.Index(fields=["national_suffix"], name="leadphone_suffix")]
        constraints = [
            models.UniqueConstraint(fields=["lead", "e164"], condition=~Q(e164=""), name="leadphone_once_a_lead")
        ]


class Opportunity(TimestampedModel):
    """A possible sale to a lead; calls are shown on it too."""

    class Status(models.TextChoices):
        """Whether the sale is still to be decided."""

        OPEN = "Open"
        WON = "Won"
        LOST = "Lost"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField("external id", max_length=120, null=True, blank=True, unique=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="opportunities")
    name = models.CharField("name", max_length=200)
    owner = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="opportunities")
    stage = models.CharField("stage", max_length=80, blank=True)
    status = models.CharField("status", max_length=10, choices=Status.choices, default=Status.OPEN)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return self.name
