"""Connections of the HTTP door: one look-up, a judged address, one deadline for everything."""

from __future__ import annotations

import logging
import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ssrfguard import Policy
from ssrfguard.requests import SafeAdapter

MAX_CONNECT_SECONDS = 10.0

for _name in ("urllib3.connection", "urllib3.connectionpool"):
    # They quote whole URLs, credentials in the query and all.
    logging.getLogger(_name).addFilter(lambda _record: False)


class Exchange:
    """How far a request has come, and the rope by which its socket is pulled when the time is up."""

    def __init__(self, seconds: float, *, idle_seconds: float = math.inf) -> None:
        """``seconds`` are for all of it; ``idle_seconds`` for any one read of an answer that is streamed.

        ``target``, once it is set, is what stands in the request line, to the letter.
        """
        self.started_at = time.monotonic()
        self.deadline = self.started_at + seconds
        self.idle_seconds = idle_seconds
        self.is_connected = False
        self.is_expired = False
        self.target = ""
        self._rope: socket.socket | None = None
        self._timer: threading.Timer | None = None

    @property
    def remaining(self) -> float:
        """Seconds left, never nothing: a zero would mean "do not block" to a socket."""
        return max(self.deadline - time.monotonic(), 0.001)

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the start."""
        return round((time.monotonic() - self.started_at) * 1000)

    def hold(self, opened: socket.socket) -> None:
        """Remember a duplicate of the socket: it stays valid while TLS wraps and replaces the original."""
        self._rope = opened.dup()

    def expire(self) -> None:
        """Cut the connection, which ends whatever read or write is waiting on it."""
        self.is_expired = True
        if self._rope is not None:
            try:
                self._rope.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Expire at the deadline. A read timeout alone is no deadline: a server may drip one byte a second for ever."""
        self.watch()
        try:
            yield
        finally:
            self.release()

    def watch(self) -> None:
        """Begin to watch the deadline; whoever calls this calls ``release`` in the end."""
        self._timer = threading.Timer(self.remaining, self.expire)
        self._timer.daemon = True
        self._timer.start()

    def prolong(self, seconds: float) -> None:
        """Put the deadline so far from now: the head of an answer has come, and its long body follows."""
        if self._timer is not None:
            self._timer.cancel()
        self.deadline = time.monotonic() + seconds
        self.watch()

    def release(self) -> None:
        """Stop watching and let go of the rope; more than once does no harm."""
        if self._timer is not None:
            self._timer.cancel()
        if self._rope is not None:
            self._rope.close()
            self._rope = None


class WatchedAdapter(SafeAdapter):
    """The pinning adapter, whose connections tell the exchange when they stand."""

    def __init__(self, *, exchange: Exchange, **options: Any) -> None:
        self._exchange = exchange
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1, **options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Put watched connections into the pools that the base class has made."""
        super().init_poolmanager(*args, **options)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {
            scheme: type(pool.__name__, (pool,), {"ConnectionCls": _watched(pool.ConnectionCls, self._exchange)})
            for scheme, pool in pools.items()
        }


def _watched(connection_class: Any, exchange: Exchange) -> Any:
    class WatchedConnection(connection_class):  # type: ignore[misc]  # the base is made per adapter
        def _new_conn(self) -> socket.socket:
            opened: socket.socket = super()._new_conn()
            exchange.hold(opened)
            return opened

        def connect(self) -> None:
            super().connect()
            exchange.is_connected = True
            self.sock.settimeout(min(exchange.remaining, exchange.idle_seconds))

        def request(self, method: str, url: str, *args: Any, **options: Any) -> None:
            # urllib3 writes the target anew (capitals in %2f, brackets), which no signature over it would survive.
            super().request(method, exchange.target or url, *args, **options)

    return WatchedConnection


def resolve(host: str, port: int, policy: Policy, exchange: Exchange) -> list[Any]:
    """The one look-up, in a thread because getaddrinfo knows no timeout. Raises ssrfguard's errors and OSError."""
    target = policy.check_url(f"http://{bracketed(host)}:{port}/")
    outcome: list[Any] = []

    def look_up() -> None:
        try:
            outcome.append(socket.getaddrinfo(target.host, target.port, 0, socket.SOCK_STREAM))
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(min(exchange.remaining, MAX_CONNECT_SECONDS))
    if not outcome:
        raise TimeoutError("the name was not resolved in time")
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    answers: list[Any] = outcome[0]
    return answers


def bracketed(host: str) -> str:
    """A host as it stands in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host
