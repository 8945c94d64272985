"""The OpenAPI document and its page."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from tests.api.test_calls import CONTRACT_FIELDS


@pytest.fixture
def document(stranger_api: APIClient) -> dict[str, Any]:
    """The document as anybody reads it."""
    response = stranger_api.get("/api/schema/?format=json")
    assert response.status_code == 200
    parsed: dict[str, Any] = response.json()
    return parsed


def test_document_is_valid_and_complete_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=StringIO())


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
