"""How a provider names our agents."""

from __future__ import annotations

from django.db import models

from connector_config.models.connector import Connector
from crm.models import Agent


class AgentMapping(models.Model):
    """An agent's id at one provider. An agent may have several; an id names one agent."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="agent_mappings")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="provider_ids")
    provider_agent_id = models.CharField("agent id at the provider", max_length=120)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "provider_agent_id"], name="agentmapping_id_once_a_connector")
        ]

    def __str__(self) -> str:
        return f"{self.provider_agent_id} = {self.agent.name}"
