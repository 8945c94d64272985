"""Our pages inside other programs: one-time keys of single sign-on, and the sessions that they open."""

from __future__ import annotations

from django.db import models

from connector_config.models import Connector
from crm.models import Agent, Lead, Opportunity


class EmbedTarget(models.TextChoices):
    """What an embedded page shows; a key, and the session that it opens, reach no further."""

    CONSOLE = "console", "The whole console"
    LEAD = "lead", "One lead"
    OPPORTUNITY = "opportunity", "One opportunity and its lead"
    POPUPS = "popups", "The popups, in a corner of a web page"


class _Grant(models.Model):
    """Whom something was given to, by which connector, and for what. Only the digest of the secret is kept."""

    digest = models.CharField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=12, choices=EmbedTarget.choices)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_target_display()} of {self.agent.name}"


class SsoKey(_Grant):
    """A key of single sign-on: opens one page once, within a minute. ``credential`` is the mark of the server
    credential with which it was asked for."""

    credential = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connector", "created_at"], name="ssokey_of_connector")]


class EmbeddedSession(_Grant):
    """What an embedded page shows with every request of its own, in place of a cookie.

    ``proof`` is the mark of what it rests on: the connector's server credential (``is_signed_in`` false), or the
    agent's own password (``is_signed_in`` true). When that changes, the session ends.
    """

    proof = models.CharField(max_length=128)
    is_signed_in = models.BooleanField(default=False)
    last_used_at = models.DateTimeField()
