"""Derivations: fields that a provider does not send but that follow from others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from connector_config.mapping.durations import LONGEST_SECONDS
from connector_config.mapping.events import CallStatus

Draft = dict[str, object]
"""A record being read: field name → value; an absent field has no key."""


def _end_from_duration(draft: Draft) -> None:
    start, seconds = draft.get("started_at"), draft.get("duration_seconds")
    if draft.get("status") in _LIVE:
        return
    if "ended_at" not in draft and isinstance(start, datetime) and isinstance(seconds, int):
        _set_time(draft, "ended_at", start, seconds)


def _end_from_event_time(draft: Draft) -> None:
    status, moment = draft.get("status"), draft.get("occurred_at")
    if isinstance(status, CallStatus) and status.is_terminal and isinstance(moment, datetime):
        draft.setdefault("ended_at", moment)


def _start_from_duration(draft: Draft) -> None:
    end, seconds = draft.get("ended_at"), draft.get("duration_seconds")
    if "started_at" not in draft and isinstance(end, datetime) and isinstance(seconds, int):
        _set_time(draft, "started_at", end, -seconds)


def _set_time(draft: Draft, name: str, base: datetime, seconds: int) -> None:
    try:
        draft[name] = base + timedelta(seconds=seconds)
    except OverflowError:
        return


def _duration_from_times(draft: Draft) -> None:
    _duration_between(draft, "started_at")


def _duration_from_answer(draft: Draft) -> None:
    _duration_between(draft, "answered_at")


def _duration_between(draft: Draft, begin: str) -> None:
    start, end = draft.get(begin), draft.get("ended_at")
    if "duration_seconds" in draft or not isinstance(start, datetime) or not isinstance(end, datetime):
        return
    seconds = int((end - start).total_seconds())
    if 0 <= seconds <= LONGEST_SECONDS:
        draft["duration_seconds"] = seconds


def _no_duration_unless_answered(draft: Draft) -> None:
    status = draft.get("status")
    if isinstance(status, CallStatus) and status.is_terminal and status not in _TALKED:
        draft.setdefault("duration_seconds", 0)


def _status_from_answer(draft: Draft) -> None:
    _set_status(draft, CallStatus.ANSWERED if "answered_at" in draft else CallStatus.MISSED)


def _status_from_duration(draft: Draft) -> None:
    if "duration_seconds" in draft:
        _set_status(draft, CallStatus.ANSWERED if draft["duration_seconds"] else CallStatus.MISSED)


def _set_status(draft: Draft, status: CallStatus) -> None:
    if draft.get("status", CallStatus.UNKNOWN) is CallStatus.UNKNOWN:
        draft["status"] = status


def _answered_needs_duration(draft: Draft) -> None:
    if draft.get("status") is CallStatus.ANSWERED and draft.get("duration_seconds") == 0:
        draft["status"] = CallStatus.MISSED


_LIVE = frozenset({CallStatus.RINGING, CallStatus.IN_PROGRESS})
_TALKED = frozenset({CallStatus.ANSWERED, CallStatus.VOICEMAIL})

DERIVATIONS: dict[str, Callable[[Draft], None]] = {
    "answered_needs_duration": _answered_needs_duration,
    "duration_from_answer": _duration_from_answer,
    "duration_from_times": _duration_from_times,
    "end_from_duration": _end_from_duration,
    "end_from_event_time": _end_from_event_time,
    "no_duration_unless_answered": _no_duration_unless_answered,
    "start_from_duration": _start_from_duration,
    "status_from_answer": _status_from_answer,
    "status_from_duration": _status_from_duration,
}
"""Name → step, run in the order written. Each fills what is absent; ``answered_needs_duration`` alone corrects."""
