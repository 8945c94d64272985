"""ASGI entry point: the agents' event stream natively, everything else as WSGI in threads."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

from telephony_connector.common.departures import with_departures

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

STREAM_PATH = "/agent/stream"


def build_application() -> Application:
    """The dispatcher; Django is set up once, before the stream's module is imported."""
    from telephony_connector.wsgi import application as wsgi_application

    django_application: Any = wsgi_application

    from django.conf import settings
    from django.urls import get_resolver

    from calls.views.stream import agent_stream

    # Import every view now: the first caller should not wait for it, and "ready" should mean ready.
    _ = get_resolver().url_patterns
    # Django under WSGI in threads serves three times as many hooks as its own ASGI handler.
    pages: Any = WSGIMiddleware(django_application, workers=settings.WEB_THREADS)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _answer_lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == STREAM_PATH:
            await agent_stream(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith("/recording/") and scope["method"] in {"GET", "HEAD"}:
            await with_departures(pages, scope, receive, send)
        elif scope["type"] == "http":
            await pages(scope, receive, send)

    return application


async def _answer_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = build_application()
