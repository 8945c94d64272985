"""The provider's own HTTP server: /call makes it ring, /dispose frees an agent, /recordings/… plays a tone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from calls.recordings.errors import UnsatisfiableRangeError
from calls.recordings.ranges import parse_range
from calls.simulator.tone import recording

HOST = "127.0.0.1"
LARGEST_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider answers."""

    status: int
    body: bytes
    content_type: str = "application/json"


Handler = Callable[[str, Mapping[str, str]], Reply]
"""``(path, fields)``: the fields of query and body together, names in lower case, with ``idempotency-key`` if sent."""


def json_reply(http_status: int, **values: str) -> Reply:
    """A JSON object as reply."""
    return Reply(http_status, json.dumps(values).encode())


def make_server(port: int, handle: Handler, *, recording_authorization: str = "") -> ThreadingHTTPServer:
    """A server on 127.0.0.1 (port 0: any), not yet serving. Raises OSError when the port is taken.

    ``recording_authorization`` is the Authorization header without which it hands out no recording.
    """
    return _Server(port, handle, recording_authorization)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, handle: Handler, recording_authorization: str) -> None:
        self.handle_fields, self.recording_authorization = handle, recording_authorization
        super().__init__((HOST, port), _RequestHandler)


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
        fields = fields_of(parts.query, self.rfile.read(length))
        if key := self.headers.get("Idempotency-Key"):
            fields["idempotency-key"] = key
        is_recording = parts.path.startswith("/recordings/")
        self._answer(self._recording() if is_recording else self.server.handle_fields(parts.path, fields))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the base class's names

    def _recording(self) -> Reply:
        wanted = self.server.recording_authorization
        if wanted and self.headers.get("Authorization", "") != wanted:
            return json_reply(401, status="ERROR", message="Recordings need user and password")
        return Reply(200, recording(), "audio/wav")

    def _answer(self, reply: Reply) -> None:
        wanted = parse_range(self.headers.get("Range", "")) if reply.status == 200 else None
        try:
            first, last = wanted.within(len(reply.body)) if wanted else (0, len(reply.body) - 1)
        except UnsatisfiableRangeError:
            wanted, first, last = None, 0, -1
            reply = Reply(416, b"", reply.content_type)
        is_part = wanted is not None
        self.send_response(206 if is_part else reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Accept-Ranges", "bytes")
        if is_part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(reply.body)}")
        body = reply.body[first : last + 1] if is_part else reply.body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: every request has its own line already."""


def fields_of(query: str, body: bytes) -> dict[str, str]:
    """Query, and a JSON object or form body, as one flat mapping with names in lower case; the body wins."""
    fields = dict(parse_qsl(query, keep_blank_values=True))
    text = body.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text)
    except ValueError:
        document = dict(parse_qsl(text))
    if isinstance(document, dict):
        fields |= {name: "" if value is None else str(value) for name, value in document.items()}
    return {name.lower(): value for name, value in fields.items()}
