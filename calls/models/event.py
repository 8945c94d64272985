"""The events that calls are folded from."""

from __future__ import annotations

from django.db import models

from calls.models.call import Call
from connector_config.models import Connector


class StoredEvent(models.Model):
    """One accepted call event (connector_config.mapping.events.CallEvent) as a row: what a call is folded from.

    ``journal_id`` is a plain number, not a key: the journal lies in the layer above and is thinned out earlier.
    One below zero stands for a call that somebody here entered by hand (calls.services.manual_calls).
    ``fingerprint`` is the hash of all normalised fields, so that the same event sent twice is stored once.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")
    session_key = models.CharField(max_length=255)
    journal_id = models.BigIntegerField(db_index=True)
    index_in_request = models.PositiveIntegerField(default=0)
    mapping_version = models.PositiveBigIntegerField(default=0)
    kind = models.CharField(max_length=10)
    fields = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["connector", "session_key"], name="event_of_session")]
        constraints = [models.UniqueConstraint(fields=["connector", "fingerprint"], name="event_once_a_connector")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.session_key}"
