"""Copies of recordings as a queue: owing one, claiming it, settling it, and thinning them out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from calls.embedded_pages import is_web_address
from calls.handover import hand_over_copy
from calls.models import Call, RecordingCopy
from calls.recordings.schedule import MAXIMUM_ATTEMPTS, pause_after
from calls.recordings.storage import new_file_name, recording_storage
from calls.recordings.upstream import HEAD_SECONDS, LONGEST_SECONDS
from connector_config.models import Connector

logger = logging.getLogger(__name__)

State = RecordingCopy.State
LEASE = timedelta(seconds=HEAD_SECONDS + LONGEST_SECONDS + 60)
"""What a worker gets for one fetch before others take it for dead."""
MAXIMUM_AT_ONCE = 2
"""So many are fetched at a time, of the worker's few threads: click-to-calls go through the same worker."""
BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class CopyClaim:
    """One worker's right to fetch one recording into ``file_name`` until ``claimed_until``."""

    copy: RecordingCopy
    call: Call
    claimed_until: datetime
    file_name: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a try came to. Without ``sha256`` nothing was kept; ``is_final``: trying again would not help."""

    message: str = ""
    sha256: str = ""
    file_name: str = ""
    size: int = 0
    content_type: str = ""
    is_final: bool = False


def owe_copy(*, call: Call, is_wanted: bool) -> None:
    """Owe a copy of the call's recording, anew when its address has changed. To be called in the transaction that
    saves the call; a worker is told after the commit."""
    if not is_wanted or not is_web_address(call.recording_url):
        return
    now = timezone.now()
    copy, is_new = RecordingCopy.objects.get_or_create(
        call=call, defaults={"url": call.recording_url, "next_attempt_at": now}
    )
    if not is_new and copy.url == call.recording_url:
        return
    if not is_new:
        RecordingCopy.objects.filter(pk=copy.pk).update(url=call.recording_url, **_wanted_anew(now))
    transaction.on_commit(partial(hand_over_copy, copy.pk))


def fetch_again(copies: QuerySet[RecordingCopy]) -> int:
    """Owe these copies once more, from the beginning of the schedule; those that are kept stay. Returns how many."""
    now = timezone.now()
    return copies.filter(state__in=[State.FAILED, State.WANTED], call__isnull=False).update(**_wanted_anew(now))


def _wanted_anew(now: datetime) -> dict[str, object]:
    return {
        "state": State.WANTED, "attempt_count": 0, "next_attempt_at": now, "claimed_until": None, "message": "",
        "updated_at": now,
    }  # fmt: skip


def due_copies(now: datetime) -> QuerySet[RecordingCopy]:
    """What may be fetched now, for connectors that still keep copies."""
    return RecordingCopy.objects.filter(
        state=State.WANTED, next_attempt_at__lte=now, call__connector__keeps_recordings=True
    )


def claim(copy_id: int) -> CopyClaim | None:
    """Take the copy for fetching; None when it is not due, somebody else has it, or enough are being fetched."""
    now = timezone.now()
    if _free_places(now) == 0:
        return None
    before = RecordingCopy.objects.filter(pk=copy_id).values_list("pending_file", flat=True).first()
    claimed_until, name = now + LEASE, new_file_name()
    due = RecordingCopy.objects.filter(pk__in=due_copies(now).filter(pk=copy_id).values("pk"), state=State.WANTED)
    claimed = due.update(
        state=State.FETCHING,
        claimed_until=claimed_until,
        attempt_count=F("attempt_count") + 1,
        pending_file=name,
        updated_at=now,
    )
    if not claimed:
        return None
    if before:
        # What a worker that died over it may have left.
        delete_file(before)
    copy = RecordingCopy.objects.select_related("call__connector").get(pk=copy_id)
    return CopyClaim(copy, copy.call, claimed_until, name) if copy.call else None


def settle(held: CopyClaim, outcome: Fetched) -> bool:
    """Write what became of a claimed fetch; False, and its file gone, when the claim had been taken away meanwhile."""
    now = timezone.now()
    mine = RecordingCopy.objects.filter(pk=held.copy.pk, state=State.FETCHING, claimed_until=held.claimed_until)
    is_settled = bool(mine.update(claimed_until=None, pending_file="", updated_at=now, **_changes(held, outcome, now)))
    if outcome.sha256 and not is_settled:
        delete_file(outcome.file_name)
    if outcome.sha256 and is_settled and held.copy.file:
        delete_file(held.copy.file)
    return is_settled


def _changes(held: CopyClaim, outcome: Fetched, now: datetime) -> dict[str, object]:
    if outcome.sha256:
        return {
            "state": State.READY, "file": outcome.file_name, "size": outcome.size, "sha256": outcome.sha256,
            "content_type": outcome.content_type, "fetched_at": now, "next_attempt_at": None, "message": "",
        }  # fmt: skip
    pause = None if outcome.is_final else pause_after(held.copy.attempt_count)
    if pause is None:
        given_up = "" if outcome.is_final else f"Given up after {MAXIMUM_ATTEMPTS} attempts. "
        return {"state": State.FAILED, "next_attempt_at": None, "message": given_up + outcome.message}
    return {"state": State.WANTED, "next_attempt_at": now + pause, "message": outcome.message}


def sweep_copies() -> None:
    """Take back what a lost worker had claimed, and enqueue what is due, as many as may be fetched at once."""
    now = timezone.now()
    expired = RecordingCopy.objects.filter(state=State.FETCHING, claimed_until__lt=now)
    expired.update(state=State.WANTED, next_attempt_at=now, claimed_until=None, updated_at=now)
    hand_over_next(now)


def hand_over_next(now: datetime) -> None:
    """Enqueue the copies that are due longest, for the places that are free."""
    places = _free_places(now)
    for copy_id in list(due_copies(now).order_by("next_attempt_at").values_list("pk", flat=True)[:places]):
        if not hand_over_copy(copy_id):
            return


def _free_places(now: datetime) -> int:
    # Two claims at once may both see the last place free: one more than meant, for once.
    busy = RecordingCopy.objects.filter(state=State.FETCHING, claimed_until__gt=now).count()
    return max(MAXIMUM_AT_ONCE - busy, 0)


def thin_out_copies() -> int:
    """Delete copies that are older than their connector's days, and those whose call is gone; how many."""
    now = timezone.now()
    deleted = _delete(RecordingCopy.objects.filter(call=None), now)
    for connector_id, days in Connector.objects.values_list("pk", "recording_days"):
        aged = RecordingCopy.objects.filter(call__connector_id=connector_id).alias(
            since=Coalesce("fetched_at", "created_at")
        )
        deleted += _delete(aged.filter(since__lt=now - timedelta(days=days)), now)
    return deleted


def delete_copies(copies: QuerySet[RecordingCopy]) -> int:
    """Delete these copies with their files, whatever their age; how many."""
    return _delete(copies, timezone.now())


def _delete(copies: QuerySet[RecordingCopy], now: datetime) -> int:
    """File first, row second: a row without a file is found again, a file without a row is not."""
    idle = copies.exclude(Q(state=State.FETCHING) & Q(claimed_until__gt=now))
    deleted, last = 0, 0
    while rows := list(idle.filter(pk__gt=last).order_by("pk").values_list("pk", "file", "pending_file")[:BATCH_SIZE]):
        last = rows[-1][0]
        gone = [pk for pk, *names in rows if all(delete_file(name) for name in names if name)]
        deleted += RecordingCopy.objects.filter(pk__in=gone).delete()[0]
    return deleted


def delete_file(name: str) -> bool:
    """Remove a file from the storage; False, with a line in the log, when the storage refuses."""
    try:
        recording_storage().delete(name)
    # Storages raise errors of their own libraries.
    except Exception:
        logger.exception("A copy of a recording could not be deleted")
        return False
    return True
