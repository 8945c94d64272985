"""Thinning out the journal and the quarantine, in batches that lock nothing for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from webhooks.models import JournalEntry, QuarantinedRequest

QUARANTINE_DAYS = 7
BATCH_SIZE = 1000


def thin_out() -> int:
    """Delete what is older than its time: the journal after JOURNAL_RETENTION_DAYS, the quarantine after seven.

    Requests that failed or were only received stay: nobody has seen them through. Returns the number of rows deleted.
    """
    now = timezone.now()
    open_verdicts = [JournalEntry.Verdict.RECEIVED, JournalEntry.Verdict.FAILED]
    old_entries = JournalEntry.objects.filter(received_at__lt=now - timedelta(days=settings.JOURNAL_RETENTION_DAYS))
    old_refused = QuarantinedRequest.objects.filter(received_at__lt=now - timedelta(days=QUARANTINE_DAYS))
    return _delete(old_entries.exclude(verdict__in=open_verdicts)) + _delete(old_refused)


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]):
        deleted += rows.model._default_manager.filter(pk__in=pks).delete()[0]  # noqa: SLF001 - Django's documented name
    return deleted
