"""The requests that we send to a provider, as templates with merge fields."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from connector_config.models.connector import Connector
from connector_config.models.disposition_field import DispositionField
from telephony_connector.common.fields import EncryptedJSONField, EncryptedTextField
from telephony_connector.common.models import TimestampedModel

MAX_HEADERS = 10


class RequestTemplate(TimestampedModel):
    """What is sent for one purpose, and when the answer counts as success.

    URL and body may hold credentials and are encrypted.
    """

    class Purpose(models.TextChoices):
        """What the request is for."""

        CLICK_TO_CALL = "click_to_call", "Click to call"
        DISPOSITION = "disposition", "Disposition"

    class Method(models.TextChoices):
        """HTTP methods that providers ask for."""

        GET = "GET"
        POST = "POST"
        PUT = "PUT"
        PATCH = "PATCH"
        DELETE = "DELETE"

    class BodyType(models.TextChoices):
        """Sets Content-Type, which no header row may."""

        NONE = "none", "No body"
        JSON = "json", "JSON"
        FORM = "form", "Form"
        XML = "xml", "XML"
        RAW = "raw", "Plain text"

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="request_templates")
    purpose = models.CharField("purpose", max_length=20, choices=Purpose.choices)
    is_enabled = models.BooleanField("enabled", default=True)
    method = models.CharField("method", max_length=6, choices=Method.choices, default=Method.POST)
    url = EncryptedTextField("URL", help_text="With merge fields: https://api.example.com/call?agent=@agentNumber")
    body_type = models.CharField("body", max_length=4, choices=BodyType.choices, default=BodyType.NONE)
    body = EncryptedTextField("body's text", blank=True, default="")
    authentication_kind = models.CharField("authentication", max_length=30, default="none")
    authentication_settings = EncryptedJSONField("authentication's settings", default=dict, blank=True)
    response_keyword = models.CharField(
        "response keyword",
        max_length=200,
        blank=True,
        help_text="The call was accepted when the answer holds this word, in any case. Empty: any 2xx answer.",
    )
    failure_keyword = models.CharField(
        "failure keyword",
        max_length=200,
        blank=True,
        help_text="The call was refused when the answer holds this word, whatever its status.",
    )
    success_path = models.CharField(
        "success path",
        max_length=256,
        blank=True,
        help_text='Where in a JSON answer success is told: data.status = "queued", or just sid.',
    )
    success_statuses = models.CharField(
        "success statuses", max_length=120, blank=True, help_text="200, 201, 2xx or 200-204. Empty: any 2xx."
    )
    expects_empty_answer = models.BooleanField(
        "an empty answer", default=False, help_text="Only an answer without a body counts as success."
    )
    call_id_path = models.CharField(
        "call id path", max_length=256, blank=True, help_text="Where in a JSON answer the provider's call id stands."
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        "time-out (seconds)", default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    field = models.ForeignKey(
        DispositionField, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The dropdown whose options are the dispositions.",
    )  # fmt: skip
    values = models.JSONField(
        "value table", default=dict, blank=True, help_text="Our option → the provider's word, where they differ."
    )

    class Meta:
        ordering = ["connector_id", "purpose"]
        constraints = [models.UniqueConstraint(fields=["connector", "purpose"], name="requesttemplate_one_a_purpose")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} of {self.connector.name}"


class RequestHeader(models.Model):
    """A custom header of a template; at most ten. A secret value is never shown again."""

    template = models.ForeignKey(RequestTemplate, on_delete=models.CASCADE, related_name="headers")
    position = models.PositiveSmallIntegerField("order", default=0)
    name = models.CharField("name", max_length=120)
    value = EncryptedTextField("value", blank=True, default="")
    is_secret = models.BooleanField("secret", default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["template", "name"], name="requestheader_once_a_template")]

    def __str__(self) -> str:
        return self.name
