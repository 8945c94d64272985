"""Making, replacing and finishing agents' tasks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crm.models import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What is to be done, by whom and for whom (our ids), and until when."""

    title: str
    due_at: datetime
    lead_id: uuid.UUID | None
    agent_id: int | None


@transaction.atomic
def replace_task(*, source: str, new: NewTask | None) -> Task | None:
    """The open task of this source becomes the new one, or goes when there is none; what is done stays."""
    Task.objects.filter(source=source, done_at=None).delete()
    if new is None:
        return None
    return Task.objects.create(
        source=source, title=new.title[:200], due_at=new.due_at, lead_id=new.lead_id, agent_id=new.agent_id
    )


def finish_task(*, task: Task) -> None:
    """The task is done. Idempotent."""
    Task.objects.filter(pk=task.pk, done_at=None).update(done_at=timezone.now(), updated_at=timezone.now())
