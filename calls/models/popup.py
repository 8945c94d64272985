"""Popups, and to whom each is delivered."""

from __future__ import annotations

from django.db import models

from calls.models.call import Call
from crm.models import Agent
from telephony_connector.common.models import TimestampedModel


class Popup(TimestampedModel):
    """The screen that tells who is calling: one a call, shown to the agents whom it concerns."""

    class State(models.TextChoices):
        """How far the call is. Moves forward only."""

        RINGING = "ringing", "Ringing"
        ANSWERED = "answered", "In progress"
        ENDED = "ended", "Ended"

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="popup")
    state = models.CharField("state", max_length=10, choices=State.choices, default=State.RINGING)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Popup of {self.call}"


class NotShown(models.TextChoices):
    """Why nobody has seen a popup on an agent's desk."""

    SWITCHED_OFF = "popups are switched off for this agent"
    ANSWERED_ELSEWHERE = "another agent answered"
    HIDDEN = "the page was in the background"
    OFFLINE = "no page of the agent was open"


class PopupDelivery(TimestampedModel):
    """One popup on one agent's desk. ``sequence`` comes from the agent's own counter, anew with each change."""

    class State(models.TextChoices):
        """The popup's state as this agent sees it."""

        RINGING = "ringing", "Ringing"
        ANSWERED = "answered", "In progress"
        ENDED = "ended", "Ended"
        DISMISSED = "dismissed", "Dismissed"

    popup = models.ForeignKey(Popup, on_delete=models.CASCADE, related_name="deliveries")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="popup_deliveries")
    state = models.CharField("state", max_length=10, choices=State.choices, default=State.RINGING)
    sequence = models.PositiveBigIntegerField()
    shown_at = models.DateTimeField("shown", null=True, blank=True)
    acknowledged_at = models.DateTimeField("acknowledged", null=True, blank=True)
    dismissed_at = models.DateTimeField("dismissed", null=True, blank=True)
    not_shown_reason = models.CharField("why not shown", max_length=200, blank=True)

    class Meta:
        ordering = ["-sequence"]
        verbose_name = "popup on a desk"
        verbose_name_plural = "popups"
        constraints = [models.UniqueConstraint(fields=["popup", "agent"], name="delivery_once_an_agent")]
        indexes = [models.Index(fields=["agent", "sequence"], name="delivery_of_agent")]

    def __str__(self) -> str:
        return f"{self.popup} to {self.agent.name}"


class AgentStream(models.Model):
    """The counter of an agent's event stream. Taken under a row lock, so a reader who saw 11 has 10 as well."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="stream")
    last_sequence = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Stream of {self.agent_id}"
