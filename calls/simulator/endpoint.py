"""The provider's own HTTP server: /call makes it ring, /dispose frees an agent, /recordings/… plays a tone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

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


def make_server(port: int, handle: Handler) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 (port 0: any), not yet serving. Raises OSError when the port is taken."""

    class RequestHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
            fields = fields_of(parts.query, self.rfile.read(length))
            if key := self.headers.get("Idempotency-Key"):
                fields["idempotency-key"] = key
            is_recording = parts.path.startswith("/recordings/")
            reply = Reply(200, recording(), "audio/wav") if is_recording else handle(parts.path, fields)
            self._answer(reply)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the base class's names

        def _answer(self, reply: Reply) -> None:
            first, last = _asked_range(self.headers.get("Range", ""), len(reply.body))
            is_part = "Range" in self.headers and reply.status == 200
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

    server = ThreadingHTTPServer((HOST, port), RequestHandler)
    server.daemon_threads = True
    return server


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


def _asked_range(header: str, length: int) -> tuple[int, int]:
    """First and last byte of ``bytes=first-last``; everything when it cannot be read."""
    first, _, last = header.removeprefix("bytes=").partition("-")
    if first.isdigit() and int(first) < length:
        return int(first), min(int(last), length - 1) if last.isdigit() else length - 1
    return 0, length - 1
