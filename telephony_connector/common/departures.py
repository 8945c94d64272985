"""Tells a WSGI view that its reader has gone, which WSGI itself does not: a long answer would be made for nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_KEY = "telephony_connector.reader_gone"


async def with_departures(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request without a body (GET, HEAD) so that ``has_reader_gone`` works in its view."""
    gone = threading.Event()
    scope[_KEY] = gone

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async def no_body() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    watcher = asyncio.ensure_future(watch())
    try:
        await application(scope, no_body, send)
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher


def has_reader_gone(environ: MutableMapping[str, Any]) -> bool:
    """True once the connection of this request is closed; always False under a server that cannot tell."""
    gone = environ.get("asgi.scope", {}).get(_KEY)
    return isinstance(gone, threading.Event) and gone.is_set()
