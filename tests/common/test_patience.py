"""The layer that waits for slow peers, so that no thread of the pages has to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from telephony_connector.asgi_types import Receive, Scope, Send
from telephony_connector.common import patience
from tests.loops import run_steps

LIMIT = 200_000
Peer = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with what it was sent."""
    body = b""
    is_more = True
    while is_more:
        message = await receive()
        body, is_more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def exchange(
    pieces: list[bytes], *, length: int | None, application: Any = echo, send: Peer | None = None
) -> list[Any]:
    """What the application's answer is when these pieces come and then nothing more."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        left = list(pieces)

        async def receive() -> dict[str, Any]:
            if not left:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": left.pop(0), "more_body": length is None and bool(left)}

        async def keep(message: Any) -> None:
            sent.append(message)

        headers = [(b"transfer-encoding", b"chunked") if length is None else (b"content-length", b"%d" % length)]
        scope = {"type": "http", "path": "/", "method": "POST", "headers": headers}
        await patience.patient(application, largest_body=lambda path: LIMIT)(scope, receive, send or keep)

    run_steps(run())
    return sent


def body_of(sent: list[Any]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("size", [0, 1, patience.PIECE, patience.PIECE + 1, LIMIT])
def test_body_and_answer_come_through_whole(size: int) -> None:
    body = bytes(index % 251 for index in range(size))

    sent = exchange([body[: size // 2], body[size // 2 :]], length=None)

    assert sent[0]["status"] == 200
    assert body_of(sent) == body
    assert [message.get("more_body", False) for message in sent[1:]] == [True] * (len(sent) - 2) + [False]


def test_body_that_is_announced_as_too_large_is_not_read() -> None:
    sent = exchange([], length=LIMIT + 1)

    assert sent[0]["status"] == 413
    assert json.loads(body_of(sent))["ExceptionType"] == "RequestTooLargeException"


def test_body_that_turns_out_too_large_never_reaches_the_application() -> None:
    sent = exchange([b"x" * LIMIT, b"x", b""], length=None)

    assert sent[0]["status"] == 413


def test_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(patience, "SLOWEST_BYTES_A_SECOND", 10_000_000)

    sent = exchange([], length=10)

    assert sent[0]["status"] == 408
    assert json.loads(body_of(sent))["ExceptionType"] == "RequestTimeoutException"


def test_answer_that_nobody_reads_does_not_hold_its_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(patience, "HELD_ANSWER_BYTES", 1000)
    made: list[int] = []

    async def maker(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(10):
            await send({"type": "http.response.body", "body": b"x" * 900, "more_body": True})
            made.append(number)

    async def never(message: Any) -> None:
        await asyncio.Event().wait()

    exchange([], length=0, application=maker, send=never)

    assert made == list(range(10))


def test_server_that_fails_does_not_hold_the_maker_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HELD_ANSWER_BYTES", 1)

    async def broken(message: Any) -> None:
        raise RuntimeError("Response content longer than Content-Length")

    with pytest.raises(RuntimeError, match="longer"):
        exchange([b"x" * 500_000], length=100_000, send=broken)
