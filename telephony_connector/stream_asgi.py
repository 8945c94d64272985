"""ASGI entry point of a stream server: `/agent/stream` and `/healthz` alone, beside servers of `wsgi.py`."""

import os

import django

from telephony_connector.asgi_types import STREAM_PATH, Application, Receive, Scope, Send, answer_lifespan

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")


def build_application() -> Application:
    """The dispatcher; Django is set up once, before the stream's module is imported."""
    django.setup()

    from calls.views.stream import agent_stream

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await answer_lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == STREAM_PATH:
            await agent_stream(scope, receive, send)
        elif scope["type"] == "http":
            await _answer(send, 200 if scope["path"] == "/healthz" else 404)

    return application


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"ok" if status == 200 else b"not found"})


application = build_application()
