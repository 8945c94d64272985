"""`agents/` and `connectors/`: read-only, and never with a secret."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from crm.models import Agent
from tests.factories import (
    AgentFactory,
    AgentMappingFactory,
    ConnectorFactory,
    DispositionFieldFactory,
    RequestTemplateFactory,
    TeamFactory,
    VirtualNumberFactory,
)


def slugs(client: APIClient) -> list[str]:
    return sorted(row["slug"] for row in client.get("/api/connectors/").json()["results"])


def test_agents_carry_team_numbers_and_provider_ids(staff_api: APIClient) -> None:
    agent = AgentFactory(team=TeamFactory(name="North"), phones=["+919611795980"])
    AgentMappingFactory(agent=agent, connector__slug="acme", provider_agent_id="5071")

    body = staff_api.get("/api/agents/", {"email": agent.email.upper()}).json()["results"]

    assert [row["id"] for row in body] == [agent.pk]
    assert (body[0]["team"], body[0]["groups"]) == ("North", [])
    assert body[0]["phones"] == [{"number": "+919611795980", "number_e164": "+919611795980"}]
    assert body[0]["agent_ids"] == {"acme": ["5071"]}


def test_agent_sees_only_themself(api: APIClient, agent: Agent) -> None:
    other = AgentFactory()

    assert [row["id"] for row in api.get("/api/agents/").json()["results"]] == [agent.pk]
    assert api.get(f"/api/agents/{other.pk}/").status_code == 404


def test_connector_tells_what_is_set_up_and_no_secret(staff_api: APIClient, settings: Any) -> None:
    connector = ConnectorFactory(
        slug="acme", server_credential="s3cret-credential", verification_secrets={"token": "s3cret-token"}
    )
    VirtualNumberFactory(connector=connector, number="+919020897874", tag="Website")
    RequestTemplateFactory(connector=connector, url="https://p.example/?key=s3cret-key", headers={"X-Key": "s3cret"})
    RequestTemplateFactory(connector=connector, purpose="disposition", field=DispositionFieldFactory(options=["Won"]))

    response = staff_api.get("/api/connectors/acme/")

    body = response.json()
    assert "s3cret" not in response.content.decode()
    assert body["virtual_numbers"] == [{"number": "+919020897874", "number_e164": "+919020897874", "tag": "Website"}]
    assert (body["click_to_call_enabled"], body["disposition_enabled"], body["dispositions"]) == (True, True, ["Won"])
    assert body["hooks"]["call-log"] == f"{settings.PUBLIC_URL}/hooks/{connector.hook_key}/call-log"


def test_agent_sees_connectors_of_their_team_without_the_hook_key(api: APIClient, agent: Agent) -> None:
    agent.team = TeamFactory()
    agent.save()
    ConnectorFactory(slug="mine").teams.add(agent.team)
    ConnectorFactory(slug="everybodys")
    ConnectorFactory(slug="off", is_enabled=False)
    ConnectorFactory(slug="other-teams").teams.add(TeamFactory())

    rows = api.get("/api/connectors/").json()["results"]

    assert sorted(row["slug"] for row in rows) == ["everybodys", "mine"]
    assert {row["hooks"] for row in rows} == {None}
    assert api.get("/api/connectors/other-teams/").status_code == 404


def test_lists_cost_the_same_queries_for_one_row_as_for_many(
    staff_api: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        connector = ConnectorFactory()
        VirtualNumberFactory(connector=connector)
        RequestTemplateFactory(connector=connector, purpose="disposition", field=DispositionFieldFactory())
        AgentMappingFactory(connector=connector, agent=AgentFactory(team=TeamFactory(), phones=["+919611795980"]))

    with django_assert_max_num_queries(6):  # the token, connectors, numbers, templates, fields, options
        assert len(slugs(staff_api)) == 8
    with django_assert_max_num_queries(6):  # the token, agents, groups, numbers, provider ids, their connectors
        assert len(staff_api.get("/api/agents/").json()["results"]) == 8
