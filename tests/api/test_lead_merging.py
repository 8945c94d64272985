"""Merging leads by the API, and changes that notice each other."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from crm.models import Agent, Lead
from tests.factories import AgentFactory, LeadFactory


@pytest.fixture
def pair(agent: Agent) -> tuple[Lead, Lead]:
    """Two leads of the agent's with one number."""
    phones = ["+919611795983"]
    kept = LeadFactory(name="Ravi Kumar", owner=agent, phones=phones, email="a@example.com")
    return kept, LeadFactory(name="R. Kumar", owner=agent, phones=phones, email="b@example.com", external_id="L-2")


def test_two_leads_are_merged_and_separated_again(api: APIClient, pair: tuple[Lead, Lead]) -> None:
    kept, other = pair

    merged = api.post(f"/api/leads/{kept.pk}/merge/", {"other": str(other.pk), "take": ["email"]}, format="json")
    by_old_id = api.get(f"/api/leads/{other.pk}/")
    undone = api.post(f"/api/leads/{kept.pk}/undo-merge/", {"merge": merged.json()["merge"]}, format="json")

    assert merged.status_code == undone.status_code == 200
    assert {name: merged.json()[name] for name in ("id", "name", "email", "external_id")} == {
        "id": str(kept.pk), "name": "Ravi Kumar", "email": "b@example.com", "external_id": "L-2",
    }  # fmt: skip
    assert by_old_id.json()["id"] == str(kept.pk)
    assert undone.json()["email"] == "a@example.com"
    assert api.get(f"/api/leads/{other.pk}/").json()["name"] == "R. Kumar"


def test_leads_that_one_does_not_see_are_not_merged(api: APIClient, pair: tuple[Lead, Lead]) -> None:
    theirs = LeadFactory(owner=AgentFactory())

    into_mine = api.post(f"/api/leads/{pair[0].pk}/merge/", {"other": str(theirs.pk)}, format="json")
    into_theirs = api.post(f"/api/leads/{theirs.pk}/merge/", {"other": str(pair[0].pk)}, format="json")

    assert (into_mine.status_code, into_theirs.status_code) == (400, 404)
    assert Lead.objects.count() == 3


@pytest.mark.parametrize("body", [{}, {"other": "x"}, {"other": None}])
def test_merge_needs_the_other_lead(body: dict[str, object], api: APIClient, pair: tuple[Lead, Lead]) -> None:
    assert api.post(f"/api/leads/{pair[0].pk}/merge/", body, format="json").status_code == 400


def test_lead_is_not_merged_with_itself_nor_its_owner_taken(api: APIClient, pair: tuple[Lead, Lead]) -> None:
    kept, other = pair

    itself = api.post(f"/api/leads/{kept.pk}/merge/", {"other": str(kept.pk)}, format="json")
    owner = api.post(f"/api/leads/{kept.pk}/merge/", {"other": str(other.pk), "take": ["owner"]}, format="json")

    assert list(itself.json()) == ["other"]
    assert list(owner.json()) == ["take"]


def test_change_of_an_older_state_is_refused(api: APIClient, pair: tuple[Lead, Lead]) -> None:
    url = f"/api/leads/{pair[0].pk}/"
    read = api.get(url).json()["updated_at"]

    first = api.patch(url, {"stage": "Qualified", "version": read}, format="json")
    second = api.patch(url, {"stage": "Lost", "version": read}, format="json")

    assert (first.status_code, second.status_code) == (200, 409)
    assert api.get(url).json()["stage"] == "Qualified"
