"""The listening side of calls.push: one subscription a process wakes the streams of the agents named in a ring.

Rings may be lost, and Redis may be down: every process also looks at the rows of all its listening agents at once,
every 15 seconds, and every 1.5 while no ring can come.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping

import redis
import redis.asyncio
from django.conf import settings

from calls.push import CHANNEL

LOOK_SECONDS = 15.0
LOOK_SECONDS_WITHOUT_REDIS = 1.5
"""Told to people as every two seconds: what is found has to be read and shown as well."""
_RECONNECT_SECONDS = 1.0
_SOCKET_SECONDS = 5.0

logger = logging.getLogger(__name__)
Look = Callable[[list[int]], Awaitable[Mapping[int, Hashable]]]


class Bell:
    """One stream's bell: rings stay rung until they are heard."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the stream now, or as soon as it listens."""
        self._rung.set()

    async def heard(self) -> None:
        """Wait for the next ring and take it."""
        await self._rung.wait()
        self._rung.clear()


class Doorbell:
    """All bells of one event loop. ``look`` gives, for agent ids, a value that differs once something has changed."""

    def __init__(self, look: Look) -> None:
        self.is_down = False
        self._look = look
        self._bells: dict[int, set[Bell]] = {}
        self._seen: dict[int, Hashable] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._turned = asyncio.Event()

    @contextlib.contextmanager
    def bell_of(self, agent_id: int) -> Iterator[Bell]:
        """A bell for as long as the block lasts; the subscription lasts as long as there is any."""
        bell = Bell()
        self._bells.setdefault(agent_id, set()).add(bell)
        self._start()
        try:
            yield bell
        finally:
            self._bells[agent_id].discard(bell)
            if not self._bells[agent_id]:
                del self._bells[agent_id]
                self._seen.pop(agent_id, None)
            if not self._bells:
                self._stop()

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._subscribe()), asyncio.create_task(self._look_regularly())]

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _ring(self, agent_ids: list[int]) -> None:
        for agent_id in agent_ids:
            for bell in self._bells.get(agent_id, ()):
                bell.ring()

    def _set_down(self, *, is_down: bool) -> None:
        """Everybody hears of it: a break is shown, and what was missed meanwhile is fetched."""
        self.is_down = is_down
        self._turned.set()
        self._ring(list(self._bells))

    async def _subscribe(self) -> None:
        while True:
            try:
                await self._listen()
            except (redis.RedisError, OSError) as error:
                if not self.is_down:
                    logger.warning("Doorbell lost (%s); looking every 2 s", type(error).__name__)
                    self._set_down(is_down=True)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=_SOCKET_SECONDS, health_check_interval=10
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(CHANNEL)
                self._set_down(is_down=False)
                async for message in subscription.listen():
                    if message["type"] == "message":
                        self._ring(_agent_ids(message["data"]))
        finally:
            await client.aclose()

    async def _look_regularly(self) -> None:
        while True:
            seconds = LOOK_SECONDS_WITHOUT_REDIS if self.is_down else LOOK_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._turned.wait()
            self._turned.clear()
            await self._look_once()

    async def _look_once(self) -> None:
        try:
            now = await self._look(list(self._bells))
        except Exception:  # the database may be away for a while; the streams must outlive that
            logger.exception("Looking for news of agents failed")
            return
        self._ring([agent_id for agent_id, value in now.items() if self._seen.get(agent_id) != value])
        self._seen.update(now)


def _agent_ids(data: bytes) -> list[int]:
    try:
        return [int(agent_id) for agent_id in json.loads(data)]
    except (ValueError, TypeError):
        return []
