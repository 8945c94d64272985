"""Who may do what, over all endpoints at once; and what hostile input gets."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from crm.models import Agent
from tests.factories import PASSWORD, CallFactory, ConnectorFactory, LeadFactory, UserFactory

LISTS = ["calls", "popups", "outbound", "leads", "opportunities", "agents", "connectors", "journal"]
STAFF_ONLY = {"journal"}


@pytest.mark.parametrize("path", [*LISTS, "click-to-call", "calls/1/trace", "calls/1/disposition", "calls/1"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_is_asked_for_credentials(stranger_api: APIClient, path: str, method: str) -> None:
    response = getattr(stranger_api, method)(f"/api/{path}/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_wrong_token_is_refused(stranger_api: APIClient) -> None:
    stranger_api.credentials(HTTP_AUTHORIZATION="Token wrong")

    assert stranger_api.get("/api/calls/").status_code == 401


@pytest.mark.parametrize("path", LISTS)
def test_agent_may_read_all_but_what_is_for_staff(api: APIClient, path: str) -> None:
    assert api.get(f"/api/{path}/").status_code == (403 if path in STAFF_ONLY else 200)


@pytest.mark.parametrize("path", LISTS)
def test_staff_may_read_everything(staff_api: APIClient, path: str) -> None:
    assert staff_api.get(f"/api/{path}/").status_code == 200


def test_trace_and_journal_entry_are_for_staff(api: APIClient, agent: Agent) -> None:
    call = CallFactory(agent=agent)

    assert api.get(f"/api/calls/{call.pk}/trace/").status_code == 403
    assert api.get("/api/journal/1/").status_code == 403


@pytest.mark.parametrize("path", LISTS)
def test_user_who_is_no_agent_sees_nothing(path: str, db: None) -> None:
    CallFactory(agent=None, lead=LeadFactory())
    client = APIClient()
    client.force_authenticate(UserFactory())

    response = client.get(f"/api/{path}/")

    assert response.status_code == 403 if path in STAFF_ONLY else response.json()["results"] == []


@pytest.mark.parametrize("path", ["popups", "outbound", "agents", "connectors", "journal", "opportunities"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_is_read_only_cannot_be_written(staff_api: APIClient, path: str, method: str) -> None:
    assert getattr(staff_api, method)(f"/api/{path}/", {}, format="json").status_code == 405


def test_session_logs_in_and_writing_needs_the_csrf_token(agent: Agent) -> None:
    client = APIClient(enforce_csrf_checks=True)
    agent.user.set_password(PASSWORD)
    agent.user.save()
    assert client.login(username=agent.user.username, password=PASSWORD)

    assert client.get("/api/calls/").status_code == 200
    assert client.post("/api/leads/", {"name": "x"}, format="json").status_code == 403


HOSTILE = [
    "", " ", "%00", "a%00b", "%FF%FE", "'", "--", "../../etc/passwd", "{}", "[]", "null", "true", "-1", "0", "1.5",
    "9" * 18, "9" * 40, "1e400", "٣", "²", "x" * 5000, "00000000-0000-0000-0000-00000000000g", "%F0%9F%98%80",
    "0000-00-00", "2026-13-45", "2026-01-31T25:00:00Z", "10000-01-01", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "9999-12-31", "a@b@c", "@", "%ED%A0%80", "${7*7}", "{{7*7}}",
]  # fmt: skip
FILTERS = [
    ("calls", name)
    for name in (
        "session_id",
        "connector",
        "lead",
        "agent",
        "direction",
        "status",
        "since",
        "until",
        "cursor",
        "page_size",
    )
]
FILTERS += [("popups", name) for name in ("session_id", "agent", "connector", "cursor")]
FILTERS += [
    ("outbound", name) for name in ("connector", "purpose", "status", "agent", "lead", "since", "until", "cursor")
]
FILTERS += [("leads", name) for name in ("search", "owner", "external_id", "cursor")]
FILTERS += [("opportunities", name) for name in ("lead", "owner", "status", "external_id", "cursor")]
FILTERS += [
    ("journal", name) for name in ("connector", "session_id", "endpoint", "verdict", "since", "until", "cursor")
]
FILTERS += [("agents", "email"), ("agents", "cursor"), ("connectors", "cursor")]


@pytest.mark.parametrize(("path", "name"), FILTERS)
def test_hostile_filter_gives_an_answer_or_names_itself(staff_api: APIClient, path: str, name: str) -> None:
    CallFactory(lead=LeadFactory())

    for value in HOSTILE:
        response = staff_api.get(f"/api/{path}/?{name}={value}")
        assert response.status_code in {200, 400}, (name, value, response.content)
        if response.status_code == 400:
            assert list(response.json()) == [name], (name, value, response.content)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("calls", "lead=42"),
        ("calls", "agent=somebody"),
        ("calls", "direction=Sideways"),
        ("calls", "status=Fine"),
        ("calls", "since=yesterday"),
        ("calls", "manual=maybe"),
        ("calls", "until=2026-02-30"),
        ("calls", "session_id=a%00b"),
        ("calls", "page_size=0"),
        ("calls", "page_size=many"),
        ("calls", "cursor=xyz"),
        ("popups", "agent=somebody"),
        ("journal", "verdict=fine"),
        ("outbound", "status=fine"),
        ("leads", "search=a%00b"),
    ],
)
def test_bad_filter_is_refused_by_name(staff_api: APIClient, path: str, query: str) -> None:
    response = staff_api.get(f"/api/{path}/?{query}")

    assert response.status_code == 400
    assert list(response.json()) == [query.partition("=")[0]]


@pytest.mark.parametrize("path", ["calls", "leads", "outbound"])
@pytest.mark.parametrize(
    "position", ["p=abc", "p=", "p=1&o=abc", "p=1&o=-1", "o=99999999", "p=%00", "p=" + "9" * 30, "r=1"]
)
def test_forged_cursor_gives_no_server_error(staff_api: APIClient, path: str, position: str) -> None:
    CallFactory(lead=LeadFactory())
    cursor = base64.b64encode(position.encode()).decode()

    response = staff_api.get(f"/api/{path}/", {"cursor": cursor})

    assert response.status_code in {200, 400}


@pytest.mark.parametrize(
    "path", ["calls", "popups", "agents", "journal", "leads", "outbound", "opportunities", "connectors"]
)
@pytest.mark.parametrize("key", ["0", "9" * 40, "abc", "%00", "-1", str(uuid.UUID(int=7)), "1.5"])
def test_row_that_does_not_exist_is_not_found(staff_api: APIClient, path: str, key: str) -> None:
    ConnectorFactory()

    assert staff_api.get(f"/api/{path}/{key}/").status_code == 404


@pytest.mark.parametrize("path", ["leads/", "click-to-call/"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 5000, b'{"a":' * 500])
def test_hostile_body_is_refused(staff_api: APIClient, path: str, body: Any) -> None:
    response = staff_api.post(f"/api/{path}", body, content_type="application/json")

    assert response.status_code in {201, 400}
