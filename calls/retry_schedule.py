"""When a disposition that the provider did not take is sent again. Pure but for the dice."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=30),
)
"""The least pause after the first, second … attempt.

A restart or a hiccup at the provider is over within the first minute, a deployment within the hour, a broken
certificate or an unpaid bill after a weekend: twelve attempts over 76 hours outlast each. Each pause grows by up to a
fifth at random, never shrinks, so that a provider that comes back is not met by everything at once.
"""

MAXIMUM_ATTEMPTS = len(DELAYS) + 1
LARGEST_JITTER = 0.2
LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A longer Retry-After is cut to this: a date years ahead must not swallow a request."""


def pause_after(attempt_count: int, retry_after_seconds: float | None = None) -> timedelta | None:
    """The pause after that many attempts, or None when they were the last.

    A provider's Retry-After prolongs the pause and never shortens it: a constant ``Retry-After: 1`` would otherwise
    use up all attempts within seconds.
    """
    if attempt_count >= MAXIMUM_ATTEMPTS:
        return None
    pause = DELAYS[max(attempt_count, 1) - 1]
    if retry_after_seconds is not None:
        asked = timedelta(seconds=max(0.0, min(retry_after_seconds, LONGEST_RETRY_AFTER.total_seconds())))
        pause = max(pause, asked)
    return pause * (1 + random.uniform(0, LARGEST_JITTER))  # noqa: S311 - spreads load, keeps no secret


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """Retry-After as seconds from now (RFC 9110 §10.2.3: a number or a date); None when it says nothing readable."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
