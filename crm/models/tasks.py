"""Tasks: what an agent has promised to do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm.models.leads import Lead
from crm.models.people import Agent
from telephony_connector.common.models import TimestampedModel


class Task(TimestampedModel):
    """Something to do for a lead. ``source`` names what made it (``call:17``); one open task a source."""

    title = models.CharField("what to do", max_length=200)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="tasks")
    due_at = models.DateTimeField("due")
    done_at = models.DateTimeField("done", null=True, blank=True)
    source = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["agent", "due_at"], name="task_open", condition=Q(done_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(done_at=None) & ~Q(source=""), name="task_one_open_a_source"
            )
        ]

    def __str__(self) -> str:
        return self.title
