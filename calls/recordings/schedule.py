"""When a recording that could not be copied is asked for again. Pure but for the dice."""

from __future__ import annotations

import random
from datetime import timedelta

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""The least pause after the first, second … attempt: 14 attempts over two days.

Most providers need seconds to a few minutes to finish a recording; the long ones are for a provider's outage and for
credentials that somebody has to mend.
"""
MAXIMUM_ATTEMPTS = len(DELAYS) + 1
LARGEST_JITTER = 0.2


def pause_after(attempt_count: int) -> timedelta | None:
    """The pause after that many attempts, or None when they were the last."""
    if attempt_count >= MAXIMUM_ATTEMPTS:
        return None
    pause = DELAYS[max(attempt_count, 1) - 1]
    return pause * (1 + random.uniform(0, LARGEST_JITTER))  # noqa: S311 - spreads load, keeps no secret
