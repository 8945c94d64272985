"""A provider's server of recordings, as good or as odd as a test wants it."""

from __future__ import annotations

import contextlib
import io
import math
import struct
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from calls.recordings.ranges import parse_range


@lru_cache
def tone(seconds: int, rate: int = 8000) -> bytes:
    """A WAV file of so many seconds."""
    file = io.BytesIO()
    one_second = b"".join(struct.pack("<h", round(6000 * math.sin(2 * math.pi * 440 * n / rate))) for n in range(rate))
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(one_second * seconds)
    return file.getvalue()


@dataclass
class Sound:
    """What one path answers. ``statuses`` are given first, one a request, each with an empty body."""

    body: bytes = b""
    content_type: str = "audio/wav"
    has_ranges: bool = True
    has_length: bool = True
    authorization: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    pause_seconds: float = 0.0
    drips: bool = False
    declared_extra: int = 0
    content_range: str = ""


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]


class SoundServer:
    """Serves on 127.0.0.1 until stopped; ``heard`` are the requests, ``open_drips`` answers that still drip."""

    def __init__(self, port: int = 0) -> None:
        self.sounds: dict[str, Sound] = {}
        self.heard: list[Heard] = []
        self.open_drips = 0
        self._stop = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def network(self) -> str:
        return f"127.0.0.0/8:{self.port}"

    def put(self, path: str, sound: Sound) -> str:
        """The address of the sound."""
        self.sounds[path] = sound
        return f"{self.origin}{path}"

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def drip(self, write: Callable[[bytes], object]) -> None:
        """One piece after another until the reader goes."""
        self.open_drips += 1
        try:
            while not self._stop.wait(0.02):
                write(b"\0" * 1000)
        finally:
            self.open_drips -= 1


@contextlib.contextmanager
def serving() -> Iterator[SoundServer]:
    server = SoundServer()
    try:
        yield server
    finally:
        server.stop()


def _handler(server: SoundServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.heard.append(Heard(self.command, self.path, headers))
            sound = server.sounds.get(self.path.partition("?")[0])
            if sound is None:
                self._answer(404, b"", {})
                return
            time.sleep(sound.pause_seconds)
            if sound.authorization and headers.get("authorization") != sound.authorization:
                self._answer(401, b"who are you", {})
            elif sound.statuses:
                self._answer(sound.statuses.pop(0), b"", {})
            elif sound.drips:
                self._drip(sound)
            else:
                self._sound(sound, headers.get("range", ""))

        def _sound(self, sound: Sound, range_header: str) -> None:
            told = {"Content-Type": sound.content_type, **sound.headers}
            wanted = parse_range(range_header) if sound.has_ranges and sound.status == 200 else None
            if wanted is None:
                self._answer(sound.status, sound.body, told, sound)
                return
            total = len(sound.body)
            first = max(total - (wanted.last or 0), 0) if wanted.first is None else wanted.first
            last = total - 1 if wanted.first is None or wanted.last is None else min(wanted.last, total - 1)
            if first >= total:
                self._answer(416, b"", {"Content-Range": f"bytes */{total}"})
                return
            told["Content-Range"] = sound.content_range or f"bytes {first}-{last}/{total}"
            self._answer(206, sound.body[first : last + 1], told)

        def _answer(self, status: int, body: bytes, headers: dict[str, str], sound: Sound | None = None) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if sound is None or sound.has_length:
                self.send_header("Content-Length", str(len(body) + (sound.declared_extra if sound else 0)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)
            if sound is not None and sound.declared_extra:
                self.close_connection = True

        def _drip(self, sound: Sound) -> None:
            self.send_response(200)
            self.send_header("Content-Type", sound.content_type)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.wfile.write(sound.body)
                server.drip(self.wfile.write)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent."""

    return Handler
