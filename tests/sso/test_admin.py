"""The tab "Single sign-on": a credential that is shown once, and the list of origins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from connector_config.embed_origins import OriginError, known_origins, parse_origin
from connector_config.models import Connector
from connector_config.services.cloning import clone_connector
from crm.models import Agent
from tests.factories import UserFactory
from tests.sso.conftest import CREDENTIAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_a_new_credential_is_shown_once_and_both_work(
    administrator: Client, connector: Connector, agent: Agent, ask: Any
) -> None:
    path = f"/admin/connector_config/connector/{connector.pk}/server-credential/"
    before = administrator.get(path)
    made = administrator.post(path)
    shown = re.search(rb'<code id="credential">([\w-]+)</code>', made.content)
    assert shown
    again = administrator.get(path)
    page = administrator.get(f"/admin/connector_config/connector/{connector.pk}/change/")

    body = {"AgentEmail": agent.email, "Target": "console"}
    credential = shown[1].decode()
    assert [ask(body, credential=word).status_code for word in (credential, CREDENTIAL)] == [200, 200]
    assert len(credential) >= 43
    assert "no-store" in made.headers["Cache-Control"]
    for other in (before, again, page):
        assert shown[1] not in other.content
        assert CREDENTIAL.encode() not in other.content


def test_looking_at_the_page_changes_nothing_and_others_may_not(administrator: Client, connector: Connector) -> None:
    path = f"/admin/connector_config/connector/{connector.pk}/server-credential/"
    reader = Client()
    reader.force_login(UserFactory(is_staff=True))

    administrator.get(path)
    refused = reader.post(path)

    connector.refresh_from_db()
    assert refused.status_code == 403
    assert Client().post(path).status_code == 302
    assert (connector.server_credential, connector.previous_server_credential) == (CREDENTIAL, "")


def test_a_clone_has_no_credential(connector: Connector) -> None:
    clone = clone_connector(connector=connector)

    assert clone.server_credential == clone.previous_server_credential == ""
    assert clone.embed_origins == connector.embed_origins


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://crm.example.com", "https://crm.example.com"),
        (" HTTPS://CRM.Example.com:443/ ", "https://crm.example.com"),
        ("https://crm.example.com:8443", "https://crm.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://büro.example", "https://xn--bro-hoa.example"),
    ],
)
def test_an_origin_is_written_as_browsers_do(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "https://*", "https://*.example.com", "https://example.com/path", "https://example.com?x",
        "https://user@example.com", "http://crm.example.com", "ftp://example.com", "null", "'self'", "example.com",
        "https://a.example;script-src *", "https://a.example b.example", "https://a.example,b", "https://a_b.example",
        "https://example.com:99999", "https://example.com:", "https://", "data:", "https://a..example",
        "https://exa\nmple.com", "https://-a.example", "https://a.example#", "https://a.example\\@b.example",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(OriginError):
        parse_origin(text)

    assert known_origins([text, "https://a.example"]) == ("https://a.example",)
