"""`calls/`: fields, filters, pages, and how many queries they cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from crm.models import Agent
from tests.factories import (
    CallFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    PopupDeliveryFactory,
)

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
CONTRACT_FIELDS = {
    "id", "connector", "session_id", "direction", "status", "raw_status", "source_number", "source_number_e164",
    "destination_number", "destination_number_e164", "display_number", "display_number_e164", "started_at",
    "ended_at", "duration_seconds", "recording_url", "lead", "agent", "opportunity", "disposition", "notes", "caller",
    "flags", "received_at",
}  # fmt: skip


def sessions(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(row["session_id"] for row in response.json()["results"])


def test_call_has_the_documented_fields_in_the_documented_shapes(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory(name="Ravi Kumar")
    opportunity = OpportunityFactory(lead=lead, name="Car loan")
    call = CallFactory(
        connector__slug="acme", session_id="s-1", customer_number="096117 95983", started_at=START, duration_seconds=12,
        ended_at=START, lead=lead, agent=agent, opportunity=opportunity, provider_notes="From IVR", received_at=START,
        caller={"name": "Ravi"}, flags=["agent_unknown"], raw_status="ANSWER", recording_url="https://r.example/1.mp3",
    )  # fmt: skip

    body = staff_api.get("/api/calls/").json()["results"][0]

    assert body.keys() >= CONTRACT_FIELDS
    assert body["id"] == call.pk
    assert (body["connector"], body["session_id"]) == ("acme", "s-1")
    assert (body["direction"], body["status"], body["raw_status"]) == ("Inbound", "Answered", "ANSWER")
    assert (body["source_number"], body["source_number_e164"]) == ("096117 95983", "+919611795983")
    assert body["started_at"] == body["ended_at"] == body["received_at"] == "2026-01-31T09:30:00Z"
    assert body["duration_seconds"] == 12
    assert body["lead"] == {"id": str(lead.pk), "name": "Ravi Kumar"}
    assert body["agent"] == {"id": agent.pk, "name": "Asha Rao", "email": "asha@example.com"}
    assert body["opportunity"] == {"id": str(opportunity.pk), "name": "Car loan"}
    assert (body["disposition"], body["notes"], body["caller"]) == ("", "From IVR", {"name": "Ravi"})
    assert body["flags"] == ["agent_unknown"]
    assert body["recording_url"] == "https://r.example/1.mp3"


def test_what_is_unknown_of_a_call_is_null_or_empty(staff_api: APIClient) -> None:
    CallFactory()

    body = staff_api.get("/api/calls/").json()["results"][0]

    names = ("lead", "agent", "opportunity", "started_at", "ended_at", "duration_seconds")
    assert [body[name] for name in names] == [None] * len(names)
    assert (body["flags"], body["candidates"], body["recording_url"]) == ([], [], "")


def test_agents_notes_stand_above_the_providers(staff_api: APIClient) -> None:
    call = CallFactory(provider_notes="From IVR", notes="Wants a brochure")

    body = staff_api.get(f"/api/calls/{call.pk}/").json()

    assert (body["notes"], body["provider_notes"]) == ("Wants a brochure", "From IVR")


def test_candidates_carry_names_and_reasons(staff_api: APIClient) -> None:
    lead = LeadFactory(name="Ravi Kumar")
    gone = "00000000-0000-4000-8000-000000000000"
    call = CallFactory(
        candidates=[{"lead_id": str(lead.pk), "reason": "same number"}, {"lead_id": gone, "reason": "same number"}]
    )

    body = staff_api.get(f"/api/calls/{call.pk}/").json()

    assert body["candidates"] == [{"id": str(lead.pk), "name": "Ravi Kumar", "reason": "same number"}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("session_id=s-1", ["s-1"]),
        ("session_id=s-", []),
        ("connector=acme", ["s-1"]),
        ("connector=nobody", []),
        ("agent=asha@example.com", ["s-1"]),
        ("agent=ASHA@example.com", ["s-1"]),
        ("agent=nobody@example.com", []),
        ("direction=Outbound", ["s-2"]),
        ("status=Missed", ["s-2"]),
        ("status=Answered&direction=Inbound", ["s-1", "s-3"]),
        ("since=2026-01-31", ["s-1", "s-2"]),
        ("since=2026-01-31T09:30:00Z", ["s-1", "s-2"]),
        ("since=2026-01-31T15:00:01%2B05:30", ["s-2"]),
        ("since=2026-01-31T15:00:01+05:30", ["s-2"]),
        ("since=2026-01-31T09:30:01", ["s-2"]),
        ("until=2026-01-30", ["s-3"]),
        ("until=2026-01-31", ["s-1", "s-3"]),
        ("until=2026-01-31T09:30:00Z", ["s-1", "s-3"]),
        ("session_id=&agent=&lead=&since=&status=", ["s-1", "s-2", "s-3"]),
        ("manual=False", ["s-1", "s-2", "s-3"]),
        ("manual=1", []),
        ("session_id=%27%20OR%201=1--", []),
    ],
)
def test_filters_narrow_the_list(staff_api: APIClient, agent: Agent, query: str, expected: list[str]) -> None:
    CallFactory(session_id="s-1", connector__slug="acme", agent=agent, started_at=START)
    CallFactory(
        session_id="s-2", direction="Outbound", status="Missed", started_at=datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    )
    CallFactory(session_id="s-3", received_at=datetime(2026, 1, 30, 23, 59, 59, 500_000, tzinfo=UTC))

    response = staff_api.get(f"/api/calls/?{query}")

    assert sessions(response) == expected


def test_filter_by_lead_and_by_agent_id(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory()
    CallFactory(session_id="s-1", lead=lead, agent=agent)
    CallFactory(session_id="s-2")

    by_lead = staff_api.get("/api/calls/", {"lead": str(lead.pk)})
    by_agent = staff_api.get("/api/calls/", {"agent": agent.pk})

    assert sessions(by_lead) == sessions(by_agent) == ["s-1"]


def test_pages_follow_each_other_to_the_end(staff_api: APIClient) -> None:
    calls = CallFactory.create_batch(5, connector=ConnectorFactory())
    seen, url = [], "/api/calls/?page_size=2"

    while url:
        page = staff_api.get(url).json()
        assert page.keys() == {"results", "next"}
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert seen == sorted((call.pk for call in calls), reverse=True)


def test_page_size_has_a_ceiling(staff_api: APIClient) -> None:
    connector = ConnectorFactory()
    CallFactory.create_batch(205, connector=connector)

    assert len(staff_api.get("/api/calls/").json()["results"]) == 50
    assert len(staff_api.get("/api/calls/?page_size=1000").json()["results"]) == 200


def test_agent_sees_calls_taken_and_calls_whose_popup_was_theirs(api: APIClient, agent: Agent) -> None:
    CallFactory(session_id="taken", agent=agent)
    PopupDeliveryFactory(agent=agent, popup__call__session_id="shown")
    other = CallFactory(session_id="somebody else's")

    assert sessions(api.get("/api/calls/")) == ["shown", "taken"]
    assert api.get(f"/api/calls/{other.pk}/").status_code == 404


def test_list_costs_the_same_queries_for_one_call_as_for_many(
    staff_api: APIClient, agent: Agent, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        lead = LeadFactory()
        CallFactory(
            lead=lead, agent=agent, disposed_by=agent, opportunity=OpportunityFactory(lead=lead),
            candidates=[{"lead_id": str(lead.pk), "reason": "same number"}],
        )  # fmt: skip

    with django_assert_max_num_queries(3):  # the token, the calls, the candidates' names
        response = staff_api.get("/api/calls/")

    assert len(response.json()["results"]) == 20
