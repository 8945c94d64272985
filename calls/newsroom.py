"""Reads the news of many event streams at once: streams that ask while one reading runs share the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from calls.stream_events import DeskCursor, News, read_news

MOST_AT_ONCE = 100
"""Streams that share a reading; after a restart all of them ask."""

InDatabase = Callable[[Callable[[], list[News]]], Awaitable[list[News]]]
Asked = tuple[DeskCursor, "asyncio.Future[list[bytes]]"]


class Newsroom:
    """The reading of one event loop; ``in_database`` runs a function where it may block."""

    def __init__(self, in_database: InDatabase) -> None:
        self._in_database = in_database
        self._asked: list[Asked] = []
        self._reading: asyncio.Task[None] | None = None

    async def news_of(self, cursor: DeskCursor) -> list[bytes]:
        """The events since the cursor's last reading; raises what the reading raises."""
        future: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        self._asked.append((cursor, future))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await future

    async def _read(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked[:MOST_AT_ONCE], self._asked[MOST_AT_ONCE:]
                await self._answer([pair for pair in asked if not pair[1].done()])
        finally:
            self._reading = None

    async def _answer(self, asked: list[Asked]) -> None:
        try:
            news = await self._in_database(partial(read_news, [cursor for cursor, _ in asked]))
        except Exception as error:  # each stream decides for itself what a failure means
            news = [error] * len(asked)
        for (_, future), one in zip(asked, news, strict=True):
            if future.done():
                continue
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)
