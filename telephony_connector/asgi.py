"""ASGI entry point: the agents' event stream natively, everything else as WSGI in threads."""

import os
from typing import Any

from a2wsgi import WSGIMiddleware

from telephony_connector.asgi_types import STREAM_PATH, Application, Receive, Scope, Send, answer_lifespan
from telephony_connector.common.departures import with_departures

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")


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
            await answer_lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == STREAM_PATH:
            await agent_stream(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith("/recording/") and scope["method"] in {"GET", "HEAD"}:
            await with_departures(pages, scope, receive, send)
        elif scope["type"] == "http":
            await pages(scope, receive, send)

    return application


application = build_application()
