"""A TCP server on 127.0.0.1 that does to its callers whatever a test tells it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


class RawServer:
    """Accepts connections until closed; keeps the bytes that ``answering`` behaviours have read."""

    def __init__(self, behave: Behaviour | None = None, context: ssl.SSLContext | None = None) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self._stop = threading.Event()
        self._behave = behave or self.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def answering(self, answer: bytes) -> Behaviour:
        """Read one request, give this answer, close."""

        def behave(connection: socket.socket) -> None:
            self.received.append(read_request(connection))
            connection.sendall(answer)

        return behave

    def dripping(self, head: bytes) -> Behaviour:
        """Give the head, then one byte after another until the caller goes."""

        def behave(connection: socket.socket) -> None:
            self.received.append(read_request(connection))
            connection.sendall(head)
            while not self._stop.wait(0.05):
                connection.sendall(b"x")

        return behave

    def waiting(self, connection: socket.socket) -> None:
        """Read the request and say nothing."""
        self.received.append(read_request(connection))
        self._stop.wait(10)

    def close(self) -> None:
        """Stop everything."""
        self._stop.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._behave(connection)
        connection.close()


def read_request(connection: socket.socket) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def resetting(connection: socket.socket) -> None:
    """Read the request, then break the connection off."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hanging_up(connection: socket.socket) -> None:
    """Read the request and close without an answer."""
    read_request(connection)


@contextlib.contextmanager
def serving(
    make_behaviour: Callable[[RawServer], Behaviour], context: ssl.SSLContext | None = None
) -> Iterator[RawServer]:
    """A server for the length of a ``with`` block."""
    server = RawServer(context=context)
    server._behave = make_behaviour(server)
    try:
        yield server
    finally:
        server.close()
