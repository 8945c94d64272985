"""Embedded sessions: what the token opens, for how long, and who may show the pages in a frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.embedding.sessions import IDLE_LIFETIME, LONGEST_LIFETIME, purge_sessions
from calls.models import EmbeddedSession, OutboundRequest
from connector_config.models import Connector
from connector_config.services.saving import touch_connector
from crm.models import Agent, Lead
from tests.factories import PASSWORD, AgentFactory, CallFactory, LeadFactory, PopupFactory, TeamFactory, UserFactory
from tests.sso.conftest import PHONE

pytestmark = pytest.mark.django_db

CONSOLE = {"AgentEmail": "asha@example.com", "Target": "console"}


def get(path: str, token: str, client: Client | None = None) -> Any:
    return (client or Client(enforce_csrf_checks=True)).get(path, headers={"X-Embedded-Token": token})


def post(path: str, token: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"X-Embedded-Token": token, "X-Requested-With": "fetch"}
    return Client(enforce_csrf_checks=True).post(path, body or {}, headers=headers)


@pytest.fixture
def console_token(opened: Any, agent: Agent) -> str:
    token: str = opened(CONSOLE)[1]
    return token


@pytest.fixture
def lead_token(opened: Any, lead: Lead) -> str:
    token: str = opened({"AgentEmail": "asha@example.com", "Target": "lead", "LeadId": str(lead.pk)})[1]
    return token


def test_the_page_may_be_framed_by_the_listed_origins_only(opened: Any, agent: Agent) -> None:
    page, _ = opened(CONSOLE)

    assert "frame-ancestors https://desktop.example.com" in page.headers["Content-Security-Policy"]
    assert "'none'" not in page.headers["Content-Security-Policy"].partition("frame-ancestors")[2].partition(";")[0]
    assert "X-Frame-Options" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert not page.cookies


def test_without_a_list_nobody_may_frame_the_page(opened: Any, agent: Agent, connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(embed_origins=[])
    touch_connector(connector.pk)

    page, token = opened(CONSOLE)

    assert token
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_every_other_page_stays_unframed(console_token: str, client: Client, agent: Agent) -> None:
    client.force_login(agent.user)

    answers = [
        get("/leads/", console_token),
        client.get("/"),
        client.get("/login/"),
        client.get("/embed/acme/sign-in/"),
    ]

    for answer in answers:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_the_token_stands_in_for_cookie_and_csrf_token(console_token: str, lead: Lead) -> None:
    phone = lead.phones.first()

    read = get("/leads/", console_token)
    called = post("/click-to-call/", console_token, {"lead": str(lead.pk), "phone_id": phone.pk if phone else ""})

    assert b"Ravi Kumar" in read.content
    assert not read.cookies
    assert called.status_code == 200
    assert OutboundRequest.objects.get().agent == lead.owner


def test_a_cookie_alone_still_needs_the_csrf_token(lead: Lead) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead.owner.user if lead.owner else UserFactory())

    answer = client.post("/click-to-call/", {"lead": str(lead.pk), "phone": PHONE})

    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "ключ", "a:b", "forged:signature"])
def test_a_made_up_token_opens_nothing_even_with_a_cookie(agent: Agent, token: str) -> None:
    client = Client()
    client.force_login(agent.user)

    answer = get("/leads/", token.encode().decode("latin-1"), client)

    assert answer.status_code == 401


_NOT_THEIRS = ["/admin/", "/api/calls/", "/api/leads/", "/logout/", "/login/", "/metrics", "/embed/acme/sign-in/"]


@pytest.mark.parametrize("path", _NOT_THEIRS)
def test_the_token_reaches_agents_pages_and_nothing_else(console_token: str, path: str) -> None:
    statuses = {get(path, console_token).status_code, post(path, console_token).status_code}

    assert statuses == {403}


def test_a_leads_token_reaches_that_lead_only(lead_token: str, lead: Lead, agent: Agent) -> None:
    other = LeadFactory(owner=agent, phones=["+919845012345"])
    own = PopupFactory(call=CallFactory(lead=lead, agent=agent, customer_number=PHONE))
    foreign = PopupFactory(call=CallFactory(lead=other, agent=agent, customer_number="+919845012345"))
    for popup in (own, foreign):
        popup.deliveries.create(agent=agent, sequence=popup.pk)

    statuses = {
        path: get(path, lead_token).status_code
        for path in (
            f"/leads/{lead.pk}/", f"/leads/{other.pk}/", "/leads/", "/", "/calls/", f"/popups/{own.pk}/card/",
            f"/popups/{foreign.pk}/card/", f"/leads/{lead.pk}/edit/",
        )
    }  # fmt: skip

    allowed = {path for path, status in statuses.items() if status == 200}
    assert allowed == {f"/leads/{lead.pk}/", f"/popups/{own.pk}/card/"}
    assert set(statuses.values()) == {200, 403}


def test_a_leads_token_calls_that_lead_only(lead_token: str, lead: Lead, agent: Agent) -> None:
    other = LeadFactory(owner=agent, phones=["+919845012345"])
    own_id, other_id = (row.phones.get(position=0).pk for row in (lead, other))
    bodies: list[dict[str, Any]] = [
        {"lead": str(lead.pk), "phone_id": own_id},
        {"lead": str(lead.pk), "phone": "+919845012345"},
        {"lead": str(lead.pk), "phone_id": other_id},
        {"lead": str(other.pk), "phone_id": other_id},
        {"phone": PHONE},
    ]

    statuses = [post("/click-to-call/", lead_token, body).status_code for body in bodies]

    assert statuses == [200, 403, 403, 403, 403]


def _disable_agent(agent: Agent, connector: Connector) -> None:
    agent.user.is_active = False
    agent.user.save()


def _disable_connector(agent: Agent, connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(is_enabled=False)


def _change_credential(agent: Agent, connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(server_credential="another credential")
    touch_connector(connector.pk)


def _move_connector(agent: Agent, connector: Connector) -> None:
    connector.teams.add(TeamFactory())


@pytest.mark.parametrize("change", [_disable_agent, _disable_connector, _change_credential, _move_connector])
def test_the_session_ends_with_what_it_rests_on(
    console_token: str, agent: Agent, connector: Connector, change: Callable[[Agent, Connector], None]
) -> None:
    before = get("/leads/", console_token).status_code

    change(agent, connector)

    assert (before, get("/leads/", console_token).status_code) == (200, 401)


def test_the_session_outlives_a_rotation_that_keeps_the_old_credential(
    console_token: str, connector: Connector
) -> None:
    connector.previous_server_credential, connector.server_credential = connector.server_credential, "the next one"
    connector.save()
    touch_connector(connector.pk)

    assert get("/leads/", console_token).status_code == 200


def test_the_session_lasts_while_it_is_used_and_a_day_at_most(opened: Any, agent: Agent) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, idle = opened(CONSOLE)
        _, busy = opened(CONSOLE)
        clock.shift(IDLE_LIFETIME - timedelta(minutes=1))
        used = get("/leads/", busy).status_code
        clock.shift(timedelta(minutes=2))
        after = (get("/leads/", idle).status_code, get("/leads/", busy).status_code)
        purged = purge_sessions()
        clock.shift(IDLE_LIFETIME - timedelta(minutes=10))
        get("/leads/", busy)
        clock.shift(LONGEST_LIFETIME - 2 * IDLE_LIFETIME + timedelta(minutes=30))
        last = get("/leads/", busy).status_code

    assert (used, after, purged, last) == (200, (401, 200), 1, 401)


def test_signing_out_ends_the_session(console_token: str) -> None:
    out = post("/embed/sign-out/", console_token)

    assert (out.status_code, get("/leads/", console_token).status_code) == (204, 401)


def test_the_token_is_not_in_the_database(console_token: str) -> None:
    assert console_token.partition(":")[0] not in str(list(EmbeddedSession.objects.values()))


def test_the_shell_holds_nothing_of_anybodys(connector: Connector, lead: Lead) -> None:
    pages = [Client().get("/embed/acme/"), Client().get("/embed/acme/corner/")]

    for page in pages:
        assert page.status_code == 200
        assert b"Ravi" not in page.content
        assert "frame-ancestors https://desktop.example.com" in page.headers["Content-Security-Policy"]
    assert Client().get("/embed/none-such/").status_code == 404


def test_a_masked_agent_sees_no_full_number(opened: Any, lead: Lead, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(sees_full_numbers=False)
    LeadFactory(name="+14155550100", owner=agent)
    CallFactory(lead=lead, agent=agent, customer_number=PHONE, notes="Ring +919611795983")

    page, token = opened({"AgentEmail": "asha@example.com", "Target": "lead", "LeadId": str(lead.pk)})

    assert b"Ravi Kumar" in page.content
    assert b"9611795983" not in page.content
    assert b"96117 95983" not in page.content
    assert b"9611795983" not in get("/embed/page/", token).content


def sign_in(client: Client, agent: Agent) -> Any:
    client.post("/embed/acme/sign-in/", {"username": agent.user.username, "password": PASSWORD})
    return client.post("/embed/acme/sign-in/")


def test_the_corner_is_signed_in_by_the_agents_own_login(agent: Agent, connector: Connector) -> None:
    client = Client()
    asked = client.get("/embed/acme/sign-in/")
    done = sign_in(client, agent)
    token = done.content.decode().partition('data-token="')[2].partition('"')[0]

    corner = get("/embed/page/", token)
    elsewhere = get("/leads/", token)
    agent.user.set_password("another password, as long")
    agent.user.save()

    assert b"Password" in asked.content
    assert asked.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert done.headers["X-Frame-Options"] == "DENY"
    assert (corner.status_code, elsewhere.status_code) == (200, 403)
    assert b'data-origins="https://desktop.example.com"' in corner.content
    assert get("/embed/page/", token).status_code == 401


def test_a_server_can_open_the_corner_without_a_login(opened: Any, agent: Agent) -> None:
    corner, token = opened({"AgentEmail": agent.email, "Target": "popups"})

    assert b'class="page-embedded page-corner"' in corner.content
    assert b'data-shell="/embed/acme/corner/"' in corner.content
    assert (get("/embed/page/", token).status_code, get("/leads/", token).status_code) == (200, 403)


def test_no_corner_where_no_page_may_show_it(agent: Agent, connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(embed_origins=[])
    touch_connector(connector.pk)

    done = sign_in(Client(), agent)

    assert done.status_code == 403
    assert not EmbeddedSession.objects.exists()


@pytest.mark.parametrize("is_agent", [True, False])
def test_no_corner_for_those_who_do_not_work_with_the_connector(connector: Connector, is_agent: bool) -> None:
    connector.teams.add(TeamFactory())
    client = Client()
    client.force_login(AgentFactory().user if is_agent else UserFactory())

    answer = client.post("/embed/acme/sign-in/")

    assert answer.status_code == 403
    assert not EmbeddedSession.objects.exists()


def test_the_hosts_script_is_served_to_any_origin() -> None:
    answer = Client().get("/connector.js")
    again = Client().get("/connector.js", headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age" in answer.headers["Cache-Control"]
    assert (answer.status_code, again.status_code) == (200, 304)
