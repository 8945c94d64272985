"""What the tests of the agents' pages share: two agents, their clients, and a connector that does everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from calls.models import PopupDelivery
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent
from tests import factories


@pytest.fixture
def asha(db: None) -> Agent:
    """An agent."""
    agent: Agent = factories.AgentFactory(email="asha@example.com", name="Asha Rao", phones=["+919611795980"])
    return agent


@pytest.fixture
def ben(db: None) -> Agent:
    """Another agent."""
    agent: Agent = factories.AgentFactory(email="ben@example.com", name="Ben Thomas")
    return agent


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """Makes a signed-in browser of an agent or a user."""

    def make(person: Any, *, enforce_csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=enforce_csrf)
        client.force_login(getattr(person, "user", person))
        return client

    return make


@pytest.fixture
def acme(db: None) -> Connector:
    """A connector with click to call and dispositions."""
    connector: Connector = factories.ConnectorFactory(slug="acme", name="Acme")
    factories.RequestTemplateFactory(connector=connector)
    factories.RequestTemplateFactory(
        connector=connector, purpose=RequestTemplate.Purpose.DISPOSITION, field=factories.DispositionFieldFactory()
    )
    return connector


@pytest.fixture
def show(asha: Agent, acme: Connector) -> Callable[..., PopupDelivery]:
    """Puts a ringing popup on an agent's desk; keyword arguments go to the call."""

    def make(*, agent: Agent | None = None, state: str = "ringing", **call: object) -> PopupDelivery:
        values = {"connector": acme, "status": "Ringing", "agent": agent or asha, **call}
        popup = factories.PopupFactory(call=factories.CallFactory(**values), state=state)
        delivery: PopupDelivery = factories.PopupDeliveryFactory(popup=popup, agent=agent or asha, state=state)
        return delivery

    return make
