"""The web server's connections: none is kept for a peer who sends no request or reads no answer."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOK_SECONDS = 10.0
LOOKS = 4
"""A connection on which nothing has moved for so many looks is cut."""

_REQUEST_LINE = re.compile(rb"[A-Z]{1,10} /[^\r\n]* HTTP/1\.[01]")


class WatchedConnection(HttpToolsProtocol):
    """uvicorn's connection, which by itself waits for ever for the rest of a request's head, and for a reader."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to look after the connection."""
        super().connection_made(transport)
        self._seen: Any = None
        self._unsent = self._idle_looks = self._stuck_looks = 0
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop looking."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; providers write other alphabets into a query as they are, which it would refuse."""
        line, end, rest = data.partition(b"\r\n")
        if end and not line.isascii() and _REQUEST_LINE.fullmatch(line):
            data = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % ord(byte[0]), line) + end + rest
        super().data_received(data)

    def _look_again(self) -> None:
        self._timer = self.loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """Between requests only a new request counts as life; an answer is alive while the peer takes some of it."""
        cycle: Any = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        has_moved = is_answering or cycle is not self._seen
        self._idle_looks = 0 if has_moved else self._idle_looks + 1
        unsent = self.transport.get_write_buffer_size()
        self._stuck_looks = self._stuck_looks + 1 if unsent and unsent >= self._unsent else 0
        self._seen, self._unsent = cycle, unsent
        if max(self._idle_looks, self._stuck_looks) >= LOOKS:
            self.transport.abort()
        else:
            self._look_again()
