"""`popups/`: one a call, with what became of it on each desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from crm.models import Agent
from tests.factories import AgentFactory, LeadFactory, PopupDeliveryFactory, PopupFactory

SHOWN = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def test_popup_has_the_documented_fields_in_the_documented_shapes(staff_api: APIClient, agent: Agent) -> None:
    lead = LeadFactory(name="Ravi Kumar")
    popup = PopupFactory(
        call__connector__slug="acme",
        call__session_id="s-1",
        call__lead=lead,
        call__candidates=[{"lead_id": str(lead.pk), "reason": "same number"}],
        call__flags=["lead_ambiguous"],
    )
    PopupDeliveryFactory(popup=popup, agent=agent, shown_at=SHOWN)

    body = staff_api.get("/api/popups/").json()["results"][0]

    created_at = body.pop("created_at")
    assert body == {
        "id": popup.pk,
        "connector": "acme",
        "session_id": "s-1",
        "call": popup.call_id,
        "state": "ringing",
        "lead": {"id": str(lead.pk), "name": "Ravi Kumar"},
        "candidates": [{"id": str(lead.pk), "name": "Ravi Kumar", "reason": "same number"}],
        "deliveries": [
            {
                "agent": {"id": agent.pk, "name": "Asha Rao", "email": "asha@example.com"},
                "state": "ringing",
                "shown_at": "2026-01-31T09:30:00Z",
                "acknowledged_at": None,
                "dismissed_at": None,
                "not_shown_reason": "",
            }
        ],
        "flags": ["lead_ambiguous"],
    }
    assert created_at.endswith("Z")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("session_id=s-1", ["s-1"]),
        ("connector=acme", ["s-1"]),
        ("agent=asha@example.com", ["s-1"]),
        ("agent=999999", []),
        ("session_id=nothing", []),
        ("", ["s-2", "s-1"]),
    ],
)
def test_filters_narrow_the_list(staff_api: APIClient, agent: Agent, query: str, expected: list[str]) -> None:
    first = PopupFactory(call__session_id="s-1", call__connector__slug="acme")
    PopupDeliveryFactory(popup=first, agent=agent)
    PopupDeliveryFactory(popup=first)
    PopupFactory(call__session_id="s-2")

    found = staff_api.get(f"/api/popups/?{query}").json()["results"]

    assert [row["session_id"] for row in found] == expected


def test_agent_sees_only_popups_and_deliveries_of_their_own(api: APIClient, agent: Agent) -> None:
    popup = PopupFactory()
    PopupDeliveryFactory(popup=popup, agent=agent)
    PopupDeliveryFactory(popup=popup, agent=AgentFactory())
    other = PopupDeliveryFactory().popup

    found = api.get("/api/popups/").json()["results"]

    assert [row["id"] for row in found] == [popup.pk]
    assert [delivery["agent"]["id"] for delivery in found[0]["deliveries"]] == [agent.pk]
    assert api.get(f"/api/popups/{other.pk}/").status_code == 404


def test_list_costs_the_same_queries_for_one_popup_as_for_many(
    staff_api: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        lead = LeadFactory()
        popup = PopupFactory(call__lead=lead, call__candidates=[{"lead_id": str(lead.pk), "reason": "same number"}])
        PopupDeliveryFactory.create_batch(2, popup=popup)

    with django_assert_max_num_queries(4):  # the token, the popups, their deliveries, the candidates' names
        response = staff_api.get("/api/popups/")

    assert len(response.json()["results"]) == 10
