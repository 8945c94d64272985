"""A connector with a server credential, an agent with a lead, and how its provider asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from connector_config.models import Connector
from crm.models import Agent, Lead
from tests.factories import AgentFactory, AgentMappingFactory, ConnectorFactory, LeadFactory, RequestTemplateFactory
from webhooks import look_ups

CREDENTIAL = "the server's credential"
PHONE = "+919611795983"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The look-ups' writer is a thread that does not see a test's transaction; the counters live longer than a test."""
    monkeypatch.setattr(look_ups, "_start_writer", lambda: None)
    look_ups._waiting.clear()
    cache.clear()
    yield
    look_ups._waiting.clear()


@pytest.fixture
def connector(db: None) -> Connector:
    made: Connector = ConnectorFactory(
        slug="acme", name="Acme", server_credential=CREDENTIAL, embed_origins=["https://desktop.example.com"]
    )
    RequestTemplateFactory(connector=made, url="http://127.0.0.1:9/call")
    return made


@pytest.fixture
def agent(connector: Connector) -> Agent:
    made: Agent = AgentFactory(email="asha@example.com", name="Asha Rao", phones=["+919611795980"])
    AgentMappingFactory(connector=connector, agent=made, provider_agent_id="5071")
    return made


@pytest.fixture
def lead(agent: Agent) -> Lead:
    made: Lead = LeadFactory(name="Ravi Kumar", company="Acme Motors", owner=agent, phones=[PHONE, "+912261234567"])
    return made


@pytest.fixture
def ask(connector: Connector) -> Callable[..., Any]:
    """Posts to the hook ``sso`` as the provider's server does."""

    def post(body: Any, *, credential: str = CREDENTIAL, path: str = "") -> Any:
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        address = path or f"/hooks/{connector.hook_key}/sso"
        return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", headers=headers)

    return post


@pytest.fixture
def opened(ask: Callable[..., Any]) -> Callable[..., tuple[Any, str]]:
    """Asks for a key, opens its page, and returns the page with the token in it."""

    def open_page(body: dict[str, Any], *, client: Client | None = None) -> tuple[Any, str]:
        url = ask(body).json()["Message"]["Url"]
        page = (client or Client(enforce_csrf_checks=True)).get(path_of(url))
        return page, token_in(page)

    return open_page


def path_of(url: str) -> str:
    """The URL without its origin."""
    return "/" + url.split("/", 3)[3]


def token_in(page: Any) -> str:
    """The token that the page was handed; empty for a refusal."""
    text: str = page.content.decode()
    return text.partition('"X-Embedded-Token": "')[2].partition('"')[0]
