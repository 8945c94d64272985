"""A connector: one account with one telephony provider, and its virtual numbers."""

from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from connector_config.frame_permissions import default_permissions
from crm.models import Agent, Team
from telephony_connector.common.fields import EncryptedJSONField, EncryptedTextField
from telephony_connector.common.models import TimestampedModel

FRAME_SIZE = [MinValueValidator(100), MaxValueValidator(2000)]


def new_hook_key() -> str:
    """A fresh path key for hook URLs: 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


class Connector(TimestampedModel):
    """Everything the product knows of one provider account. A provider is this row, never a class.

    ``config_version`` grows with each change of the connector or of anything that belongs to it: caches compare it.
    """

    class CallRouteReply(models.TextChoices):
        """What a call-route look-up answers."""

        TEXT = "text", "Plain text: the agent's number only"
        JSON = "json", "JSON with the agent's details"
        TEMPLATE = "template", "A text of your own"

    class NumberFormat(models.TextChoices):
        """How numbers are written in a call-route answer."""

        E164 = "e164", "+919611795983"
        NATIONAL = "national", "9611795983"
        DIGITS = "digits", "919611795983"

    class LeadCreation(models.TextChoices):
        """When an unknown caller becomes a lead."""

        POPUP = "popup", "As soon as the popup is shown"
        CALL_LOG = "call_log", "When the call log arrives"
        NEVER = "never", "Never"

    slug = models.SlugField(
        "short name", max_length=60, unique=True, help_text="In files and URLs: letters, digits, hyphens."
    )
    name = models.CharField("provider's name", max_length=120)
    is_enabled = models.BooleanField(
        "enabled", default=True, help_text="A disabled connector answers 404 to its provider."
    )
    preset = models.CharField(
        "preset", max_length=60, default="standard", help_text="The starting set of mapping rules."
    )
    time_zone = models.CharField(
        "time zone", max_length=60, default="UTC", help_text="For times that the provider sends without a zone."
    )
    default_country = models.CharField(
        "country", max_length=2, default="IN", help_text="For numbers without a country code: IN, US, GB …"
    )
    hook_key = models.CharField(
        "hook key",
        max_length=64,
        unique=True,
        default=new_hook_key,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{32,64}$", "Use 32 to 64 letters, digits, underscores, hyphens.")],
        help_text="The secret part of the URLs that you give to the provider.",
    )
    teams = models.ManyToManyField(
        Team, blank=True, related_name="connectors", help_text="Who uses this connector; nobody chosen means everyone."
    )
    owner = models.ForeignKey(
        Agent,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="default owner",
        help_text="Owns new leads when neither an agent nor the virtual number says who does.",
    )
    excluded_numbers = models.JSONField(
        "excluded numbers", default=list, blank=True, help_text="Internal numbers, which never make or match a lead."
    )
    allowed_networks = models.JSONField(
        "allowed networks",
        default=list,
        blank=True,
        help_text="Private networks that requests may go to: 10.0.0.0/8:8088.",
    )

    rate_limit_per_minute = models.PositiveSmallIntegerField(
        "requests a minute",
        default=0,
        validators=[MaxValueValidator(6000)],
        help_text="So many requests may go to the provider within any minute; the rest wait. 0: no limit.",
    )
    ca_certificates = models.TextField(
        "certificates of authority",
        blank=True,
        help_text="For a provider with a certificate authority of its own: its certificates in PEM form. "
        "They are trusted in place of the public ones.",
    )

    verification_scheme = models.CharField("verification", max_length=40, default="none")
    verification_settings = models.JSONField("verification settings", default=dict, blank=True)
    verification_secrets = EncryptedJSONField("verification secrets", default=dict, blank=True)
    ip_allow_list = models.JSONField(
        "addresses allowed",
        default=list,
        blank=True,
        help_text="Networks that the provider calls from; empty means any.",
    )
    server_credential = EncryptedTextField(
        "server credential", blank=True, default="", help_text="For single sign-on and lead details."
    )
    previous_server_credential = EncryptedTextField(
        "previous server credential",
        blank=True,
        default="",
        help_text="Still accepted, until the provider sends the new one.",
    )
    embed_origins = models.JSONField(
        "pages may be embedded by",
        default=list,
        blank=True,
        help_text="Origins whose pages may show ours in a frame: https://crm.example.com. Empty: none may.",
    )

    call_route_reply = models.CharField(
        "answer", max_length=10, choices=CallRouteReply.choices, default=CallRouteReply.TEXT
    )
    call_route_body = models.TextField("answer's text", blank=True)
    call_route_content_type = models.CharField("answer's content type", max_length=80, blank=True)
    call_route_number_format = models.CharField(
        "number format", max_length=10, choices=NumberFormat.choices, default=NumberFormat.E164
    )

    opening_hours = models.CharField(
        "opening hours",
        max_length=500,
        blank=True,
        help_text="Outside them the answer is blank: Mon-Fri 09:00-18:00; Sat 10:00-14:00. Empty: always open.",
    )

    popup_enabled = models.BooleanField("show popups", default=True)
    popup_external_url = models.CharField(
        "external URL",
        max_length=2000,
        blank=True,
        help_text="A page of yours that replaces the popup's content; merge fields allowed.",
    )
    panel_url = models.CharField(
        "agent panel URL",
        max_length=2000,
        blank=True,
        help_text="The provider's softphone page, shown beside the console; merge fields of the agent allowed.",
    )
    frame_permissions = models.JSONField("what these pages may do", default=default_permissions, blank=True)
    popup_page_height = models.PositiveSmallIntegerField(
        "height of the external page",
        default=260,
        validators=FRAME_SIZE,
        help_text="In pixels, inside the popup.",
    )
    panel_height = models.PositiveSmallIntegerField(
        "height of the agent panel", default=420, validators=FRAME_SIZE, help_text="In pixels."
    )
    panel_width = models.PositiveSmallIntegerField(
        "width of the agent panel",
        null=True,
        blank=True,
        validators=FRAME_SIZE,
        help_text="In pixels. Empty: as wide as its column.",
    )

    calling_hours = models.CharField(
        "calling hours",
        max_length=500,
        blank=True,
        help_text="Outside them clicks are refused: Mon-Sat 09:00-20:00. In the connector's time zone. Empty: always.",
    )
    allows_busy_agents = models.BooleanField(
        "agents may call while they talk",
        default=True,
        help_text="Otherwise a click is refused while a call of the agent's is in progress. Leave it on for a provider "
        "that does not tell every call's end.",
    )

    requires_disposition = models.BooleanField(
        "disposition required",
        default=False,
        help_text="After a call the agent cannot put the popup away before choosing a disposition.",
    )
    auto_dispose_minutes = models.PositiveSmallIntegerField(
        "dispose by itself after (minutes)",
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text="When nobody has chosen a disposition so long after the call, the one below is chosen, "
        "so that the provider frees the agent. 0: never.",
    )
    auto_disposition = models.CharField("disposition chosen by itself", max_length=120, blank=True)
    disposition_tasks = models.JSONField(
        "tasks after a disposition",
        default=dict,
        blank=True,
        help_text="What the agent is to do next, by disposition: how many days later, and the task's title.",
    )

    recording_authentication = models.CharField("how recordings are asked for", max_length=20, default="none")
    recording_settings = EncryptedJSONField("settings of that", default=dict, blank=True)
    recording_hosts = models.JSONField(
        "hosts that get the credentials",
        default=list,
        blank=True,
        help_text="The credentials go to these hosts only, whatever address a call log names.",
    )
    keeps_recordings = models.BooleanField(
        "keep a copy",
        default=False,
        help_text="Recordings are fetched as soon as they are ready, and played from here.",
    )
    recording_days = models.PositiveSmallIntegerField(
        "days to keep a copy",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Afterwards the copy is deleted; the provider's own stays what it is.",
    )

    lead_creation = models.CharField(
        "create leads", max_length=10, choices=LeadCreation.choices, default=LeadCreation.CALL_LOG
    )
    mapping = models.JSONField(
        "mapping rules", default=dict, blank=True, help_text="Rules added to or replacing the preset's."
    )
    config_version = models.PositiveBigIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class VirtualNumber(TimestampedModel):
    """A number of the provider's (DID) that customers dial or see."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="virtual_numbers")
    number = models.CharField("number", max_length=40)
    e164 = models.CharField(max_length=20, blank=True, editable=False)
    tag = models.CharField(
        "tag", max_length=80, blank=True, help_text="Shown in the popup; becomes the origin of new leads."
    )
    fallback_agent = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Gets the calls of this number when nobody else does.",
    )  # fmt: skip
    is_default = models.BooleanField(
        "default", default=False, help_text="Shown to customers when nothing else decides. Otherwise the first number."
    )
    callers = models.ManyToManyField(
        Agent, blank=True, related_name="calling_numbers", verbose_name="agents who call with it",
        help_text="Their click-to-calls show this number, unless they choose another.",
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["connector", "number"], name="virtualnumber_once_a_connector")]

    def __str__(self) -> str:
        return f"{self.number} ({self.tag})" if self.tag else self.number
