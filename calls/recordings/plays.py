"""Who played what, when and from where: one row a sitting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from calls.models import Call, RecordingPlay
from telephony_connector.common.locks import lock_for_transaction

SITTING = timedelta(minutes=10)
"""Players ask for a recording in many ranges, and people jump back: requests no further apart are one play."""


@transaction.atomic
def record_play(*, call: Call, user: Any, address: str) -> RecordingPlay:
    """Note that the user plays the call's recording. A further request of the same sitting adds no row."""
    now = timezone.now()
    lock_for_transaction(f"recording-play:{user.pk}:{call.pk}")
    latest = RecordingPlay.objects.filter(call=call, user=user, address=address, last_at__gt=now - SITTING)
    play = latest.order_by("-last_at").first()
    if play is not None:
        RecordingPlay.objects.filter(pk=play.pk).update(last_at=now, request_count=F("request_count") + 1)
        return play
    return RecordingPlay.objects.create(
        call=call,
        session_id=call.session_id,
        user=user,
        user_name=user.get_username()[:150],
        started_at=now,
        last_at=now,
        address=address,
    )
