"""The agent's event stream, spoken to as an ASGI server would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from django.contrib.auth import logout
from django.http import HttpRequest
from django.test import Client

from calls import doorbell
from calls.models import OutboundRequest, PopupDelivery
from calls.push import CHANNEL, ring_doorbell
from calls.services.popups import dismiss_popup, touch_deliveries
from calls.stream_events import DeskCursor, read_news
from calls.views import stream as stream_view
from calls.views.stream import agent_stream
from crm.models import Agent
from telephony_connector.common import broker
from tests import factories
from tests.loops import later, run_steps

pytestmark = pytest.mark.django_db(transaction=True)
Show = Callable[..., PopupDelivery]
NO_REDIS = "redis://127.0.0.1:1/0"


class Stream:
    """One open stream: its status, and its events as they come."""

    def __init__(self, *, session: str = "", last_event_id: str = "", query: str = "", method: str = "GET") -> None:
        headers = [(b"cookie", f"other=1; sessionid={session}".encode())] if session else []
        headers += [(b"last-event-id", last_event_id.encode())] if last_event_id else []
        self.scope = {
            "type": "http", "method": method, "path": "/agent/stream",
            "headers": headers, "query_string": query.encode(),
        }  # fmt: skip
        self.status = 0
        self.is_over = False
        self.gone = asyncio.Event()
        self.chunks: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.is_over = not message.get("more_body", False)
        for block in message["body"].decode().split("\n\n"):
            if block:
                lines = (line.partition(": ") for line in block.split("\n"))
                self.chunks.put_nowait({name or "comment": value for name, _, value in lines})

    async def next(self, name: str, *, seconds: float = 5.0) -> dict[str, Any]:
        """The next event of that name; its data, and its id under `id`."""
        async with asyncio.timeout(seconds):
            while True:
                chunk = await self.chunks.get()
                if chunk.get("event") == name:
                    return {**json.loads(chunk["data"]), "id": int(chunk["id"]) if "id" in chunk else None}

    async def nothing(self, name: str, *, seconds: float = 0.4) -> bool:
        """True when no event of that name comes."""
        with suppress(TimeoutError):
            await self.next(name, seconds=seconds)
            return False
        return True


@asynccontextmanager
async def opened(client: Client, **options: Any) -> AsyncIterator[Stream]:
    """A stream with the session of that client, closed at the end."""
    morsel = client.cookies.get("sessionid")
    stream = Stream(session=morsel.value if morsel else "", **options)
    task = asyncio.create_task(agent_stream(stream.scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.gone.set()
        await asyncio.wait_for(task, 5)


async def answer_to(client: Client, **options: Any) -> int:
    async with opened(client, **options) as stream:
        for _ in range(200):
            if stream.status:
                break
            await asyncio.sleep(0.01)
        return stream.status


@pytest.fixture(autouse=True)
def database_threads(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[None]:
    """A stream that is left may have a read under way: it ends before the database is emptied."""
    with ThreadPoolExecutor(max_workers=4) as threads:
        monkeypatch.setattr(stream_view, "_database_threads", threads)
        yield


@pytest.fixture(autouse=True)
def redis_is_away(settings: Any) -> None:
    """Without Redis the streams look by themselves; a test that needs it takes `with_redis`."""
    settings.REDIS_URL = NO_REDIS


@pytest.fixture
def with_redis(settings: Any, valkey_url: str) -> None:
    settings.REDIS_URL = valkey_url


def test_strangers_and_users_who_are_no_agents_are_refused(client: Client, client_of: Callable[..., Client]) -> None:
    forged = Client()
    forged.cookies["sessionid"] = "x" * 32
    user = client_of(factories.UserFactory(is_staff=True))

    async def steps() -> None:
        assert await answer_to(client) == 401
        assert await answer_to(forged) == 401
        assert await answer_to(user) == 403

    run_steps(steps())


def test_only_get_is_answered(asha: Agent, client_of: Callable[..., Client]) -> None:
    client = client_of(asha)

    async def steps() -> None:
        assert await answer_to(client, method="POST") == 405
        assert await answer_to(client, method="HEAD") == 200

    run_steps(steps())


def test_stream_starts_with_the_open_popups(
    asha: Agent, ben: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    lead = factories.LeadFactory(name="Ravi Kumar")
    delivery = show(lead=lead, session_id="s-1")
    show(state="dismissed", session_id="s-2")
    show(agent=ben, session_id="s-3")

    async def steps() -> None:
        async with opened(client_of(asha)) as stream:
            hello, news = await stream.next("hello"), await stream.next("popup")
            assert hello["agent"] == asha.pk
            assert news == {
                "popup_id": delivery.popup_id, "call_session_id": "s-1", "state": "ringing", "lead": "Ravi Kumar",
                "number": "+919611795983", "url": f"/popups/{delivery.popup_id}/",
                "card_url": f"/popups/{delivery.popup_id}/card/", "closed": False, "id": delivery.sequence,
            }  # fmt: skip
            assert await stream.nothing("popup")

    run_steps(steps())


@pytest.mark.parametrize("way", ["header", "query"])
def test_reconnect_resumes_after_the_last_number_seen(
    way: str, asha: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    seen, missed = show(session_id="seen"), show(session_id="missed")
    number = str(seen.sequence)
    options = {"last_event_id": number} if way == "header" else {"query": f"last_event_id={number}"}

    async def steps() -> None:
        async with opened(client_of(asha), **options) as stream:
            news = await stream.next("popup")
            assert (news["call_session_id"], news["id"]) == ("missed", missed.sequence)
            assert await stream.nothing("popup")

    run_steps(steps())


def test_dismissal_elsewhere_is_told_after_a_reconnect(
    asha: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    delivery = show()
    dismiss_popup(popup=delivery.popup, agent=asha)

    async def steps() -> None:
        async with opened(client_of(asha), last_event_id=str(delivery.sequence)) as stream:
            news = await stream.next("popup")
            assert (news["state"], news["closed"]) == ("dismissed", True)

    run_steps(steps())


@pytest.mark.parametrize("number", ["abc", "-1", "1" * 40, "٣", "999999"])
def test_number_that_we_never_gave_starts_anew(
    number: str, asha: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    show()

    async def steps() -> None:
        options = {"last_event_id": number} if number.isascii() else {"query": f"last_event_id={number}"}
        async with opened(client_of(asha), **options) as stream:
            assert (await stream.next("popup"))["state"] == "ringing"

    run_steps(steps())


def test_ring_brings_the_news_at_once_and_only_to_the_agent(
    with_redis: None, asha: Agent, ben: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    async def steps() -> None:
        async with opened(client_of(asha)) as stream, opened(client_of(ben)) as other:
            await stream.next("hello")
            await asyncio.sleep(0.3)
            delivery = await later(show)
            await later(ring_doorbell, [asha.pk])
            assert (await stream.next("popup", seconds=2))["popup_id"] == delivery.popup_id
            assert await other.nothing("popup")

    run_steps(steps())


def test_two_tabs_hear_the_same(with_redis: None, asha: Agent, show: Show, client_of: Callable[..., Client]) -> None:
    delivery = show()

    async def steps() -> None:
        async with opened(client_of(asha)) as one, opened(client_of(asha)) as two:
            first = [await one.next("popup"), await two.next("popup")]
            await asyncio.sleep(0.3)
            await later(touch_deliveries, popup=delivery.popup)
            second = [await one.next("popup"), await two.next("popup")]
            assert first[0] == first[1]
            assert second[0] == second[1]
            assert second[0]["id"] > first[0]["id"]

    run_steps(steps())


def test_without_redis_the_delay_is_told_and_news_come_by_looking(
    monkeypatch: pytest.MonkeyPatch, asha: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    monkeypatch.setattr(doorbell, "LOOK_SECONDS_WITHOUT_REDIS", 0.1)

    async def steps() -> None:
        async with opened(client_of(asha)) as stream:
            assert (await stream.next("mode"))["is_delayed"] is True
            await later(show)
            assert (await stream.next("popup", seconds=2))["state"] == "ringing"

    run_steps(steps())


def test_outcome_of_a_click_is_told_without_a_number(
    monkeypatch: pytest.MonkeyPatch, asha: Agent, client_of: Callable[..., Client]
) -> None:
    monkeypatch.setattr(doorbell, "LOOK_SECONDS_WITHOUT_REDIS", 0.1)
    request = factories.OutboundRequestFactory(agent=asha)

    async def steps() -> None:
        async with opened(client_of(asha)) as stream:
            assert await stream.nothing("outbound")
            await later(OutboundRequest.objects.filter(pk=request.pk).update, status="refused")
            news = await stream.next("outbound", seconds=2)
            assert (news["id"], news["status"]) == (None, "refused")

    run_steps(steps())


def test_stream_ends_soon_after_the_logout(
    monkeypatch: pytest.MonkeyPatch, asha: Agent, client_of: Callable[..., Client]
) -> None:
    monkeypatch.setattr(stream_view, "SESSION_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(stream_view, "HEARTBEAT_SECONDS", 0.1)
    client = client_of(asha)

    async def steps() -> None:
        async with opened(client) as stream:
            await stream.next("hello")
            assert not stream.is_over
            await later(_log_out, client)
            async with asyncio.timeout(5):
                while not stream.is_over:
                    await asyncio.sleep(0.05)

    run_steps(steps())


def _log_out(client: Client) -> None:
    request = HttpRequest()
    request.session = client.session
    logout(request)


def test_silent_stream_beats(monkeypatch: pytest.MonkeyPatch, asha: Agent, client_of: Callable[..., Client]) -> None:
    monkeypatch.setattr(stream_view, "HEARTBEAT_SECONDS", 0.1)

    async def steps() -> None:
        async with opened(client_of(asha)) as stream, asyncio.timeout(3):
            while (await stream.chunks.get()).get("event") != "beat":
                pass

    run_steps(steps())


def test_garbage_on_the_channel_is_ignored(
    with_redis: None, asha: Agent, show: Show, client_of: Callable[..., Client]
) -> None:
    async def steps() -> None:
        async with opened(client_of(asha)) as stream:
            await stream.next("hello")
            await asyncio.sleep(0.3)
            for text in ("{", '"x"', "5", '[null, "a"]'):
                await later(broker.redis_client().publish, CHANNEL, text)
            await later(show)
            await later(ring_doorbell, [asha.pk])
            assert (await stream.next("popup", seconds=2))["state"] == "ringing"

    run_steps(steps())


def test_streams_that_ask_together_are_read_together_and_each_hears_its_own(
    asha: Agent, show: Show, django_assert_num_queries: Any
) -> None:
    other = factories.AgentFactory()
    mine, theirs = show(), show(agent=other)
    cursors = [
        DeskCursor(agent=asha, sequence=0),
        DeskCursor(agent=other, sequence=0),
        DeskCursor(agent=asha, sequence=None),
    ]

    with django_assert_num_queries(4):
        told = read_news(cursors)

    texts = [b"".join(news).decode() for news in told if isinstance(news, list)]
    popups = [[pk for pk in (mine.popup_id, theirs.popup_id) if f'"popup_id":{pk},' in text] for text in texts]
    assert popups == [[mine.popup_id], [theirs.popup_id], [mine.popup_id]]
    with django_assert_num_queries(2):
        assert read_news(cursors) == [[], [], []]
