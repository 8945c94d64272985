"""`calls/<id>/disposition/`: saved here first, owed to the provider after."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.models import OutboundRequest
from crm.models import Agent
from tests.factories import CallFactory, ConnectorFactory, DispositionFieldFactory, RequestTemplateFactory


def dispose(client: APIClient, call: Any, **body: Any) -> Any:
    """POST a disposition."""
    return client.post(f"/api/calls/{call.pk}/disposition/", body, format="json")


def test_disposition_is_saved_with_its_author_and_owed_to_the_provider(api: APIClient, agent: Agent) -> None:
    connector = ConnectorFactory()
    RequestTemplateFactory(connector=connector, purpose="disposition", field=DispositionFieldFactory(options=["Won"]))
    call = CallFactory(connector=connector, agent=agent)

    response = dispose(api, call, value="Won", notes="Signs on Monday")

    body = response.json()
    owed = OutboundRequest.objects.get()
    assert response.status_code == 200, response.content
    assert (body["disposition"], body["notes"]) == ("Won", "Signs on Monday")
    assert body["disposed_by"]["email"] == agent.email
    assert body["disposed_at"].endswith("Z")
    assert body["outbound"] == {
        "id": str(owed.pk),
        "status": "pending",
        "url": f"http://testserver/api/outbound/{owed.pk}/",
    }


def test_without_a_template_the_disposition_is_saved_and_nothing_owed(staff_api: APIClient) -> None:
    call = CallFactory(notes="Earlier")

    body = dispose(staff_api, call, value="Interested").json()

    assert (body["disposition"], body["notes"], body["outbound"]) == ("Interested", "Earlier", None)


def test_a_follow_up_can_be_set_with_it_and_is_left_alone_otherwise(staff_api: APIClient) -> None:
    call = CallFactory()

    first = dispose(staff_api, call, value="Call back", follow_up_at="2099-12-01T10:30:00+05:30").json()
    second = dispose(staff_api, call, value="Interested").json()

    assert first["follow_up_at"] == second["follow_up_at"] == "2099-12-01T05:00:00Z"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "value"),
        ({"value": "Won", "follow_up_at": "soon"}, "follow_up_at"),
        ({"value": ""}, "value"),
        ({"value": "None of them"}, "value"),
        ({"value": "x" * 121}, "value"),
        ({"value": "Won\x00"}, "value"),
        ({"value": ["Won"]}, "value"),
        ({"value": "Won", "notes": "x" * 10_001}, "notes"),
        ({"value": "Won", "notes": None}, "notes"),
        ({"value": "Won", "notes": "\x00"}, "notes"),
    ],
)
def test_bad_disposition_is_refused_by_field(staff_api: APIClient, body: dict[str, Any], field: str) -> None:
    connector = ConnectorFactory()
    RequestTemplateFactory(connector=connector, purpose="disposition", field=DispositionFieldFactory(options=["Won"]))
    call = CallFactory(connector=connector)

    response = dispose(staff_api, call, **body)

    call.refresh_from_db()
    assert response.status_code == 400
    assert (list(response.json()), call.disposition) == ([field], "")


def test_call_of_somebody_else_is_not_found(api: APIClient) -> None:
    assert dispose(api, CallFactory(), value="Won").status_code == 404
