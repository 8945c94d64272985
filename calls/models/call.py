"""A call: what folding its stored events gives, and what people added."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector, VirtualNumber
from crm.models import Agent, Lead, Opportunity
from telephony_connector.common.models import TimestampedModel


class Call(TimestampedModel):
    """One telephone call.

    The columns down to ``is_manual`` are made by calls.folding and written by calls.services.recording only; those from
    ``disposition`` on belong to people and stand above all events.

    ``session_key`` is the provider's session id, or ``inferred:…`` where it sends none; a reused id makes a further
    ``occurrence``. ``candidates`` lists the leads that share the customer's number: ``[{"lead_id", "reason"}, …]``.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="calls")
    session_id = models.CharField("session id", max_length=255, blank=True)
    parent_session_id = models.CharField("session id of the call that led to it", max_length=255, blank=True)
    session_key = models.CharField(max_length=255)
    occurrence = models.PositiveIntegerField(default=1)

    direction = models.CharField(
        "direction", max_length=10, blank=True, choices=[(way.value, way.value) for way in Direction]
    )
    status = models.CharField(
        "status",
        max_length=12,
        default=CallStatus.UNKNOWN.value,
        choices=[(word.value, word.value) for word in CallStatus],
    )
    is_over = models.BooleanField(
        "over", default=False, help_text="A call log has come, or the provider said that it ended."
    )
    raw_status = models.CharField("provider's status", max_length=255, blank=True)
    source_number = models.CharField("from", max_length=255, blank=True)
    source_number_e164 = models.CharField(max_length=20, blank=True)
    destination_number = models.CharField("to", max_length=255, blank=True)
    destination_number_e164 = models.CharField(max_length=20, blank=True)
    display_number = models.CharField("virtual number", max_length=255, blank=True)
    display_number_e164 = models.CharField(max_length=20, blank=True)
    customer_number = models.CharField("customer's number", max_length=255, blank=True)
    customer_number_e164 = models.CharField(max_length=20, blank=True)
    customer_suffix = models.CharField(max_length=7, blank=True)
    started_at = models.DateTimeField("started", null=True, blank=True)
    answered_at = models.DateTimeField("answered", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    duration_seconds = models.PositiveIntegerField("duration (seconds)", null=True, blank=True)
    recording_url = models.TextField("recording", blank=True)
    provider_notes = models.TextField("provider's notes", blank=True)
    caller = models.JSONField("caller", default=dict, blank=True)
    tag = models.CharField("tag", max_length=255, blank=True)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    agent = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    virtual_number = models.ForeignKey(
        VirtualNumber, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    candidates = models.JSONField("leads with this number", default=list, blank=True)
    received_at = models.DateTimeField("first heard of")
    happened_at = models.DateTimeField("when", help_text="The start where it is known, else when we first heard of it.")
    flags = models.JSONField("flags", default=list, blank=True)
    is_manual = models.BooleanField(
        "entered by hand", default=False, help_text="No provider told of this call; somebody here wrote it down."
    )

    disposition = models.CharField("disposition", max_length=120, blank=True)
    disposed_at = models.DateTimeField("disposed", null=True, blank=True)
    disposed_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    notes = models.TextField("notes", blank=True)
    follow_up_at = models.DateTimeField("follow up", null=True, blank=True)
    chosen_lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    chosen_opportunity = models.ForeignKey(
        Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    handled_at = models.DateTimeField(
        "handled", null=True, blank=True, help_text="A missed call that nobody needs to call back any more."
    )
    handled_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField("entered", null=True, blank=True)

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "session_key", "occurrence"], name="call_once_an_occurrence")
        ]
        indexes = [
            models.Index(fields=["lead", "-happened_at"], name="call_of_lead"),
            models.Index(fields=["agent", "-happened_at"], name="call_of_agent"),
            models.Index(fields=["-happened_at"], name="call_newest"),
            models.Index(fields=["session_id"], name="call_session"),
            models.Index(
                fields=["parent_session_id"], name="call_parent", condition=models.Q(parent_session_id__gt="")
            ),
            models.Index(fields=["customer_suffix"], name="call_suffix"),
        ]

    def __str__(self) -> str:
        return f"{self.direction or 'Call'} {self.customer_number or self.session_id}".strip()

    @property
    def shown_notes(self) -> str:
        """The agent's notes, else the provider's."""
        return self.notes or self.provider_notes
