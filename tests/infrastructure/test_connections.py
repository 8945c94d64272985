"""The web server's connections, on a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from telephony_connector.asgi_types import Receive, Scope, Send
from telephony_connector.processes import connections
from tests.loops import run_steps

LOOK_SECONDS = 0.05
LONG = LOOK_SECONDS * connections.LOOKS * 4


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the query; under /endless with more than anybody reads, under /slow after a while."""
    if scope["path"] == "/slow":
        await asyncio.sleep(LONG)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    body = scope["query_string"] if scope["path"] != "/endless" else b"x" * 8_000_000
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(connections, "LOOK_SECONDS", LOOK_SECONDS)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http=connections.WatchedConnection, lifespan="off", log_config=None, access_log=False
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    while not running.started:
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    running.should_exit = True
    await task


def run(monkeypatch: pytest.MonkeyPatch, sent: bytes, *, reads: bool = True) -> bytes | None:
    """What the server answers to these bytes until it closes the connection; None when it keeps it open."""

    async def exchange() -> bytes | None:
        async with server(monkeypatch) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
            writer.write(sent)
            if not reads:
                await asyncio.sleep(LONG)
            try:
                async with asyncio.timeout(LONG):
                    return await _all_of(reader)
            except TimeoutError:
                return None
            finally:
                writer.transport.abort()

    return run_steps(exchange())


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    read = b""
    try:
        while piece := await reader.read(100_000):
            read += piece
    except ConnectionError:
        pass
    return read


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHost: x", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost:"]
)
def test_connection_without_a_whole_request_is_cut(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    assert run(monkeypatch, sent) is not None


def test_answer_that_is_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run(monkeypatch, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", reads=False)

    assert answer is not None
    assert len(answer) < 8_000_000


def test_answer_that_takes_long_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run(monkeypatch, b"GET /slow?late HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", reads=False)

    assert answer is not None
    assert b"late" in answer


@pytest.mark.parametrize(
    ("query", "expected"),
    [("name=Jos\u00e9".encode(), b"name=Jos%C3%A9"), (b"name=Jos\xe9&a=%20", b"name=Jos%E9&a=%20"), (b"a=b", b"a=b")],
)
def test_query_in_any_alphabet_is_taken(monkeypatch: pytest.MonkeyPatch, query: bytes, expected: bytes) -> None:
    head = b"GET /?" + query + b" HTTP/1.1\r\nHost: x\r\nX-Name: Jos\xc3\xa9\r\nConnection: close\r\n\r\n"

    answer: Any = run(monkeypatch, head)

    assert expected in answer
