"""The time zone of whoever reads a page: what *today* means, and how times are written and read there.

The browser tells its zone in a cookie, which the pages' script sets (static/js/times.js). Without one, on the very
first page, the installation's zone serves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
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


def administration_in_readers_zone(get_response: GetResponse) -> GetResponse:
    """Middleware: administration pages write and read times in the reader's zone; reports keep the installation's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return get_response(request)
        with timezone.override(reader_zone(request)):
            return get_response(request)

    return middleware
