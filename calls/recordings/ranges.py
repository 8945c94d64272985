"""Byte ranges of HTTP (RFC 9110 §14): what was asked for, and what of it one answer gives. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from calls.recordings.errors import UnsatisfiableRangeError

WINDOW = 1_048_576
"""The most bytes that one answer to a range gives; RFC 9110 §15.3.7 allows less than was asked, and players ask on.

Whoever pauses a player must not hold one of the few web threads: so much fits into the server's queue at once.
"""
_RANGE = re.compile(r"\s*bytes\s*=\s*(?P<first>\d{1,15})?\s*-\s*(?P<last>\d{1,15})?\s*", re.ASCII | re.IGNORECASE)
_CONTENT_RANGE = re.compile(
    r"\s*bytes\s+(?P<first>\d{1,15})-(?P<last>\d{1,15})/(?P<total>\d{1,15}|\*)\s*", re.ASCII | re.IGNORECASE
)
_UNSATISFIED = re.compile(r"\s*bytes\s+\*/(?P<total>\d{1,15})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """``first`` to ``last``, both counted from 0 and included. No ``last``: to the end. No ``first``: so many last."""

    first: int | None
    last: int | None

    @property
    def header(self) -> str:
        """What to ask the provider for: no more than one window of it, as far as that can be told."""
        if self.first is None:
            return f"bytes=-{self.last}"
        end = self.first + WINDOW - 1
        return f"bytes={self.first}-{end if self.last is None else min(self.last, end)}"

    def within(self, total: int) -> tuple[int, int]:
        """First and last byte of the answer to it, given the whole length. Raises UnsatisfiableRangeError."""
        if self.first is None:
            first, last = max(total - (self.last or 0), 0), total - 1
        else:
            first, last = self.first, total - 1 if self.last is None else min(self.last, total - 1)
        if first >= total or last < first:
            raise UnsatisfiableRangeError(total)
        return first, min(last, first + WINDOW - 1)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """What a provider's 206 says that it holds; ``total`` is None for ``*``."""

    first: int
    last: int
    total: int | None


def parse_range(header: str) -> ByteRange | None:
    """One range; None for none, for several and for what is malformed, which a server may ignore (RFC 9110 §14.2)."""
    found = _RANGE.fullmatch(header)
    if found is None or found["first"] is found["last"] is None:
        return None
    first, last = (int(found[name]) if found[name] else None for name in ("first", "last"))
    if first is not None and last is not None and last < first:
        return None
    return ByteRange(first, last)


def parse_content_range(header: str) -> ContentRange | None:
    """The header of a 206; None when it cannot be believed."""
    found = _CONTENT_RANGE.fullmatch(header)
    if found is None:
        return None
    total = None if found["total"] == "*" else int(found["total"])
    first, last = int(found["first"]), int(found["last"])
    is_possible = first <= last and (total is None or last < total)
    return ContentRange(first, last, total) if is_possible else None


def unsatisfied_total(header: str) -> int | None:
    """The whole length that a 416 tells, where it does."""
    found = _UNSATISFIED.fullmatch(header)
    return int(found["total"]) if found else None
