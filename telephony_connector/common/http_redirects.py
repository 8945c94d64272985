"""Streams that follow a few redirects: each hop through the door of its own, credentials for the first origin only."""

from __future__ import annotations

import dataclasses
import time
from urllib.parse import urljoin, urlsplit

from telephony_connector.common.address_policy import DEFAULT_PORTS
from telephony_connector.common.http import HttpDoorError, OutgoingRequest, StreamedAnswer, open_stream

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Headers = tuple[tuple[str, str], ...]


class RedirectError(HttpDoorError):
    """A redirect that leads nowhere, to no web address, or on and on. The message holds no URL."""


def open_following(
    request: OutgoingRequest, *, max_bytes: int, credentials: Headers = (), longest_seconds: float = 600.0
) -> StreamedAnswer:
    """``http.open_stream`` of a GET that goes where redirects lead, three at most.

    Every hop's address is resolved, judged and pinned anew, so that no redirect reaches what the URL itself may not.
    The request's own headers go to each hop, ``credentials`` to the first origin (scheme, host and port) and to
    nobody else. The request's time-out is for all hops together. Raises what ``open_stream`` raises, and RedirectError.
    """
    deadline = time.monotonic() + request.timeout_seconds
    first = origin_of(request.url)
    url = request.url
    for _hop in range(MAX_REDIRECTS + 1):
        own = credentials if origin_of(url) == first else ()
        hop = dataclasses.replace(
            request,
            url=url,
            headers=(*request.headers, *own),
            timeout_seconds=max(deadline - time.monotonic(), 0.001),
        )
        answer = open_stream(hop, max_bytes=max_bytes, longest_seconds=longest_seconds)
        if answer.status not in _REDIRECTS:
            return answer
        answer.close()
        url = _next_url(url, answer.headers.get("location", ""))
    raise RedirectError(f"the provider redirected more than {MAX_REDIRECTS} times")


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port in their plainest form; empty and 0 for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def _next_url(url: str, location: str) -> str:
    try:
        target = urljoin(url, location.strip())
    except ValueError:
        target = ""
    if not location.strip() or origin_of(target)[0] not in DEFAULT_PORTS:
        raise RedirectError("the provider redirected to something that is no web address")
    return target
