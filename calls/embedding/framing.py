"""Who may show an embedded page in a frame: exactly the connector's own list, for these pages only."""

from __future__ import annotations

from collections.abc import Sequence

from csp.constants import NONE, SELF
from django.http import HttpResponse


def let_frame(response: HttpResponse, origins: Sequence[str]) -> HttpResponse:
    """Allow these origins to frame the page (none: nobody), and let no address of it leave in a Referer."""
    # django-csp's own protocol; frame-ancestors replaces the header X-Frame-Options, which knows no lists.
    # Recordings are fetched with the token and played from memory.
    policy = {"frame-ancestors": list(origins) or [NONE], "media-src": [SELF, "blob:"]}
    response._csp_replace = policy  # type: ignore[attr-defined]  # noqa: SLF001
    if origins:
        response.xframe_options_exempt = True
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
