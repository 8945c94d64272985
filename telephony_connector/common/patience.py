"""The outermost ASGI layer of the pages: a slow peer is waited for here, where waiting costs no thread.

The pages run in few threads. A request is therefore read whole before a thread is taken for it, and an answer is taken
over from its thread faster than its reader may read it. Who sends or reads too slowly is given up.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing
from typing import IO, Any

from telephony_connector.asgi_types import Application, Receive, Scope, Send

Message = MutableMapping[str, Any]

PATIENCE_SECONDS = 30.0
"""For a body that is small, and for one piece of an answer."""
SLOWEST_BYTES_A_SECOND = 25_000
HELD_ANSWER_BYTES = 2_000_000
PIECE = 65_536


def patient(application: Application, *, largest_body: Callable[[str], int]) -> Application:
    """The application, with bodies read before it is called and answers held until they are read.

    ``largest_body`` gives the most bytes that may be sent to a path: more are refused unread, with 413.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with closing(_Body(scope, largest_body(scope["path"]))) as body:
            if status := await body.read(receive):
                await _refuse(send, status, body.limit)
            elif not body.is_abandoned:
                held = _HeldAnswer(send)
                deliverer = asyncio.create_task(held.deliver())
                try:
                    await application(scope, body.receiver(receive), held.take)
                    held.finish()
                    await deliverer
                finally:
                    deliverer.cancel()

    return answer


class _Body:
    """The body of one request, on the disk when it is large."""

    def __init__(self, scope: Scope, limit: int) -> None:
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        self.declared = int(declared) if declared.isdigit() else 0
        self.limit = limit
        self.is_abandoned = False
        self._has_any = bool(self.declared) or b"transfer-encoding" in headers
        self._size = 0
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=PIECE)  # noqa: SIM115 - see close

    async def read(self, receive: Receive) -> int:
        """Read all of it; the status of the refusal when it is too large or comes too slowly, else 0."""
        if self.declared > self.limit:
            return 413
        seconds = PATIENCE_SECONDS + (self.declared or self.limit) / SLOWEST_BYTES_A_SECOND
        try:
            async with asyncio.timeout(seconds):
                while self._has_any and not self.is_abandoned:
                    self._keep(await receive())
                    if self._size > self.limit:
                        return 413
        except TimeoutError:
            return 408
        return 0

    def _keep(self, message: Message) -> None:
        self.is_abandoned = message["type"] == "http.disconnect"
        self._has_any = message.get("more_body", False)
        self._size += self._file.write(message.get("body", b""))

    def receiver(self, receive: Receive) -> Receive:
        """What the application gets: the body piece by piece, and then whatever the server has to say."""
        self._file.seek(0)
        left = self._size
        is_told = False

        async def told() -> Message:
            nonlocal left, is_told
            if is_told:
                return await receive()
            piece = self._file.read(PIECE)
            left -= len(piece)
            is_told = left == 0
            return {"type": "http.request", "body": piece, "more_body": not is_told}

        return told

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class _HeldAnswer:
    """An answer on its way to a reader. Once that reader is given up, the rest of it is thrown away."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: asyncio.Queue[Message | None] = asyncio.Queue()
        self._held = 0
        self._has_room = asyncio.Event()
        self._is_given_up = False

    async def take(self, message: Message) -> None:
        """The application's ``send``. It waits only while much is held already, and never fails."""
        for piece in _pieces(message):
            while self._held > HELD_ANSWER_BYTES and not self._is_given_up:
                self._has_room.clear()
                await self._has_room.wait()
            if not self._is_given_up:
                self._held += len(piece.get("body", b""))
                self._waiting.put_nowait(piece)

    def finish(self) -> None:
        """Nothing more will come."""
        self._waiting.put_nowait(None)

    async def deliver(self) -> None:
        """Hand the pieces to the server as fast as it takes them; the server ends an answer that was given up."""
        try:
            while (piece := await self._waiting.get()) is not None:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._send(piece)
                self._held -= len(piece.get("body", b""))
                self._has_room.set()
        except TimeoutError:
            return
        finally:
            # Whatever the reason: the thread that makes the answer must not wait for its reader any more.
            self._is_given_up = True
            self._has_room.set()


def _pieces(message: Message) -> Iterator[Message]:
    """A message with a large body as several: each that is taken shows that the reader still reads."""
    body = message.get("body", b"")
    if len(body) <= PIECE:
        yield message
        return
    for start in range(0, len(body), PIECE):
        is_last = start + PIECE >= len(body)
        yield {
            **message,
            "body": body[start : start + PIECE],
            "more_body": not is_last or message.get("more_body", False),
        }


async def _refuse(send: Send, status: int, limit: int) -> None:
    """In the form in which hooks answer, since nobody has looked yet who asks."""
    too_slow = ("RequestTimeoutException", "The request did not come to its end in time.")
    too_large = ("RequestTooLargeException", f"The body is larger than {limit} bytes.")
    kind, message = too_large if status == 413 else too_slow
    document = {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message, "Errors": []}
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    # What is too large is still taken in and thrown away: a sender who is cut off does not see why.
    headers += [(b"connection", b"close")] if status == 408 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
