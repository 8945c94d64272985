"""Counting what was refused, so that whoever guesses is held back; each process counts for itself."""

from __future__ import annotations

from django.core.cache import cache


def refusals(counter: str) -> int:
    """How many there were since the first one, until that is forgotten."""
    return int(cache.get(counter, 0))


def forget_refusals(counter: str) -> None:
    """As if there had been none."""
    cache.delete(counter)


def count_refusal(counter: str, *, seconds: int) -> int:
    """One more, and how many that makes; they are forgotten so many seconds after the first."""
    cache.add(counter, 0, timeout=seconds)
    try:
        return int(cache.incr(counter))
    except ValueError:  # forgotten in between
        return 1
