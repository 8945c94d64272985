"""After a disposition: the task that the connector's rules make of it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from calls.models import Call
from connector_config.disposition_tasks import task_rule
from crm.models import Agent
from crm.services.tasks import NewTask, replace_task


def follow_disposition(*, call: Call, agent: Agent | None) -> None:
    """Make the task of the call's disposition; an earlier one's open task goes. Call it when it has changed."""
    rule = task_rule(call.connector.disposition_tasks, call.disposition)
    agent_id = agent.pk if agent else call.agent_id
    new = None
    if rule is not None:
        due_at = timezone.now() + timedelta(days=rule.days)
        new = NewTask(title=rule.title, due_at=due_at, lead_id=call.lead_id, agent_id=agent_id)
    replace_task(source=f"call:{call.pk}", new=new)
