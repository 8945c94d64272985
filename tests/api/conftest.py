"""Clients of the REST API: an administrator, an agent and a stranger."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from crm.models import Agent
from tests.factories import AgentFactory, UserFactory


def client_of(user: User) -> APIClient:
    """A client that sends the user's token."""
    token, _ = Token.objects.get_or_create(user=user)
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client


@pytest.fixture
def agent(db: None) -> Agent:
    """An agent who is no staff."""
    return AgentFactory.create(name="Asha Rao", email="asha@example.com")


@pytest.fixture
def api(agent: Agent) -> APIClient:
    """The agent's client."""
    return client_of(agent.user)


@pytest.fixture
def staff_api(db: None) -> APIClient:
    """An administrator's client; they are nobody's agent."""
    return client_of(UserFactory(is_staff=True))


@pytest.fixture
def stranger_api(db: None) -> APIClient:
    """A client without credentials."""
    return APIClient(enforce_csrf_checks=True)
