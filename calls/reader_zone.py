"""The time zone of whoever reads a page: what *today* means, and how times are written and read there.

The browser tells its zone in a cookie, which the pages' script sets (static/js/times.js). Without one, on the very
first page, the installation's zone serves.
"""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone

COOKIE = "time_zone"
_LONGEST = 64


def reader_zone(request: HttpRequest) -> tzinfo:
    """The zone that the browser named, when it is one; else the installation's."""
    name = request.COOKIES.get(COOKIE, "")
    try:
        return ZoneInfo(name) if 0 < len(name) <= _LONGEST else timezone.get_default_timezone()
    # What tzdata raises for names that are no zones, among them folders and files that are none.
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return timezone.get_default_timezone()
