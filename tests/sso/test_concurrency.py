"""Two browsers that bring the same key at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from calls.models import EmbeddedSession
from crm.models import Agent
from tests.sso.conftest import path_of

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


def test_of_many_who_bring_a_key_at_once_one_gets_the_page(ask: Any, agent: Agent) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    path = path_of(ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"])
    start = Barrier(AT_ONCE)

    def bring(_: int) -> int:
        start.wait()
        try:
            return Client().get(path).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = sorted(threads.map(bring, range(AT_ONCE)))

    assert statuses == [200, *[401] * (AT_ONCE - 1)]
    assert EmbeddedSession.objects.count() == 1
