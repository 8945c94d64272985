"""The Range header of RFC 9110, section 14; one part only."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")


def part_of(header: str, length: int) -> range | None:
    """The bytes that a Range header asks for; empty when there are none such, None when it asks for everything."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, length - int(last)), length)
    return range(int(first), min(length, int(last) + 1) if last else length)
