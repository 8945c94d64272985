"""Fetches one recording into the storage; the door at which every failure becomes a settled row."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from contextlib import closing

from django.core.files.base import File
from django.utils import timezone

from calls.recordings.copies import CopyClaim, Fetched, claim, hand_over_next, settle
from calls.recordings.errors import RecordingError, RecordingProblem
from calls.recordings.parts import Whole, whole_of_provider
from calls.recordings.storage import recording_storage
from calls.recordings.upstream import broken_off
from telephony_connector.common.http import HttpDoorError

logger = logging.getLogger(__name__)


def fetch_copy(copy_id: int) -> None:
    """Fetch the recording if it is due and nobody else does; never raises for what a provider or a storage does.

    Called twice, or by two workers at once, it fetches once: the claim is one conditional UPDATE. No HTTP happens
    inside a transaction.
    """
    held = claim(copy_id)
    if held is None:
        return
    outcome = _attempted(held)
    if not settle(held, outcome):
        logger.warning("Recording copy %s was taken over before its file was recorded", copy_id)
    hand_over_next(timezone.now())


def _attempted(held: CopyClaim) -> Fetched:
    try:
        whole = whole_of_provider(held.call)
        with closing(whole.chunks):
            return _stored(held, whole)
    except RecordingError as error:
        message = f"{error.message} {error.detail}".strip()
        return Fetched(message=message, is_final=error.problem == RecordingProblem.TOO_LARGE)
    except HttpDoorError:
        return Fetched(message=broken_off(held.call).message)
    except Exception as error:
        logger.exception("Fetching recording copy %s broke", held.copy.pk)
        return Fetched(message=f"It could not be kept: {type(error).__name__}, see the log.")


def _stored(held: CopyClaim, whole: Whole) -> Fetched:
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as file:
        for chunk in whole.chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        if whole.total is not None and size != whole.total:
            return Fetched(message=broken_off(held.call).message)
        file.seek(0)
        name = recording_storage().save(held.file_name, File(file, name=held.file_name))
    return Fetched(sha256=digest.hexdigest(), file_name=name, size=size, content_type=whole.content_type)
