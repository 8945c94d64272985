"""A light HTTP client: keep-alive connections in threads that do nothing but send and wait."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

TIMEOUT_SECONDS = 30
_HEADERS = {"Content-Type": "application/json"}


class LoadError(Exception):
    """An answer was not 200: there is nothing to measure."""


def post(connection: http.client.HTTPConnection, path: str, body: bytes) -> None:
    """One request on an open connection; LoadError for any answer but 200."""
    connection.request("POST", path, body, _HEADERS)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise LoadError(f"{path} answered {response.status}: {answer[:300]!r}")


class Client:
    """A fixed number of open connections to one server."""

    def __init__(self, port: int, connections: int) -> None:
        self._connections = [
            http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS) for _ in range(connections)
        ]
        self._threads = ThreadPoolExecutor(connections)

    def requests_per_second(self, path: str, make_body: Callable[[int], bytes], count: int) -> float:
        """Send ``count`` requests, spread over the connections; bodies are made before the clock starts."""
        bodies = [make_body(number) for number in range(count)]
        shares = [bodies[start :: len(self._connections)] for start in range(len(self._connections))]
        started_at = time.perf_counter()
        for done in [
            self._threads.submit(self._send, pair, path) for pair in zip(self._connections, shares, strict=True)
        ]:
            done.result()
        return count / (time.perf_counter() - started_at)

    def close(self) -> None:
        """Close all connections."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    @staticmethod
    def _send(pair: tuple[http.client.HTTPConnection, Sequence[bytes]], path: str) -> None:
        connection, bodies = pair
        for body in bodies:
            post(connection, path, body)
