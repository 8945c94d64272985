"""Merges of leads: what became one lead, and all that is needed to take it back."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.models.leads import Lead


class LeadMerge(models.Model):
    """One lead that went into another. While it is not undone, the former lead's ids mean the kept lead.

    ``former`` holds the former lead's columns by name and its numbers; ``changed`` the kept lead's columns that the
    merge changed, as ``{column: {"before", "after"}}``; ``moved`` the ids of the rows that moved, by
    ``app.Model.column``, and under ``candidates`` what the layer of calls rewrote.
    """

    UNDO_WINDOW = timedelta(days=30)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merges")
    former_id = models.UUIDField("former lead's id", db_index=True)
    former_external_id = models.CharField("former lead's external id", max_length=120, blank=True, db_index=True)
    former_name = models.CharField("former lead", max_length=200)
    former = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    merged_at = models.DateTimeField("merged", auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField("undone", null=True, blank=True)

    class Meta:
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(fields=["former_id"], condition=Q(undone_at=None), name="leadmerge_once_a_lead")
        ]

    def __str__(self) -> str:
        return f"{self.former_name}, merged"

    @property
    def is_undoable(self) -> bool:
        """True while the merge may still be taken back."""
        return self.undone_at is None and timezone.now() - self.merged_at < self.UNDO_WINDOW
