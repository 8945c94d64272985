"""`leads/` and `opportunities/`: reading, searching, making, changing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from crm.models import Agent, Lead
from tests.factories import AgentFactory, CallFactory, ConnectorFactory, LeadFactory, OpportunityFactory


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(row["name"] for row in response.json()["results"])


def test_lead_has_the_documented_fields(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory(
        name="Ravi Kumar", owner=agent, external_id="L-1", custom_fields={"mx_City": "Pune"}, phones=["096117 95983"]
    )

    body = staff_api.get(f"/api/leads/{lead.pk}/").json()

    assert body.pop("created_at").endswith("Z")
    assert body.pop("updated_at").endswith("Z")
    assert body == {
        "id": str(lead.pk), "external_id": "L-1", "name": "Ravi Kumar", "email": "", "company": "", "stage": "",
        "source": "", "origin": "", "city": "", "state": "", "country": "", "zip_code": "", "do_not_call": False,
        "custom_fields": {"mx_City": "Pune"},
        "owner": {"id": agent.pk, "name": "Asha Rao", "email": "asha@example.com"},
        "phones": [{"id": lead.phones.get().pk, "number": "096117 95983", "number_e164": "+919611795983"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    "search",
    ["ravi", "Kumar", "+919611795983", "9611795983", "096117 95983", "+91-96117-95983", "(0)96117.95983", "95983"],
)
def test_search_finds_a_name_or_a_number_in_any_writing(staff_api: APIClient, search: str) -> None:
    LeadFactory(name="Ravi Kumar", phones=["+912261234567", "+91 96117 95983"])
    LeadFactory(name="Somebody Else", phones=["+919000000000"])

    response = staff_api.get("/api/leads/", {"search": search})

    assert names(response) == ["Ravi Kumar"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows letters by its database's locale")
@pytest.mark.parametrize("search", ["özil", "KÄTHE", "käthe ö", "(ltd."])
def test_search_knows_the_case_of_every_letter(staff_api: APIClient, search: str) -> None:
    LeadFactory(name="Käthe Özil", company="Özil (Ltd.)")
    LeadFactory(name="Kathe Ozil")

    response = staff_api.get("/api/leads/", {"search": search})

    assert names(response) == ["Käthe Özil"]


def test_lead_is_made_with_its_numbers(staff_api: APIClient, agent: Agent) -> None:
    body = {
        "name": "Ravi Kumar",
        "phones": ["+91 96117 95983", "022-6123-4567"],
        "owner": "asha@example.com",
        "custom_fields": {"mx_City": "Pune"},
    }

    response = staff_api.post("/api/leads/", body, format="json")

    assert response.status_code == 201, response.content
    assert [(phone["number"], phone["number_e164"]) for phone in response.json()["phones"]] == [
        ("+91 96117 95983", "+919611795983"),
        ("022-6123-4567", "+912261234567"),
    ]
    assert response.json()["owner"]["id"] == agent.pk
    assert Lead.objects.get().custom_fields == {"mx_City": "Pune"}


def test_number_without_country_code_is_read_as_one_of_the_connectors_country(staff_api: APIClient) -> None:
    ConnectorFactory(default_country="US")

    response = staff_api.post("/api/leads/", {"name": "Ann", "phones": ["212-555-0123"]}, format="json")

    assert response.json()["phones"][0]["number_e164"] == "+12125550123"


def test_change_leaves_alone_what_is_not_sent(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory(name="Ravi", company="Acme", owner=agent, phones=["+919611795983"])

    response = staff_api.patch(f"/api/leads/{lead.pk}/", {"stage": "Won"}, format="json")

    lead.refresh_from_db()
    assert response.status_code == 200
    assert (lead.stage, lead.company, lead.owner, lead.phones.count()) == ("Won", "Acme", agent, 1)


def test_what_was_read_of_an_owner_can_be_sent_back(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory()
    owner = {"id": agent.pk, "name": agent.name, "email": agent.email}

    response = staff_api.put(f"/api/leads/{lead.pk}/", {"name": "Ravi", "owner": owner}, format="json")

    assert response.json()["owner"] == owner


def test_lead_that_an_agent_makes_is_theirs(api: APIClient, agent: Agent) -> None:
    response = api.post("/api/leads/", {"name": "Ravi"}, format="json")

    assert response.json()["owner"]["id"] == agent.pk


def test_agent_cannot_give_a_lead_to_somebody_else(api: APIClient) -> None:
    other = AgentFactory()

    response = api.post("/api/leads/", {"name": "Ravi", "owner": other.email}, format="json")

    assert response.status_code == 400
    assert response.json().keys() == {"owner"}


def test_agent_sees_their_leads_unowned_ones_and_those_of_their_calls(api: APIClient, agent: Agent) -> None:
    other = AgentFactory()
    LeadFactory(name="mine", owner=agent)
    LeadFactory(name="nobody's")
    CallFactory(agent=agent, lead=LeadFactory(name="of my call", owner=other))
    hidden = LeadFactory(name="other's", owner=other)

    assert names(api.get("/api/leads/")) == ["mine", "nobody's", "of my call"]
    assert api.patch(f"/api/leads/{hidden.pk}/", {"name": "x"}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "no e-mail"}, "email"),
        ({"owner": "nobody@example.com"}, "owner"),
        ({"owner": True}, "owner"),
        ({"owner": {"id": None}}, "owner"),
        ({"owner": [1]}, "owner"),
        ({"owner": 10**30}, "owner"),
        ({"phones": "+919611795983"}, "phones"),
        ({"phones": [{"number": "1"}]}, "phones"),
        ({"phones": ["1" * 41]}, "phones"),
        ({"phones": ["1\x002"]}, "phones"),
        ({"phones": ["12345678"] * 21}, "phones"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": ["a"]}, "name"),
        ({"custom_fields": []}, "custom_fields"),
        ({"custom_fields": {"a\x00": "b"}}, "custom_fields"),
        ({"custom_fields": {"a": "b\x00"}}, "custom_fields"),
        ({"custom_fields": {"a": {"b": 1}}}, "custom_fields"),
        ({"custom_fields": {"\ud800": "b"}}, "custom_fields"),
        ({"custom_fields": {"x" * 81: "b"}}, "custom_fields"),
        ({"external_id": "L-1"}, "external_id"),
        ({"do_not_call": "perhaps"}, "do_not_call"),
    ],
)
def test_bad_input_is_refused_by_field(staff_api: APIClient, body: dict[str, Any], field: str) -> None:
    LeadFactory(external_id="L-1")

    response = staff_api.post("/api/leads/", json.dumps(body), content_type="application/json")

    assert response.status_code == 400
    assert response.json().keys() == {field}
    assert Lead.objects.count() == 1


def test_empty_external_ids_do_not_collide(staff_api: APIClient) -> None:
    for _ in range(2):
        response = staff_api.post("/api/leads/", {"name": "Ravi", "external_id": ""}, format="json")
        assert response.status_code == 201, response.content

    assert set(Lead.objects.values_list("external_id", flat=True)) == {None}


def test_leads_are_not_deleted_here(staff_api: APIClient) -> None:
    lead = LeadFactory()

    assert staff_api.delete(f"/api/leads/{lead.pk}/").status_code == 405


def test_pages_of_leads_follow_each_other(staff_api: APIClient) -> None:
    LeadFactory.create_batch(5)
    seen, url = [], "/api/leads/?page_size=2"

    while url:
        page = staff_api.get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]

    assert seen == list(Lead.objects.order_by("-created_at", "-id").values_list("name", flat=True))


def test_who_owns_an_opportunity_sees_it_and_its_lead(api: APIClient, agent: Agent) -> None:
    opportunity = OpportunityFactory.create(lead__owner=AgentFactory.create(), owner=agent)
    OpportunityFactory.create(lead__owner=AgentFactory.create())

    opportunities, leads = (api.get(f"/api/{name}/").json()["results"] for name in ("opportunities", "leads"))

    assert [row["id"] for row in opportunities] == [str(opportunity.pk)]
    assert [row["id"] for row in leads] == [str(opportunity.lead_id)]


def test_opportunities_name_their_lead_and_owner(api: APIClient, agent: Agent) -> None:
    lead = LeadFactory(name="Ravi Kumar", owner=agent)
    opportunity = OpportunityFactory(lead=lead, name="Car loan", owner=agent, external_id="O-1")
    OpportunityFactory(lead__owner=AgentFactory())

    body = api.get("/api/opportunities/", {"lead": str(lead.pk), "status": "Open"}).json()["results"]

    assert body[0].pop("created_at").endswith("Z")
    assert body == [
        {
            "id": str(opportunity.pk), "external_id": "O-1", "lead": {"id": str(lead.pk), "name": "Ravi Kumar"},
            "name": "Car loan", "stage": "", "status": "Open",
            "owner": {"id": agent.pk, "name": "Asha Rao", "email": "asha@example.com"},
        }
    ]  # fmt: skip
    assert len(api.get("/api/opportunities/").json()["results"]) == 1


@pytest.mark.parametrize("path", ["leads", "opportunities"])
def test_lists_cost_the_same_queries_for_one_row_as_for_many(
    staff_api: APIClient, agent: Agent, django_assert_max_num_queries: Any, path: str
) -> None:
    for _ in range(10):
        OpportunityFactory(lead=LeadFactory(owner=agent, phones=["+919611795983"]), owner=agent)

    with django_assert_max_num_queries(3):  # the token, the rows, their numbers
        response = staff_api.get(f"/api/{path}/")

    assert len(response.json()["results"]) == 10
