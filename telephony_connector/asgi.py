"""ASGI entry point: event stream and static files natively, everything else as WSGI in threads."""

import os
from typing import Any

from a2wsgi import WSGIMiddleware

from telephony_connector.asgi_types import STREAM_PATH, Application, Receive, Scope, Send, answer_lifespan
from telephony_connector.common.departures import with_departures
from telephony_connector.common.patience import patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")


def build_application() -> Application:
    """The dispatcher; Django is set up once, before the stream's module is imported."""
    from telephony_connector.wsgi import application as wsgi_application

    django_application: Any = wsgi_application

    from django.conf import settings
    from django.urls import get_resolver

    from calls.views.stream import agent_stream
    from telephony_connector.common.static_files import with_static_files

    # Import every view now: the first caller should not wait for it, and "ready" should mean ready.
    _ = get_resolver().url_patterns

    def largest_body(path: str) -> int:
        is_administration = path.startswith("/admin/")
        return int(settings.LARGEST_UPLOAD if is_administration else settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    # Django under WSGI in threads serves three times as many hooks as its own ASGI handler.
    threads: Any = WSGIMiddleware(django_application, workers=settings.WEB_THREADS)
    pages = with_static_files(patient(threads, largest_body=largest_body))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await answer_lifespan(receive, send)
            return
        scope = with_plain_headers(scope)
        if scope["type"] == "http" and scope["path"] == STREAM_PATH:
            await agent_stream(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith("/recording/") and scope["method"] in {"GET", "HEAD"}:
            await with_departures(pages, scope, receive, send)
        elif scope["type"] == "http":
            await pages(scope, receive, send)

    return application


def with_plain_headers(scope: Scope) -> Scope:
    """The scope without headers whose names hold an underscore.

    WSGI writes ``X_Forwarded_For`` as it writes ``X-Forwarded-For``: a caller could speak for the proxy in front,
    which passes the first on and knows the second only.
    """
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}


application = build_application()
