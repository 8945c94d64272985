"""The OpenAPI document and its page."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tests.api.test_calls import CONTRACT_FIELDS
from tests.factories import (
    CallFactory,
    ConnectorFactory,
    JournalEntryFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundRequestFactory,
    PopupFactory,
)


@pytest.fixture
def document(stranger_api: APIClient) -> dict[str, Any]:
    """The document as anybody reads it."""
    response = stranger_api.get("/api/schema/?format=json")
    assert response.status_code == 200
    parsed: dict[str, Any] = response.json()
    return parsed


def test_document_is_valid_and_complete_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=StringIO())


def test_the_hooks_document_is_valid() -> None:
    validate_schema(  # type: ignore[no-untyped-call]  # the package says nothing of it
        yaml.safe_load((Path(__file__).parents[2] / "docs" / "hooks.openapi.yaml").read_text())
    )


def test_every_operation_has_a_summary_and_a_description(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert [one["operationId"] for one in operations if not (one.get("summary") and one.get("description"))] == []
    assert len(operations) >= 20


def test_document_names_filters_fields_and_ways_to_log_in(document: dict[str, Any]) -> None:
    parameters = {one["name"]: one for one in document["paths"]["/api/calls/"]["get"]["parameters"]}

    assert parameters.keys() >= {"session_id", "connector", "lead", "agent", "direction", "status", "since", "until"}
    assert [
        name for name, one in parameters.items() if not one.get("description") and "enum" not in one["schema"]
    ] == []
    assert document["components"]["schemas"]["Call"]["properties"].keys() >= CONTRACT_FIELDS
    assert document["components"]["securitySchemes"].keys() == {"tokenAuth", "cookieAuth"}


def test_page_has_no_inline_script(stranger_api: APIClient) -> None:
    response = stranger_api.get("/api/docs/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "swagger-ui" in page
    assert "<script>" not in page
    assert "unsafe-inline" not in response["Content-Security-Policy"].partition("script-src")[2]


def closed(node: Any) -> Any:
    """The schema with fields that it does not name refused."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    return {"additionalProperties": False} | made if isinstance(made.get("properties"), dict) else made


@pytest.fixture
def bare_rows(db: None) -> dict[str, str]:
    """One row of each kind with nothing in it that may be missing; the paths of its resources."""
    connector = ConnectorFactory.create(slug="acme")
    lead = LeadFactory.create(owner=None)
    call = CallFactory.create(connector=connector)
    opportunity = OpportunityFactory.create(lead=lead)
    popup = PopupFactory.create(call=CallFactory.create(connector=connector, lead=lead, opportunity=opportunity))
    rows = {
        "calls": call,
        "popups": popup,
        "outbound": OutboundRequestFactory.create(connector=connector, lead=None, agent=None),
        "leads": lead,
        "opportunities": opportunity,
        "journal": JournalEntryFactory.create(connector=connector),
    }
    return {name: str(row.pk) for name, row in rows.items()} | {"connectors": "acme"}


def test_answers_are_as_the_document_says(
    document: dict[str, Any], staff_api: APIClient, bare_rows: dict[str, str]
) -> None:
    components = closed(document["components"])
    for resource, key in bare_rows.items():
        slot = "slug" if resource == "connectors" else "id"
        for path, shown in ((f"/api/{resource}/", f"/api/{resource}/"), (f"/api/{resource}/{{{slot}}}/", key)):
            operation = document["paths"][path]["get"]
            answer = staff_api.get(path.replace(f"{{{slot}}}", shown))
            schema = closed(operation["responses"]["200"]["content"]["application/json"]["schema"])

            assert answer.status_code == 200
            jsonschema.validate(answer.json(), schema | {"components": components})


def test_every_operation_tells_how_it_refuses(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"].keys()

            assert {"401", "403"} <= told, (path, method)
            assert "404" in told or "{" not in path, (path, method)
            assert "400" in told or not (operation.get("parameters") or operation.get("requestBody")), (path, method)


def test_what_is_no_resource_is_refused_as_json(staff_api: APIClient) -> None:
    for path in ("/api/", "/api/nothing/", "/api/leads/no-uuid/", "/api/calls/1/nothing/"):
        answer = staff_api.get(path)

        assert answer.status_code == 404
        assert answer.json() == {"detail": "Not found."}


def test_a_failure_of_ours_is_told_as_json(staff_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("calls.api.leads.visible_leads", fail)
    staff_api.raise_request_exception = False

    answer = staff_api.get("/api/leads/")

    assert answer.status_code == 500
    assert answer.json() == {"detail": "The server failed. Try again; if it goes on failing, tell an administrator."}
