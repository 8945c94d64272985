"""The exchange's HTTP side: `POST /originate`, `GET /calls/[<id>]`, `GET /recordings/<id>.wav`."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.softswitch.exchange import Exchange, NoTelephoneError
from tests.softswitch.ranges import part_of
from tests.softswitch.record import CallRecord, Wish

LARGEST_BODY = 100_000


class Door(ThreadingHTTPServer):
    """Answers on 127.0.0.1; a click is answered at once, before any telephone rings."""

    daemon_threads = True

    def __init__(self, exchange: Exchange, *, port: int = 0) -> None:
        """Bind the port (0: any)."""
        super().__init__(("127.0.0.1", port), _Handler)
        self._exchange = exchange
        self._by_key: dict[str, CallRecord] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def originate(self, body: bytes, key: str) -> tuple[int, dict[str, object]]:
        """Begin a call; the same Idempotency-Key rings no telephone twice."""
        try:
            wish = _wish(json.loads(body))
            with self._lock:
                record = self._by_key.get(key) or self._exchange.originate(wish)
                if key:
                    self._by_key[key] = record
        except NoTelephoneError as error:
            return 404, {"status": "refused", "message": str(error)}
        except (ValueError, TypeError, AttributeError):
            return 400, {"status": "refused", "message": "a JSON object with agent and customer is wanted"}
        return 200, {"status": "queued", "call_id": record.call_id}

    def call(self, call_id: str) -> tuple[int, dict[str, object]]:
        """What the exchange has measured; without an id, of all calls, oldest first."""
        if not call_id:
            return 200, {"calls": [record.as_json() for record in self._exchange.records()]}
        record = self._exchange.record(call_id)
        return (200, record.as_json()) if record else (404, {"message": "no such call"})

    def recording(self, call_id: str) -> bytes | None:
        """The WAV file's bytes."""
        path = self._exchange.recording(call_id)
        return path.read_bytes() if path else None


class _Handler(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        if self.path != "/originate":
            self._json(404, {"message": "no such page"})
            return
        self._json(*self.server.originate(body, self.headers.get("Idempotency-Key", "")))

    def do_GET(self) -> None:
        folder, _, name = self.path.lstrip("/").partition("/")
        if folder == "calls":
            self._json(*self.server.call(name))
            return
        sound = self.server.recording(name.removesuffix(".wav")) if folder == "recordings" else None
        if sound is None:
            self._json(404, {"message": "no such page"})
            return
        self._sound(sound)

    do_HEAD = do_GET

    def _sound(self, sound: bytes) -> None:
        """All of it, or the part that was asked for (RFC 9110, section 14; one part only)."""
        headers = {"Content-Type": "audio/wav", "Accept-Ranges": "bytes"}
        asked = part_of(self.headers.get("Range", ""), len(sound))
        if asked is None:
            self._reply(200, sound, headers)
        elif asked.start >= asked.stop:
            self._reply(416, b"", {**headers, "Content-Range": f"bytes */{len(sound)}"})
        else:
            where = f"bytes {asked.start}-{asked.stop - 1}/{len(sound)}"
            self._reply(206, sound[asked.start : asked.stop], {**headers, "Content-Range": where})

    def _json(self, status: int, document: dict[str, object]) -> None:
        self._reply(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""


def _wish(document: dict[str, object]) -> Wish:
    """The request's words. Raises ValueError without both numbers."""
    words = {name: str(document.get(name) or "") for name in ("agent", "customer", "virtual_number", "reference")}
    if not (words["agent"] and words["customer"]):
        raise ValueError
    return Wish(**words)
