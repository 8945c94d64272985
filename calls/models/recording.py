"""Recordings: copies that are kept here, and who has played what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from calls.models.call import Call
from telephony_connector.common.models import TimestampedModel


class RecordingCopy(TimestampedModel):
    """The copy of one call's recording, wanted or kept. The row is the queue entry, as that of an OutboundRequest is.

    ``url`` is the address that it is a copy of. ``file`` and ``pending_file`` are names in the storage
    ``recordings``: the kept file, and the one that a worker is writing. A worker claims the row by ``claimed_until``.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WANTED = "wanted", "To be fetched"
        FETCHING = "fetching", "Being fetched"
        READY = "ready", "Kept"
        FAILED = "failed", "Given up"

    call = models.OneToOneField(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="recording_copy", verbose_name="call"
    )
    url = models.TextField("address")
    state = models.CharField("state", max_length=10, choices=State.choices, default=State.WANTED)
    attempt_count = models.PositiveSmallIntegerField("attempts", default=0)
    next_attempt_at = models.DateTimeField("next attempt", null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    message = models.TextField("message", blank=True)
    file = models.CharField("file", max_length=200, blank=True)
    pending_file = models.CharField(max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField("bytes", null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    content_type = models.CharField("content type", max_length=80, blank=True)
    fetched_at = models.DateTimeField("fetched", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "copy of a recording"
        verbose_name_plural = "copies of recordings"
        indexes = [
            models.Index(fields=["next_attempt_at"], name="recording_due", condition=Q(state="wanted")),
            models.Index(fields=["claimed_until"], name="recording_claimed", condition=Q(state="fetching")),
            models.Index(fields=["-created_at"], name="recording_newest"),
        ]

    def __str__(self) -> str:
        return f"Recording of call {self.call_id or '(gone)'}"


class RecordingPlay(models.Model):
    """Somebody listened to a recording. Requests of one sitting are one row; rows are never deleted nor changed
    otherwise. The texts stay when the user or the call goes.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="user"
    )
    user_name = models.CharField("user's name", max_length=150)
    call = models.ForeignKey(
        Call, on_delete=models.SET_NULL, null=True, related_name="recording_plays", verbose_name="call"
    )
    session_id = models.CharField("session id", max_length=255, blank=True)
    started_at = models.DateTimeField("played")
    last_at = models.DateTimeField("last request")
    request_count = models.PositiveIntegerField("requests", default=1)
    address = models.CharField("address", max_length=45, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = "play of a recording"
        verbose_name_plural = "plays of recordings"
        indexes = [
            models.Index(fields=["-started_at"], name="recording_play_newest"),
            models.Index(fields=["call", "user", "-last_at"], name="recording_play_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name}, call {self.call_id or self.session_id}"
