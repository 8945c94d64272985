"""Static files straight from the event loop: a reader who stops in the middle of one holds no thread."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import IO, Any

from whitenoise.middleware import WhiteNoiseMiddleware

from telephony_connector.asgi_types import Application, Receive, Scope, Send
from telephony_connector.common.patience import PATIENCE_SECONDS, PIECE


def with_static_files(application: Application) -> Application:
    """The application behind WhiteNoise's files, found and described as its middleware does it."""
    # It calls what follows for none of its files, and is asked for nothing else.
    files: Any = WhiteNoiseMiddleware(lambda request: None)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        file = files.find_file(path) if files.autorefresh else files.files.get(path)
        if file is None:
            await application(scope, receive, send)
            return
        response = file.get_response(scope["method"], _environ(scope))
        headers = [(name.lower().encode(), value.encode()) for name, value in response.headers]
        start = {"type": "http.response.start", "status": int(response.status), "headers": [*headers, *_SECURITY]}
        await send(start)
        await _send_file(response.file, send)

    return answer


_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
"""What Django's SecurityMiddleware adds, and pages have from it."""


def _environ(scope: Scope) -> dict[str, str]:
    """The headers by the names of WSGI."""
    return {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1") for name, value in scope["headers"]
    }


async def _send_file(file: IO[bytes] | None, send: Send) -> None:
    if file is not None:
        with closing(file):
            while piece := file.read(PIECE):
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                except TimeoutError:
                    return
    await send({"type": "http.response.body", "body": b""})
