"""The journal's tasks."""

from __future__ import annotations

from celery import shared_task

from webhooks.recovery import finish_received_entries
from webhooks.retention import thin_out


@shared_task
def thin_out_journal() -> None:
    """Delete journal rows and refused requests that are past their time."""
    thin_out()


@shared_task
def finish_received_journal_entries() -> None:
    """Work on requests that were kept but whose work never ended (a crash between the two)."""
    finish_received_entries()
