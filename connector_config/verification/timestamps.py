"""Timestamps inside signatures: reading them and refusing stale ones."""

from __future__ import annotations

from datetime import UTC, datetime

from connector_config.verification.base import VerificationError
from connector_config.verification.settings import Setting, is_whole_number

_FIRST_MILLISECONDS = 100_000_000_000
"""Seconds reach this in the year 5138, milliseconds passed it in 1973."""

DEFAULT_TOLERANCE_SECONDS = "300"

TOLERANCE = Setting(
    "tolerance_seconds", "Tolerance in seconds", default=DEFAULT_TOLERANCE_SECONDS, maximum=86_400, advanced=True,
    help="How far the signed time may lie from ours, before or after.",
)  # fmt: skip


def epoch_seconds(text: str) -> float:
    """Unix seconds or milliseconds, or ISO 8601 (UTC when it names no zone); VerificationError when it is neither."""
    text = text.strip()
    if is_whole_number(text):
        number = int(text)
        return number / 1000 if number >= _FIRST_MILLISECONDS else float(number)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise VerificationError("the timestamp cannot be read") from None


def require_fresh(timestamp: str, received_at: datetime, tolerance_seconds: int) -> None:
    """VerificationError when the time lies further than the tolerance from the receipt, before or after it."""
    age = received_at.timestamp() - epoch_seconds(timestamp)
    if age > tolerance_seconds:
        raise VerificationError("the timestamp is too old")
    if age < -tolerance_seconds:
        raise VerificationError("the timestamp lies in the future")
