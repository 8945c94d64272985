"""One row a call log, as it was sent. No migration: the bench makes the table."""

from __future__ import annotations

from django.db import models


class BareCall(models.Model):
    """The sixteen fields of the measured call log."""

    source_number = models.CharField(max_length=40)
    destination_number = models.CharField(max_length=40)
    display_number = models.CharField(max_length=40)
    start_time = models.CharField(max_length=40)
    end_time = models.CharField(max_length=40)
    call_duration = models.PositiveIntegerField()
    status = models.CharField(max_length=40)
    direction = models.CharField(max_length=10)
    call_session_id = models.CharField(max_length=255)
    call_notes = models.TextField(blank=True)
    resource_url = models.TextField(blank=True)
    caller_name = models.CharField(max_length=120, blank=True)
    caller_city = models.CharField(max_length=120, blank=True)
    caller_state = models.CharField(max_length=120, blank=True)
    caller_source = models.CharField(max_length=50, blank=True)
    tag = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.call_session_id
