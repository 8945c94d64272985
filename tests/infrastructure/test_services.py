"""The services that other tests stand on."""

import psycopg
import pytest
import redis
import requests
from playwright.sync_api import Page

from tests.environment.provider import Answer, ProviderServer


def test_postgresql_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)


def test_valkey_answers(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()


def test_provider_records_what_it_is_asked_and_answers_what_it_is_told(provider_server: ProviderServer) -> None:
    provider_server.answer("/dial", Answer(status=202, body=b"ringing"))

    answer = requests.post(f"{provider_server.url}/dial?agent=7", json={"to": "+919611795983"}, timeout=5)

    assert (answer.status_code, answer.text) == (202, "ringing")
    [request] = provider_server.wait_for("/dial")
    assert (request.method, request.query, request.json()) == ("POST", {"agent": ["7"]}, {"to": "+919611795983"})


def test_browser_opens_a_page(page: Page, provider_server: ProviderServer) -> None:
    provider_server.answer("/", Answer(body=b"<h1>Hello</h1>", headers={"Content-Type": "text/html"}))

    page.goto(provider_server.url)

    assert page.get_by_role("heading", name="Hello").is_visible()


@pytest.mark.django_db
def test_test_database_is_migrated(django_user_model: type) -> None:
    assert django_user_model._default_manager.count() == 0  # type: ignore[attr-defined]  # every model has one
