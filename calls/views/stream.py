"""`GET /agent/stream`: the agent's event stream, a raw ASGI application that holds no database connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, connections
from django.http import HttpRequest

from calls.doorbell import Bell, Doorbell
from calls.embedding.scope import lead_of
from calls.embedding.sessions import HEADER, session_of
from calls.newsroom import Newsroom
from calls.stream_events import DeskCursor, event, states_of
from crm.models import Agent
from crm.selectors import agent_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
SESSION_CHECK_SECONDS = 45.0
RETRY_MS = 1000
_LONGEST_NUMBER = 18
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
# Hundreds of streams share these few threads, and so these few connections.
_database_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="stream-db")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: nobody (401), a user who is no agent (403), or an agent."""

    is_signed_in: bool
    agent: Agent | None
    only_lead: UUID | None = None


async def agent_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request for the stream: 401 for strangers, 403 for users who are no agents, else events for ever.

    ``Last-Event-ID`` (header, or ``?last_event_id=``) is the agent's own sequence number; without one the stream
    starts with the popups that are open now.
    """
    if scope["method"] not in {"GET", "HEAD"}:
        await _answer(send, 405)
        return
    visit = _visit(scope)
    try:
        visitor = await _in_database(visit)
    except DatabaseError:
        await _answer(send, 503)
        return
    if visitor.agent is None:
        await _answer(send, 403 if visitor.is_signed_in else 401)
    elif scope["method"] == "HEAD":
        await _answer(send, 200)
    else:
        cursor = DeskCursor(agent=visitor.agent, sequence=_last_event_id(scope), only_lead=visitor.only_lead)
        stream = _Stream(send, visit, cursor)
        await _until_gone(stream.run(), receive)


class _Stream:
    """One open stream."""

    def __init__(self, send: Send, visit: Callable[[], Visitor], cursor: DeskCursor) -> None:
        self.send, self.visit, self.cursor = send, visit, cursor
        self.is_delayed = False
        self.checked_at = monotonic()

    async def run(self) -> None:
        """Send events until the session ends."""
        doorbell = _doorbell()
        agent_id = self.cursor.agent.pk
        with doorbell.bell_of(agent_id) as bell:
            await self.send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._write(f"retry: {RETRY_MS}\n\n".encode(), event("hello", {"agent": agent_id}))
            await self._tell_news(bell, is_delayed=doorbell.is_down)
            while await self._is_still_welcome():
                if await self._rings(bell):
                    await self._tell_news(bell, is_delayed=doorbell.is_down)
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell_news(self, bell: Bell, *, is_delayed: bool) -> None:
        try:
            events = await _newsroom().news_of(self.cursor)
        except DatabaseError as error:
            logger.warning("News of agent %s not read: %s", self.cursor.agent.pk, type(error).__name__)
            events = []
            asyncio.get_running_loop().call_later(RETRY_MS / 1000, bell.ring)
        if is_delayed != self.is_delayed:
            self.is_delayed = is_delayed
            events = [*events, event("mode", {"is_delayed": is_delayed})]
        await self._write(*events)

    async def _rings(self, bell: Bell) -> bool:
        """Wait for the bell; False after a silence, in which a beat goes out.

        By that proxies keep the connection, and the page sees it alive. Silence needs no look at the rows: the
        doorbell looks at those of all its agents at once, and rings.
        """
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the ring.
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await bell.heard()
        except TimeoutError:
            await self._write(event("beat", {}))
            return False
        return True

    async def _is_still_welcome(self) -> bool:
        if monotonic() - self.checked_at < SESSION_CHECK_SECONDS:
            return True
        self.checked_at = monotonic()
        try:
            visitor = await _in_database(self.visit)
        except DatabaseError:
            return True
        return visitor.agent is not None

    async def _write(self, *events: bytes) -> None:
        if events:
            await self.send({"type": "http.response.body", "body": b"".join(events), "more_body": True})


async def _until_gone(stream: Any, receive: Receive) -> None:
    """Run the stream until it ends or the browser has gone."""
    tasks = {asyncio.ensure_future(stream), asyncio.ensure_future(_disconnected(receive))}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            with contextlib.suppress(OSError):
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


_doorbells: WeakKeyDictionary[asyncio.AbstractEventLoop, Doorbell] = WeakKeyDictionary()


def _doorbell() -> Doorbell:
    """The doorbell of the running loop: a server has one, tests have many."""
    loop = asyncio.get_running_loop()
    if loop not in _doorbells:
        _doorbells[loop] = Doorbell(_states_of)
    return _doorbells[loop]


_newsrooms: WeakKeyDictionary[asyncio.AbstractEventLoop, Newsroom] = WeakKeyDictionary()


def _newsroom() -> Newsroom:
    loop = asyncio.get_running_loop()
    if loop not in _newsrooms:
        _newsrooms[loop] = Newsroom(_in_database)
    return _newsrooms[loop]


async def _states_of(agent_ids: list[int]) -> dict[int, Any]:
    return await _in_database(lambda: states_of(agent_ids))


async def _in_database(read: Callable[[], T]) -> T:
    """Run in one of the few database threads, and hand the connection back afterwards."""
    return await asyncio.get_running_loop().run_in_executor(_database_threads, _closing, read)


def _closing(read: Callable[[], T]) -> T:
    try:
        return read()
    finally:
        connections.close_all()


def _visit(scope: Scope) -> Callable[[], Visitor]:
    """Finds out who asks, as often as it is called. A page in another program's frame is known by its header alone."""
    if token := _header(scope, HEADER.lower().encode()):
        return partial(_embedded_visitor, token)
    return partial(_visitor, _session_key(scope))


def _embedded_visitor(token: str) -> Visitor:
    session = session_of(token)
    if session is None:
        return Visitor(is_signed_in=False, agent=None)
    return Visitor(is_signed_in=True, agent=session.agent, only_lead=lead_of(session))


def _visitor(session_key: str) -> Visitor:
    """The user of the session, checked as Django checks it: a changed password or a closed account ends the session."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = get_user(request)
    return Visitor(is_signed_in=user.is_authenticated, agent=agent_of(user))


def _session_key(scope: Scope) -> str:
    cookies: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookies.load(_header(scope, b"cookie"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def _last_event_id(scope: Scope) -> int | None:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    text = _header(scope, b"last-event-id") or query.get("last_event_id", [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return "; ".join(value.decode("latin-1") for value in values)
