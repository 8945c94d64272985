"""Browsers' side of the consoles' measurement: raw sockets on the event stream, in a process of their own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

_SESSION = re.compile(rb'"call_session_id":"(bench-[0-9a-f]{32})"')
_CONNECTING_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """A popup event on an agent's socket; ``at`` by the clock that all processes share."""

    agent: int
    session_id: str
    at: float


def listen(port: int, cookies: Sequence[str], pipe: Connection) -> None:
    """Open a stream for each cookie, say "open", and on the first word from the pipe answer all arrivals."""
    asyncio.run(_listen(port, cookies, pipe))


async def _listen(port: int, cookies: Sequence[str], pipe: Connection) -> None:
    arrivals: list[Arrival] = []
    gate = asyncio.Semaphore(_CONNECTING_AT_ONCE)
    opened = await asyncio.gather(*(_open(port, cookie, gate) for cookie in cookies))
    tasks = [asyncio.create_task(_read(agent, one, arrivals)) for agent, one in enumerate(opened)]
    pipe.send("open")
    await asyncio.to_thread(pipe.recv)
    pipe.send([task.done() for task in tasks].count(True))
    pipe.send(arrivals)
    for task in tasks:
        task.cancel()


async def _open(port: int, cookie: str, gate: asyncio.Semaphore) -> asyncio.StreamReader:
    """An open stream, behind its `hello`; raises RuntimeError when the server refuses."""
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /agent/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"/agent/stream answered {status!r}")
        await reader.readuntil(b"event: hello")
    reader.bench_writer = writer  # type: ignore[attr-defined]  # an unreferenced writer would close the socket
    return reader


async def _read(agent: int, reader: asyncio.StreamReader, arrivals: list[Arrival]) -> None:
    while await reader.readuntil(b"data: "):
        line = await reader.readline()
        now = time.perf_counter()
        for found in _SESSION.findall(line):
            arrivals.append(Arrival(agent=agent, session_id=found.decode(), at=now))
