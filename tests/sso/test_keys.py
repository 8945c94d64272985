"""The hook ``sso`` and what its keys open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.embedding.keys import KEPT, purge_keys
from calls.models import EmbeddedSession, SsoKey
from connector_config.models import Connector
from connector_config.services.saving import touch_connector
from crm.models import Agent, Lead
from tests.factories import AgentFactory, LeadFactory, OpportunityFactory, TeamFactory
from tests.sso.conftest import CREDENTIAL, PHONE, path_of, token_in
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db


def test_the_key_opens_the_console_once(ask: Any, agent: Agent) -> None:
    message = ask({"AgentEmail": "ASHA@example.com", "Target": "console"}).json()["Message"]

    first = Client().get(path_of(message["Url"]))
    second = Client().get(path_of(message["Url"]))

    assert message["ExpiresIn"] == 60
    assert len(message["Key"]) >= 43
    assert first.status_code == 200
    assert token_in(first)
    assert second.status_code == 401
    assert b"from your agent desktop" in second.content
    assert not token_in(second)


@pytest.mark.parametrize(
    "named", [{"AgentEmail": "asha@example.com"}, {"TelephonyAgentId": "5071"}, {"UserId": "{pk}"}]
)
def test_an_agent_is_named_in_three_ways(ask: Any, agent: Agent, named: dict[str, str]) -> None:
    body = {name: value.format(pk=agent.pk) for name, value in named.items()}

    answer = ask({**body, "Target": "console"})

    assert answer.status_code == 200
    assert SsoKey.objects.get().agent == agent


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/{key}/sso/", "/hooks/{key}/SSO", "/1/api/Telephony/SingleSignOn/ORG12345/{key}",
        "/1/api/Telephony/SSO/{key}/", "/hooks/{key}//sso",
    ],
)  # fmt: skip
def test_the_hook_answers_under_its_other_addresses(ask: Any, agent: Agent, connector: Connector, path: str) -> None:
    body = {"AgentEmail": agent.email, "Target": "console"}

    answer = ask(body, path=path.format(key=connector.hook_key))

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", ["lead-details", "LeadDetails"])
def test_the_key_opens_the_hook_url_too(ask: Any, connector: Connector, lead: Lead, slash: str, name: str) -> None:
    key = ask({"AgentEmail": "asha@example.com", "Target": "lead", "LeadPhone": "9611795983"}).json()["Message"]["Key"]
    prefix = "/hooks" if name == "lead-details" else "/1/api/Telephony/LeadDetails"
    path = f"{prefix}/{connector.hook_key}/{name}" if name == "lead-details" else f"{prefix}/{connector.hook_key}"

    page = Client().get(f"{path}{slash}?key={key}&leadphone=%2B919611795983")

    assert page.status_code == 200
    assert b"Ravi Kumar" in page.content


BAD = [
    ({}, 422, "AgentEmail"),
    ({"AgentEmail": "nobody@example.com", "Target": "console"}, 422, "AgentEmail"),
    ({"UserId": "99999999999999999999", "Target": "console"}, 422, "UserId"),
    ({"UserId": "one", "Target": "console"}, 422, "UserId"),
    ({"TelephonyAgentId": "1", "Target": "console"}, 422, "TelephonyAgentId"),
    ({"AgentEmail": "asha@example.com"}, 422, "Target"),
    ({"AgentEmail": "asha@example.com", "Target": "admin"}, 422, "Target"),
    ({"AgentEmail": "asha@example.com", "Target": ["console"]}, 422, "Target"),
    ({"AgentEmail": "asha@example.com", "Target": "lead"}, 422, "LeadId"),
    ({"AgentEmail": "asha@example.com", "Target": "lead", "LeadId": "none such"}, 422, "LeadId"),
    ({"AgentEmail": "asha@example.com", "Target": "lead", "LeadPhone": "+14155550100"}, 422, "LeadPhone"),
    ({"AgentEmail": "asha@example.com", "Target": "opportunity"}, 422, "OpportunityId"),
    ({"AgentEmail": "asha@example.com", "Target": "opportunity", "OpportunityId": "\x00"}, 422, "OpportunityId"),
    ("not json", 400, ""),
]


@pytest.mark.parametrize(("body", "status", "field"), BAD)
def test_a_bad_request_is_told_which_field(ask: Any, agent: Agent, body: Any, status: int, field: str) -> None:
    answer = ask(body)

    errors = answer.json()
    assert (answer.status_code, errors["Status"]) == (status, "Error")
    assert [error["field"] for error in errors["Errors"]] == ([field] if field else [])
    assert not SsoKey.objects.exists()


@pytest.mark.parametrize("credential", ["", "wrong", CREDENTIAL + "x", "ключ".encode().decode("latin-1")])
def test_without_the_server_credential_nothing_is_given(ask: Any, agent: Agent, credential: str) -> None:
    answer = ask({"AgentEmail": agent.email, "Target": "console"}, credential=credential)

    assert answer.status_code == 401
    assert answer.json()["Status"] == "Error"
    assert not SsoKey.objects.exists()


def test_an_empty_credential_is_none(ask: Any, connector: Connector, agent: Agent) -> None:
    Connector.objects.filter(pk=connector.pk).update(server_credential="")
    touch_connector(connector.pk)

    answers = [ask({"AgentEmail": agent.email, "Target": "console"}, credential=word) for word in ("", " ")]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_the_previous_credential_is_accepted_until_it_is_cleared(ask: Any, connector: Connector, agent: Agent) -> None:
    connector.server_credential, connector.previous_server_credential = "the next credential", CREDENTIAL
    connector.save()
    touch_connector(connector.pk)
    body = {"AgentEmail": agent.email, "Target": "console"}
    both = [ask(body).status_code, ask(body, credential="the next credential").status_code]

    Connector.objects.filter(pk=connector.pk).update(previous_server_credential="")
    touch_connector(connector.pk)

    assert [*both, ask(body).status_code] == [200, 200, 401]


def test_guessing_the_credential_is_slowed_down(ask: Any, agent: Agent) -> None:
    answers = [ask({"AgentEmail": agent.email, "Target": "console"}, credential="wrong") for _ in range(62)]

    assert {answer.status_code for answer in answers[:60]} == {401}
    assert answers[-1].status_code == 429


def test_wrong_links_of_others_keep_no_good_one_from_opening(ask: Any, agent: Agent) -> None:
    good = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"]
    wrong = [Client().get(f"{path_of(good).partition('?')[0]}?key=wrong{number}") for number in range(62)]

    opened = Client().get(path_of(good))

    assert (wrong[0].status_code, wrong[-1].status_code, opened.status_code) == (401, 429, 200)


def test_a_runaway_server_gets_no_more_keys(ask: Any, agent: Agent) -> None:
    answers = [ask({"AgentEmail": agent.email, "Target": "console"}) for _ in range(31)]

    assert answers[29].status_code == 200
    assert answers[30].status_code == 429


def test_the_key_expires_after_a_minute(ask: Any, agent: Agent) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        urls = [ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"] for _ in range(2)]
        clock.shift(timedelta(seconds=59))
        early = Client().get(path_of(urls[0]))
        clock.shift(timedelta(seconds=1))
        late = Client().get(path_of(urls[1]))

    assert (early.status_code, late.status_code) == (200, 401)


def test_old_keys_are_purged(ask: Any, agent: Agent) -> None:
    ask({"AgentEmail": agent.email, "Target": "console"})

    before = purge_keys()
    with time_machine.travel(timezone.now() + KEPT + timedelta(minutes=2)):
        after = purge_keys()

    assert (before, after) == (0, 1)


@pytest.mark.parametrize("page", ["sso", "opportunity-details"])
def test_a_key_is_good_for_its_own_page_only(ask: Any, connector: Connector, lead: Lead, page: str) -> None:
    body = {"AgentEmail": "asha@example.com", "Target": "lead", "LeadId": str(lead.pk)}
    message = ask(body).json()["Message"]

    elsewhere = Client().get(f"/hooks/{connector.hook_key}/{page}?key={message['Key']}")
    there = Client().get(path_of(message["Url"]))

    assert (elsewhere.status_code, there.status_code) == (403, 200)


@pytest.mark.parametrize("query", ["leadphone=%2B14155550100", "leadId=00000000-0000-4000-8000-000000000000"])
def test_a_key_opens_no_other_lead(ask: Any, connector: Connector, lead: Lead, query: str) -> None:
    LeadFactory(phones=["+14155550100"])
    key = ask({"AgentEmail": "asha@example.com", "Target": "lead", "LeadId": str(lead.pk)}).json()["Message"]["Key"]

    page = Client().get(f"/hooks/{connector.hook_key}/lead-details?key={key}&{query}")

    assert page.status_code == 403
    assert b"another lead" in page.content


def test_a_key_of_another_connector_is_unknown(ask: Any, agent: Agent) -> None:
    from tests.factories import ConnectorFactory

    other = ConnectorFactory(server_credential=CREDENTIAL)
    key = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Key"]

    page = Client().get(f"/hooks/{other.hook_key}/sso?key={key}")

    assert page.status_code == 401


def test_no_key_for_a_lead_that_the_agent_may_not_see(ask: Any, agent: Agent) -> None:
    foreign = LeadFactory(owner=AgentFactory(), phones=["+14155550100"])
    body = {"AgentEmail": agent.email, "Target": "lead"}

    answers = [ask({**body, "LeadId": str(foreign.pk)}), ask({**body, "LeadPhone": "+14155550100"})]

    assert [answer.status_code for answer in answers] == [422, 422]


def test_staff_get_an_agents_rights_only(ask: Any, opened: Any, agent: Agent) -> None:
    agent.user.is_staff = agent.user.is_superuser = True
    agent.user.save()
    foreign = LeadFactory(owner=AgentFactory())

    refused = ask({"AgentEmail": agent.email, "Target": "lead", "LeadId": str(foreign.pk)})
    _, token = opened({"AgentEmail": agent.email, "Target": "console"})
    read = Client().get(f"/leads/{foreign.pk}/", headers={"X-Embedded-Token": token})

    assert refused.status_code == 422
    assert read.status_code == 404


def _disable_agent(agent: Agent, connector: Connector) -> None:
    agent.user.is_active = False
    agent.user.save()


def _move_connector(agent: Agent, connector: Connector) -> None:
    connector.teams.add(TeamFactory())


def _change_credential(agent: Agent, connector: Connector) -> None:
    Connector.objects.filter(pk=connector.pk).update(server_credential="another credential")
    touch_connector(connector.pk)


@pytest.mark.parametrize("change", [_disable_agent, _move_connector, _change_credential])
def test_a_key_dies_with_what_it_rests_on(
    ask: Any, agent: Agent, connector: Connector, change: Callable[[Agent, Connector], None]
) -> None:
    url = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"]

    change(agent, connector)

    page = Client().get(path_of(url))
    assert page.status_code in {401, 403}
    assert not EmbeddedSession.objects.exists()


@pytest.mark.parametrize("change", [_disable_agent, _move_connector])
def test_no_key_for_an_agent_who_may_not_use_the_connector(
    ask: Any, agent: Agent, connector: Connector, change: Callable[[Agent, Connector], None]
) -> None:
    change(agent, connector)

    answer = ask({"AgentEmail": agent.email, "Target": "console"})

    assert answer.status_code == 422
    assert answer.json()["Errors"][0]["field"] == "AgentEmail"


def test_a_disabled_connector_has_no_such_hook_and_no_page(ask: Any, agent: Agent, connector: Connector) -> None:
    url = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"]
    Connector.objects.filter(pk=connector.pk).update(is_enabled=False)

    assert ask({"AgentEmail": agent.email, "Target": "console"}).status_code == 404
    assert Client().get(path_of(url)).status_code == 404


def test_the_journal_tells_who_asked_for_what_and_holds_no_key(ask: Any, agent: Agent, connector: Connector) -> None:
    message = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]
    ask({"AgentEmail": agent.email, "Target": "nothing", "Note": CREDENTIAL})

    given, refused = JournalEntry.objects.order_by("pk")
    assert (given.verdict, refused.verdict) == ("answered", "rejected")
    assert b"asha@example.com" in bytes(given.body)
    assert message["Key"] not in given.reply_body
    assert "?key=********" in given.reply_body
    assert '"ExpiresIn": 60' in given.reply_body
    assert CREDENTIAL.encode() not in bytes(refused.body)
    assert refused.errors[0]["field"] == "Target"


def test_the_key_is_not_in_the_database(ask: Any, agent: Agent) -> None:
    key = ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Key"]

    assert key not in str(list(SsoKey.objects.values()))


def test_looking_ahead_does_not_use_the_key_up(ask: Any, agent: Agent) -> None:
    url = path_of(ask({"AgentEmail": agent.email, "Target": "console"}).json()["Message"]["Url"])

    ahead = Client().get(url, headers={"Sec-Purpose": "prefetch;prerender"})
    probe = Client().head(url)

    assert (ahead.status_code, probe.status_code) == (503, 401)
    assert Client().get(url).status_code == 200


def test_an_opportunity_is_opened_with_its_lead(opened: Any, lead: Lead) -> None:
    opportunity = OpportunityFactory(lead=lead, name="Car loan", external_id="O-1")

    page, _ = opened({"AgentEmail": "asha@example.com", "Target": "Opportunity", "OpportunityId": "O-1"})

    assert page.status_code == 200
    assert b"Car loan" in page.content
    assert b"Ravi Kumar" in page.content
    assert opportunity.pk == EmbeddedSession.objects.get().opportunity_id
    assert PHONE[-3:].encode() in page.content
