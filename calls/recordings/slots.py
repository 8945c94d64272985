"""How many recordings one process fetches or sends at a time: the web threads are few, and others need them too."""

from __future__ import annotations

import threading

from django.conf import settings

from calls.recordings.errors import RecordingError, RecordingProblem

WAIT_SECONDS = 2.0
"""Parts are quick, so that a short wait mostly gets one; a player would stop at a refusal."""

_changed = threading.Condition()
_taken = 0


def take_slot() -> Slot:
    """A place among RECORDING_STREAMS; raises RecordingError (busy) when none becomes free soon."""
    global _taken
    with _changed:
        if not _changed.wait_for(lambda: _taken < settings.RECORDING_STREAMS, timeout=WAIT_SECONDS):
            message = "Too many recordings are being played at the moment. Try again in a few seconds."
            raise RecordingError(RecordingProblem.BUSY, message)
        _taken += 1
    return Slot()


class Slot:
    """A taken place; give it back once, twice does no harm."""

    def __init__(self) -> None:
        self._is_taken = True

    def give_back(self) -> None:
        """Let the next one in."""
        global _taken
        with _changed:
            if self._is_taken:
                self._is_taken = False
                _taken -= 1
                _changed.notify()


def taken_slots() -> int:
    """How many are taken now."""
    return _taken
