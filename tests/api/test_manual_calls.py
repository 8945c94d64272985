"""Calls entered by hand, and missed calls marked as handled, by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from calls.models import Call, OutboundRequest
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent, Lead
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    DispositionFieldFactory,
    LeadFactory,
    OpportunityFactory,
    RequestTemplateFactory,
)

RAVI = "+919611795983"


@pytest.fixture
def acme(db: None) -> Connector:
    """A connector that wants dispositions."""
    connector: Connector = ConnectorFactory(slug="acme")
    purpose = RequestTemplate.Purpose.DISPOSITION
    RequestTemplateFactory(connector=connector, purpose=purpose, field=DispositionFieldFactory())
    return connector


@pytest.fixture
def ravi(agent: Agent) -> Lead:
    """A lead of the agent's."""
    lead: Lead = LeadFactory(name="Ravi Kumar", owner=agent, phones=[RAVI])
    return lead


def _body(lead: Lead, **changes: Any) -> dict[str, Any]:
    return {
        "lead_id": str(lead.pk), "direction": "Outbound", "status": "Answered", "started_at": "2026-03-02T10:00:00Z",
        "duration_seconds": 90, "disposition": "Interested", "notes": "On my mobile", **changes,
    }  # fmt: skip


def test_call_is_entered_changed_and_deleted(api: APIClient, ravi: Lead, acme: Connector, agent: Agent) -> None:
    opportunity = OpportunityFactory(lead=ravi)

    made = api.post("/api/calls/", _body(ravi, opportunity_id=str(opportunity.pk)), format="json")
    body = made.json()
    changed = api.patch(f"/api/calls/{body['id']}/", {"duration_seconds": 30, "notes": "Short"}, format="json").json()

    assert made.status_code == 201
    assert (body["manual"], body["connector"], body["lead"]["name"]) == (True, "acme", "Ravi Kumar")
    assert (body["destination_number_e164"], body["ended_at"]) == (RAVI, "2026-03-02T10:01:30Z")
    assert (body["agent"]["id"], body["opportunity"]["id"]) == (agent.pk, str(opportunity.pk))
    assert (changed["duration_seconds"], changed["notes"], changed["disposition"]) == (30, "Short", "Interested")
    assert changed["opportunity"] == body["opportunity"]
    assert not OutboundRequest.objects.exists()
    assert [row["id"] for row in api.get("/api/calls/?manual=true").json()["results"]] == [body["id"]]
    assert api.delete(f"/api/calls/{body['id']}/").status_code == 204
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lead_id": "00000000-0000-0000-0000-000000000001"}, "lead_id"),
        ({"started_at": "2999-01-01T00:00:00Z"}, "started_at"),
        ({"duration_seconds": -1}, "duration_seconds"),
        ({"status": "Ringing"}, "status"),
        ({"disposition": "Nonsense"}, "disposition"),
        ({"connector": "nowhere"}, "connector"),
        ({"opportunity_id": "00000000-0000-0000-0000-000000000001"}, "opportunity_id"),
    ],
)
def test_bad_entry_is_refused_by_field(
    changes: dict[str, Any], field: str, api: APIClient, ravi: Lead, acme: Connector
) -> None:
    answer = api.post("/api/calls/", _body(ravi, **changes), format="json")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Call.objects.exists()


def test_call_with_somebody_elses_lead_is_not_entered(api: APIClient, acme: Connector) -> None:
    theirs = LeadFactory(owner=AgentFactory())

    assert api.post("/api/calls/", _body(theirs), format="json").status_code == 400


def test_only_what_was_entered_by_hand_and_lately_is_changed(
    api: APIClient, ravi: Lead, acme: Connector, agent: Agent
) -> None:
    reported = CallFactory(agent=agent)
    entered = api.post("/api/calls/", _body(ravi), format="json").json()["id"]

    assert api.patch(f"/api/calls/{reported.pk}/", {"notes": "x"}, format="json").status_code == 403
    assert api.delete(f"/api/calls/{reported.pk}/").status_code == 403
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert api.delete(f"/api/calls/{entered}/").status_code == 403


def test_missed_call_is_handled_and_that_is_undone(api: APIClient, agent: Agent) -> None:
    call = CallFactory(agent=agent, status="Missed")

    handled = api.post(f"/api/calls/{call.pk}/handled/", {}, format="json").json()
    undone = api.post(f"/api/calls/{call.pk}/handled/", {"handled": False}, format="json").json()

    assert handled["handled_at"]
    assert handled["handled_by"]["id"] == agent.pk
    assert (undone["handled_at"], undone["handled_by"]) == (None, None)


def test_answered_or_foreign_call_is_not_handled(api: APIClient, agent: Agent) -> None:
    assert api.post(f"/api/calls/{CallFactory(agent=agent).pk}/handled/").status_code == 400
    assert api.post(f"/api/calls/{CallFactory(status='Missed').pk}/handled/").status_code == 404
