"""Those who take and make calls: teams, groups, agents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from crm.models.phones import StoredPhone
from telephony_connector.common.models import TimestampedModel


class Team(TimestampedModel):
    """People who work together; connectors are assigned to teams."""

    name = models.CharField("name", max_length=120, unique=True)
    sees_full_numbers = models.BooleanField(
        "see full numbers",
        default=True,
        help_text="Off: no agent of this team sees customers' full telephone numbers, whatever the agent's own switch "
        "says.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgentGroup(models.Model):
    """A further grouping of agents, such as *sales*, across teams. Sent to providers as ``@{User:GroupIds,}``."""

    name = models.CharField("name", max_length=120, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "group"

    def __str__(self) -> str:
        return self.name


class Agent(TimestampedModel):
    """A person who takes and makes calls; one to one with a user of the system, who logs in by e-mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agent")
    name = models.CharField("name", max_length=150)
    email = models.EmailField("e-mail")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="agents")
    groups = models.ManyToManyField(AgentGroup, blank=True, related_name="agents")
    role = models.CharField("role", max_length=80, blank=True, help_text="Sent to providers as @{User:Role,}.")
    is_on_duty = models.BooleanField("on duty", default=True, help_text="Calls are routed to agents on duty only.")
    can_click_to_call = models.BooleanField("may click to call", default=True)
    receives_popups = models.BooleanField("gets popups", default=True)
    sees_full_numbers = models.BooleanField(
        "sees full numbers",
        default=True,
        help_text="Off: customers' numbers are masked on every page, in exports and in the API; the agent calls by "
        "button all the same. Supervisors always see them, and a team can hide them from all its agents.",
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="agent_email_unique")]

    def __str__(self) -> str:
        return f"{self.name} ({self.email})"


class AgentPhone(StoredPhone):
    """A number at which the agent is reached; an agent's own number never makes or matches a lead."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="phones")

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "phone"
        indexes = [models.Index(fields=["national_suffix"], name="agentphone_suffix")]
        constraints = [
            models.UniqueConstraint(fields=["agent", "e164"], condition=~Q(e164=""), name="agentphone_once_an_agent")
        ]
