"""The hooks ``lead-details`` and ``opportunity-details`` as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml
from django.test import Client
from django.utils import timezone

from connector_config.models import Connector
from crm.models import Agent, Lead
from tests.factories import AgentFactory, CallFactory, LeadFactory, OpportunityFactory
from tests.sso.conftest import CREDENTIAL, PHONE
from webhooks.look_ups import write_look_ups
from webhooks.models import JournalEntry

DOCUMENT = Path(__file__).parents[2] / "docs" / "hooks.openapi.yaml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def read(connector: Connector) -> Any:
    """Reads a hook as the provider's server does."""

    def get(query: str, *, hook: str = "lead-details", credential: str = CREDENTIAL) -> Any:
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        return Client().get(f"/hooks/{connector.hook_key}/{hook}?{query}", headers=headers)

    return get


@pytest.mark.parametrize("number", ["%2B919611795983", "+919611795983", "9611795983", "02261234567"])
def test_a_lead_is_found_by_any_of_its_numbers(read: Any, lead: Lead, agent: Agent, number: str) -> None:
    OpportunityFactory(lead=lead, name="Car loan", owner=agent)
    OpportunityFactory(lead=lead, name="Old one", status="Lost")
    CallFactory(lead=lead, agent=agent, status="Answered", duration_seconds=61, disposition="Interested", notes="Yes")

    answer = read(f"leadphone={number}").json()

    person = {"id": agent.pk, "name": "Asha Rao", "email": "asha@example.com"}
    assert answer["Status"] == "Success"
    assert answer["Lead"] | {"url": ""} == {
        "id": str(lead.pk), "external_id": "", "name": "Ravi Kumar", "email": "", "company": "Acme Motors",
        "stage": "", "source": "", "do_not_call": False, "owner": person, "url": "",
        "numbers": [
            {"number": PHONE, "number_e164": PHONE}, {"number": "+912261234567", "number_e164": "+912261234567"},
        ],
    }  # fmt: skip
    assert answer["Lead"]["url"].endswith(f"/leads/{lead.pk}/")
    assert [(row["name"], row["owner"]) for row in answer["Opportunities"]] == [("Car loan", person)]
    assert answer["Calls"][0] | {"id": 0, "at": ""} == {
        "id": 0, "direction": "Inbound", "status": "Answered", "at": "", "duration_seconds": 61, "agent": person,
        "disposition": "Interested", "notes": "Yes",
    }  # fmt: skip
    assert answer["Calls"][0]["at"].endswith("Z")
    assert answer["Candidates"] == []


@pytest.mark.parametrize("hook", ["lead-details/", "LEAD-DETAILS"])
def test_a_lead_is_found_by_id(read: Any, lead: Lead, hook: str) -> None:
    Lead.objects.filter(pk=lead.pk).update(external_id="L-1")

    answers = [read(f"leadId={reference}", hook=hook).json() for reference in (lead.pk, "L-1")]

    assert [answer["Lead"]["name"] for answer in answers] == ["Ravi Kumar", "Ravi Kumar"]


def test_of_several_leads_the_likeliest_comes_with_the_others(read: Any, lead: Lead, agent: Agent) -> None:
    recent = LeadFactory(name="Ravi's wife", phones=[PHONE])
    CallFactory(lead=recent, agent=agent, happened_at=timezone.now())

    answer = read("leadphone=%2B919611795983").json()

    assert answer["Lead"]["name"] == "Ravi's wife"
    assert [(row["name"], row["reason"]) for row in answer["Candidates"]] == [("Ravi Kumar", "main number")]


@pytest.mark.parametrize(
    ("hook", "query", "status", "field"),
    [
        ("lead-details", "leadphone=%2B14155550100", 404, ""),
        ("lead-details", "leadId=none", 404, ""),
        ("lead-details", "leadId=%00", 422, "leadphone"),
        ("lead-details", "leadphone=123", 404, ""),
        ("lead-details", "other=1", 422, "leadphone"),
        ("lead-details", "leadphone=1&AgentEmail=nobody@example.com", 422, "AgentEmail"),
        ("opportunity-details", "opportunityId=none", 404, ""),
        ("opportunity-details", "leadId=1", 422, "opportunityId"),
    ],
)
def test_what_is_not_there_is_told_in_the_providers_form(
    read: Any, lead: Lead, hook: str, query: str, status: int, field: str
) -> None:
    answer = read(query, hook=hook)

    assert answer.status_code == status
    assert answer.json()["Status"] == "Error"
    assert [error["field"] for error in answer.json()["Errors"]] == ([field] if field else [])


@pytest.mark.parametrize("hook", ["lead-details", "opportunity-details"])
@pytest.mark.parametrize("credential", ["", "wrong"])
def test_the_path_key_alone_reads_nothing(read: Any, lead: Lead, hook: str, credential: str) -> None:
    answer = read(f"leadphone={PHONE}&opportunityId=1", hook=hook, credential=credential)

    assert answer.status_code == 401
    assert b"Ravi" not in answer.content


def test_for_a_named_agent_only_what_that_agent_may_see(read: Any, lead: Lead) -> None:
    other = AgentFactory(email="ben@example.com")
    mine = LeadFactory(name="Ben's Ravi", phones=[PHONE], owner=other)

    answer = read("leadphone=%2B919611795983&AgentEmail=ben@example.com").json()
    refused = read(f"leadId={lead.pk}&AgentEmail=ben@example.com")

    assert answer["Lead"]["id"] == str(mine.pk)
    assert answer["Candidates"] == []
    assert refused.status_code == 404


def test_for_a_masked_agent_the_numbers_are_masked(read: Any, lead: Lead, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(sees_full_numbers=False)
    texts = dict.fromkeys(("external_id", "stage", "source", "company"), "of 96117 95983")
    Lead.objects.filter(pk=lead.pk).update(email="9611795983@example.com", **texts)
    OpportunityFactory(lead=lead, owner=agent, name="For 9611795983", stage="9611795983", external_id="O 9611795983")
    CallFactory(lead=lead, agent=agent, notes="Ring +91 96117 95983", disposition="Call 9611795983")

    answer = read(f"leadId={lead.pk}&AgentEmail=asha@example.com")

    assert answer.status_code == 200
    assert "9611795983" not in answer.content.decode()
    assert "96117" not in answer.content.decode()
    assert answer.json()["Lead"]["numbers"][0]["number"].endswith("983")


def test_for_a_masked_agent_no_text_gives_the_number_away(read: Any, lead: Lead, agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(sees_full_numbers=False)
    texts = {"external_id": PHONE, "email": f"{PHONE}@example.com", "company": PHONE, "stage": PHONE, "source": PHONE}
    Lead.objects.filter(pk=lead.pk).update(**texts)
    opportunity = OpportunityFactory(lead=lead, name=PHONE, owner=agent, external_id=PHONE, stage=PHONE)
    CallFactory(lead=lead, agent=agent, opportunity=opportunity, disposition=PHONE, notes=PHONE)
    asked = f"AgentEmail={agent.email}"

    answers = [
        read(f"leadId={lead.pk}&{asked}"),
        read(f"opportunityId={opportunity.pk}&{asked}", hook="opportunity-details"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert PHONE.removeprefix("+91") not in answer.content.decode()


def nulls_allowed(node: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` as JSON Schema says it."""
    if isinstance(node, list):
        return [nulls_allowed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: nulls_allowed(value) for key, value in node.items()}
    return made | {"type": [made["type"], "null"]} if made.pop("nullable", False) else made


def test_answers_are_as_the_openapi_document_says(read: Any, lead: Lead, agent: Agent, ask: Any) -> None:
    schemas = nulls_allowed(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["components"])
    opportunity = OpportunityFactory(lead=lead, owner=agent)
    LeadFactory(phones=[PHONE])
    CallFactory(lead=lead, agent=agent, opportunity=opportunity)
    answers = {
        "LeadDetails": read(f"leadId={lead.pk}"),
        "OpportunityDetails": read(f"opportunityId={opportunity.pk}", hook="opportunity-details"),
        "SsoAnswer": ask({"AgentEmail": agent.email, "Target": "console"}),
    }

    for name, answer in answers.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
        jsonschema.validate(answer.json(), schema)
        assert set(answer.json()) == set(schemas["schemas"][name]["properties"])


def test_an_opportunity_is_read_with_its_lead(read: Any, lead: Lead, agent: Agent) -> None:
    opportunity = OpportunityFactory(lead=lead, name="Car loan", external_id="O-1", stage="Papers")

    answers = [
        read(f"opportunityId={reference}", hook="opportunity-details").json() for reference in (opportunity.pk, "O-1")
    ]

    assert [answer["Opportunity"]["name"] for answer in answers] == ["Car loan", "Car loan"]
    assert answers[0]["Lead"]["name"] == "Ravi Kumar"
    assert answers[0]["Opportunity"]["stage"] == "Papers"


def test_aliases_reach_the_hook_and_a_missing_lead_is_no_missing_hook(connector: Connector, lead: Lead) -> None:
    headers = {"Authorization": f"bearer {CREDENTIAL}"}
    base = f"/1/api/Telephony/LeadDetails/ORG123/{connector.hook_key}"

    found = Client().get(f"{base}?leadphone=9611795983", headers=headers)
    missing = Client().get(f"{base}/?leadphone=14155550100", headers=headers)

    assert found.json()["Lead"]["name"] == "Ravi Kumar"
    assert missing.json()["ExceptionType"] == "NotFoundException"


def test_probes_are_answered_without_a_credential(connector: Connector) -> None:
    for hook in ("sso", "lead-details", "opportunity-details"):
        assert Client().get(f"/hooks/{connector.hook_key}/{hook}").status_code == 200
        assert Client().head(f"/hooks/{connector.hook_key}/{hook}?leadphone=1").status_code == 200


def test_look_ups_are_journalled_and_hold_no_key(read: Any, connector: Connector, lead: Lead) -> None:
    read("leadphone=9611795983")
    Client().get(f"/hooks/{connector.hook_key}/lead-details?leadphone=9611795983&Key=s3cret-key")

    read("leadphone=9611795983", credential="a wrong credential")

    write_look_ups()

    looked_up, page, refused = JournalEntry.objects.order_by("pk")
    assert (looked_up.endpoint, looked_up.reply_status) == ("lead-details", 200)
    assert (page.reply_status, refused.reply_status) == (401, 401)
    assert "a wrong credential" not in str(refused.headers)
    assert "s3cret" not in page.query_string
    assert "leadphone" in page.query_string
