"""A request through the whole WSGI application, as the web server hands it over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from telephony_connector.wsgi import application


@dataclass(frozen=True)
class Answered:
    """Status, headers and body of an answer."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)


def ask(method: str, path: str, body: bytes = b"", content_type: str = "application/json", **extra: Any) -> Answered:
    """Send a request; ``path`` may be any text, ``extra`` replaces entries of the WSGI environment."""
    environ = RequestFactory()._base_environ()  # type: ignore[attr-defined]  # the stub lacks it
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1")}
    if body:
        environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": content_type, "wsgi.input": BytesIO(body)}
    started: list[Any] = []
    with _connections_kept():
        chunks = application({**environ, **extra}, lambda *arguments: started.append(arguments))
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = started[0][:2]
    return Answered(int(status[:3]), dict(headers), content)


@contextmanager
def _connections_kept() -> Iterator[None]:
    """Django closes a connection after each request, and with it the transaction that a test runs in."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
