"""Models of crm."""

from crm.models.leads import Lead, LeadPhone, Opportunity
from crm.models.people import Agent, AgentGroup, AgentPhone, Team

__all__ = ["Agent", "AgentGroup", "AgentPhone", "Lead", "LeadPhone", "Opportunity", "Team"]
