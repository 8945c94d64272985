"""`click-to-call/` and `outbound/`: asking for a call, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.models import OutboundRequest
from connector_config.models import Connector
from crm.models import Agent
from tests.factories import (
    AgentFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundAttemptFactory,
    OutboundRequestFactory,
    RequestTemplateFactory,
    TeamFactory,
    VirtualNumberFactory,
)

PHONE = "+919611795983"


@pytest.fixture
def connector(db: None) -> Connector:
    """A connector through which anybody may click to call."""
    connector = ConnectorFactory.create(slug="acme")
    RequestTemplateFactory(connector=connector)
    return connector


def click(client: APIClient, key: str | None = None, **body: Any) -> Any:
    """POST a click; ``key`` is the Idempotency-Key."""
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post("/api/click-to-call/", {"connector": "acme", **body}, format="json", headers=headers)


def test_click_on_a_number_is_accepted_and_can_be_followed(api: APIClient, connector: Connector, agent: Agent) -> None:
    response = click(api, phone="096117 95983")

    body = response.json()
    outbound = OutboundRequest.objects.get()
    assert response.status_code == 202
    assert body == {
        "id": str(outbound.pk),
        "status": "pending",
        "url": f"http://testserver/api/outbound/{outbound.pk}/",
    }
    assert response["Location"] == body["url"]
    assert (outbound.agent, outbound.connector, outbound.phone_e164) == (agent, connector, PHONE)
    assert api.get(body["url"]).json()["id"] == body["id"]


def test_click_on_a_lead_takes_their_main_number(api: APIClient, connector: Connector) -> None:
    lead = LeadFactory(phones=[PHONE, "+912261234567"])

    click(api, lead_id=str(lead.pk))

    assert OutboundRequest.objects.get().lead == lead
    assert OutboundRequest.objects.get().phone_e164 == PHONE


def test_click_carries_opportunity_and_virtual_number(api: APIClient, connector: Connector) -> None:
    opportunity = OpportunityFactory(lead=LeadFactory(phones=[PHONE]))
    VirtualNumberFactory(connector=connector, number="+919020897874")

    response = click(api, opportunity_id=str(opportunity.pk), virtual_number="090208 97874")

    assert response.status_code == 202, response.content
    assert OutboundRequest.objects.get().opportunity == opportunity


def test_same_idempotency_key_is_the_first_request(api: APIClient, connector: Connector) -> None:
    first = click(api, key="k-1", phone=PHONE)
    OutboundRequest.objects.update(status=OutboundRequest.Status.SUCCEEDED)

    second = click(api, key="k-1", phone=PHONE)

    assert second.status_code == 202
    assert second.json() == {**first.json(), "status": "succeeded"}
    assert OutboundRequest.objects.count() == 1


def test_idempotency_key_for_another_number_conflicts(api: APIClient, connector: Connector) -> None:
    click(api, key="k-1", phone=PHONE)

    response = click(api, key="k-1", phone="+912261234567")

    assert response.status_code == 409
    assert response.json().keys() == {"Idempotency-Key"}


def test_second_click_without_a_key_is_the_first_request_while_that_is_open(
    api: APIClient, connector: Connector
) -> None:
    first = click(api, phone=PHONE)
    second = click(api, phone=PHONE)
    OutboundRequest.objects.update(status=OutboundRequest.Status.SUCCEEDED)
    third = click(api, phone=PHONE)

    assert first.json()["id"] == second.json()["id"] != third.json()["id"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "phone"),
        ({"phone": "hello"}, 400, "phone"),
        ({"phone": "100"}, 400, "phone"),
        ({"phone": "anonymous"}, 400, "phone"),
        ({"phone": "+9196117\x00"}, 400, "phone"),
        ({"phone": "1" * 41}, 400, "phone"),
        ({"phone": {"a": 1}}, 400, "phone"),
        ({"phone": PHONE, "connector": None}, 400, "connector"),
        ({"phone": PHONE, "connector": "nobody"}, 404, "connector"),
        ({"phone": PHONE, "connector": "a\x00"}, 400, "connector"),
        ({"phone": PHONE, "connector": "no-template"}, 400, "connector"),
        ({"phone": PHONE, "virtual_number": "+911111111111"}, 400, "virtual_number"),
        ({"lead_id": "not-a-uuid"}, 400, "lead_id"),
        ({"lead_id": str(uuid.UUID(int=1))}, 404, "lead_id"),
        ({"phone": PHONE, "opportunity_id": str(uuid.UUID(int=1))}, 404, "opportunity_id"),
        ({"phone": PHONE, "agent": "nobody@example.com"}, 400, "agent"),
    ],
)
def test_bad_click_is_refused_by_field(
    api: APIClient, connector: Connector, body: dict[str, Any], status: int, field: str
) -> None:
    ConnectorFactory(slug="no-template")

    response = click(api, **body)

    assert response.status_code == status
    assert response.json().keys() == {field}
    assert not OutboundRequest.objects.exists()


def test_body_that_is_no_object_is_refused(api: APIClient) -> None:
    assert api.post("/api/click-to-call/", [1], format="json").status_code == 400
    assert api.post("/api/click-to-call/", "{", content_type="application/json").status_code == 400


def test_too_long_an_idempotency_key_is_refused(api: APIClient, connector: Connector) -> None:
    response = click(api, key="k" * 201, phone=PHONE)

    assert (response.status_code, list(response.json())) == (400, ["Idempotency-Key"])


def test_lead_that_must_not_be_called_is_refused(api: APIClient, connector: Connector) -> None:
    lead = LeadFactory(do_not_call=True, phones=[PHONE])

    response = click(api, lead_id=str(lead.pk))

    assert (response.status_code, list(response.json())) == (400, ["lead_id"])


def test_lead_of_somebody_else_is_not_found(api: APIClient, connector: Connector) -> None:
    lead = LeadFactory(owner=AgentFactory(), phones=[PHONE])

    assert click(api, lead_id=str(lead.pk)).status_code == 404


def test_agent_clicks_for_themself_only(api: APIClient, connector: Connector, agent: Agent) -> None:
    other = AgentFactory()

    assert click(api, phone=PHONE, agent=other.email).status_code == 403
    assert click(api, phone=PHONE, agent=agent.pk).status_code == 202


def test_agent_without_the_right_is_forbidden(api: APIClient, connector: Connector, agent: Agent) -> None:
    agent.can_click_to_call = False
    agent.save()

    assert click(api, phone=PHONE).status_code == 403


def test_connector_of_another_team_is_forbidden(api: APIClient, connector: Connector) -> None:
    connector.teams.add(TeamFactory())

    assert click(api, phone=PHONE).status_code == 403


def test_staff_click_for_the_agent_they_name(staff_api: APIClient, connector: Connector, agent: Agent) -> None:
    by_email = click(staff_api, phone=PHONE, agent=agent.email)
    nobody = click(staff_api, phone=PHONE)

    assert by_email.status_code == 202
    assert OutboundRequest.objects.get().agent == agent
    assert (nobody.status_code, list(nobody.json())) == (400, ["agent"])


def test_outbound_request_has_the_documented_fields(staff_api: APIClient, agent: Agent) -> None:
    outbound = OutboundRequestFactory(
        connector__slug="acme", agent=agent, lead=LeadFactory(name="Ravi"), phone=PHONE, attempt_count=1,
        status="refused", message="Agent is busy", context={"secret": "never shown"}, provider_call_id="p-1",
    )  # fmt: skip
    OutboundAttemptFactory(request=outbound, number=1, request_headers={"X-Key": "***"}, response_body="busy")

    body = staff_api.get(f"/api/outbound/{outbound.pk}/").json()

    assert body.keys() >= {
        "id", "purpose", "status", "message", "connector", "agent", "lead", "phone", "provider_call_id",
        "attempt_count", "next_attempt_at", "created_at", "finished_at", "attempts",
    }  # fmt: skip
    assert (body["purpose"], body["status"], body["message"]) == ("click_to_call", "refused", "Agent is busy")
    assert (body["connector"], body["agent"]["email"], body["lead"]["name"]) == ("acme", "asha@example.com", "Ravi")
    assert body["attempts"][0]["number"] == 1
    assert body["attempts"][0]["request_headers"] == {"X-Key": "***"}
    assert "never shown" not in str(body)


def test_agent_sees_only_requests_of_their_own(api: APIClient, agent: Agent) -> None:
    mine = OutboundRequestFactory(agent=agent)
    other = OutboundRequestFactory()

    assert [row["id"] for row in api.get("/api/outbound/").json()["results"]] == [str(mine.pk)]
    assert api.get(f"/api/outbound/{other.pk}/").status_code == 404


def test_outbound_filters_and_constant_queries(
    staff_api: APIClient, agent: Agent, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        OutboundAttemptFactory(request=OutboundRequestFactory(lead=LeadFactory()))
    OutboundRequestFactory(agent=agent, status="dead", purpose="disposition")

    with django_assert_max_num_queries(3):  # the token, the requests, their attempts
        assert len(staff_api.get("/api/outbound/").json()["results"]) == 6
    for query in ("status=dead", "purpose=disposition", "agent=asha@example.com"):
        assert len(staff_api.get(f"/api/outbound/?{query}").json()["results"]) == 1, query
