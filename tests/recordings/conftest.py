"""A provider of recordings, a connector that may reach it, an agent, and what their browser gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client

from calls.models import Call
from calls.recordings.slots import taken_slots
from connector_config.models import Connector
from crm.models import Agent
from tests import factories
from tests.recordings.sound_server import Sound, SoundServer, serving, tone

MakeCall = Callable[..., Call]


@pytest.fixture
def sounds() -> Iterator[SoundServer]:
    """The provider's server."""
    with serving() as server:
        yield server


@pytest.fixture
def connector(db: None, sounds: SoundServer) -> Connector:
    """A connector whose recordings lie on that server."""
    made: Connector = factories.ConnectorFactory(slug="acme", name="Acme", allowed_networks=[sounds.network])
    return made


@pytest.fixture
def asha(db: None) -> Agent:
    """The agent whose call it was."""
    agent: Agent = factories.AgentFactory(email="asha@example.com", name="Asha Rao")
    return agent


@pytest.fixture
def recorded(connector: Connector, asha: Agent, sounds: SoundServer) -> MakeCall:
    """Makes a call of Asha's with a recording; keyword arguments describe the sound."""

    def make(path: str = "/r/1.wav", *, query: str = "", **sound: Any) -> Call:
        url = sounds.put(path, Sound(**{"body": tone(2), **sound}))
        call: Call = factories.CallFactory(connector=connector, agent=asha, recording_url=url + query)
        return call

    return make


@pytest.fixture
def client_of(db: None) -> Iterator[Callable[[Any], Client]]:
    """Makes a signed-in browser. What a test left open is closed, as a server does; no slot may be taken then."""

    def make(person: Any) -> Client:
        client = Client()
        client.force_login(getattr(person, "user", person))
        return client

    yield make
    while _open:
        leave(_open.pop())
    assert taken_slots() == 0


@pytest.fixture(autouse=True)
def recordings_folder(tmp_path: Path, settings: Any) -> Path:
    """Copies go into a folder of the test's own."""
    folder = tmp_path / "recordings"
    stored: Any = django_settings.STORAGES["recordings"]
    changed = {**stored, "OPTIONS": {**stored["OPTIONS"], "location": folder}}
    settings.STORAGES = {**django_settings.STORAGES, "recordings": changed}
    return folder


_open: list[Any] = []


def listen(client: Client, call: Call, **headers: str) -> Any:
    """The answer to a player's request; header names with underscores."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    _open.append(client.get(f"/calls/{call.pk}/recording/", headers=sent))
    return _open[-1]


def body_of(response: Any) -> bytes:
    """All bytes of an answer, which is closed then as a server does."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    leave(response)
    return bytes(data)


def leave(response: Any) -> None:
    """End the request as a server does, but for the database connection, which is the test's."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.fixture
def player(asha: Agent, client_of: Callable[[Any], Client]) -> Client:
    return client_of(asha)


@pytest.fixture
def staff(client_of: Callable[[Any], Client]) -> Client:
    return client_of(factories.UserFactory(is_staff=True))
