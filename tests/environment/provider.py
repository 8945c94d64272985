"""A provider's server: records every request, answers what the test says."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it came over the wire; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, list[str]]:
        """The body as a form."""
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server replies; `delay_seconds` before the first byte."""

    status: int = 200
    body: bytes = b"OK"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/plain"})
    delay_seconds: float = 0.0


Responder = Callable[[RecordedRequest], Answer]


class ProviderServer:
    """A threaded HTTP server on 127.0.0.1."""

    def __init__(self) -> None:
        """Start serving; every path answers `200 OK` until told otherwise."""
        self.requests: list[RecordedRequest] = []
        self._changed = threading.Condition()
        self._responders: dict[str, Responder] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str, answer: Answer | Responder) -> None:
        """Reply to this path (without its query) with an answer, or with what a function of the request gives."""
        self._responders[path] = answer if callable(answer) else lambda _request: answer

    def received(self, path: str) -> list[RecordedRequest]:
        """All requests to this path so far, oldest first."""
        return [request for request in list(self.requests) if request.path == path]

    def wait_for(self, path: str, *, count: int = 1, timeout_seconds: float = 10.0) -> list[RecordedRequest]:
        """The requests to this path once there are that many; AssertionError when they do not come."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while len(self.received(path)) < count and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
        requests = self.received(path)
        assert len(requests) >= count, f"{len(requests)} of {count} requests to {path}; all: {self.requests}"
        return requests

    def clear(self) -> None:
        """Forget requests and answers."""
        self.requests.clear()
        self._responders.clear()

    def stop(self) -> None:
        """Close the port; later requests are refused."""
        self._server.shutdown()
        self._server.server_close()

    def _respond(self, request: RecordedRequest) -> Answer:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        responder = self._responders.get(request.path)
        return responder(request) if responder else Answer()

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        respond = self._respond

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qs(parts.query, keep_blank_values=True)
                answer = respond(RecordedRequest(self.command, parts.path, query, headers, body))
                time.sleep(answer.delay_seconds)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Stay silent."""

        return Handler
