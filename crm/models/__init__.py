"""Models of crm."""

from crm.models.leads import Lead, LeadPhone, Opportunity
from crm.models.merges import LeadMerge
from crm.models.people import Agent, AgentGroup, AgentPhone, Team
from crm.models.tasks import Task

__all__ = ["Agent", "AgentGroup", "AgentPhone", "Lead", "LeadMerge", "LeadPhone", "Opportunity", "Task", "Team"]
