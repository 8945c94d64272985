"""Abstract models that several apps share."""

from __future__ import annotations

from django.db import models


class TimestampedModel(models.Model):
    """Knows when it was made and last changed."""

    created_at = models.DateTimeField("created", auto_now_add=True)
    updated_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        abstract = True
