"""The REST API by its own OpenAPI document: whatever fits it, or just not, is answered below 500."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token
from schemathesis.core.control import SkipTest
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from calls.models import Call
from telephony_connector.wsgi import application
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    JournalEntryFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundRequestFactory,
    PopupDeliveryFactory,
    PopupFactory,
    RequestTemplateFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300")) // 40
MODES = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}


@pytest.fixture
def rows() -> dict[str, str]:
    """One row of each kind, an agent's own; their ids by the first part of the path."""
    connector = ConnectorFactory(slug="acme")
    RequestTemplateFactory(connector=connector)
    RequestTemplateFactory(connector=connector, purpose="disposition", url="https://api.provider.example/dispose")
    agent = AgentFactory(email="asha@example.com", phones=["+919611795980"])
    lead = LeadFactory(phones=["+919611795983"], owner=agent)
    call: Call = CallFactory(connector=connector, agent=agent, lead=lead)
    popup = PopupFactory(call=call)
    PopupDeliveryFactory(popup=popup, agent=agent)
    made = {
        "calls": call,
        "popups": popup,
        "leads": lead,
        "agents": agent,
        "opportunities": OpportunityFactory(lead=lead, owner=agent),
        "outbound": OutboundRequestFactory(connector=connector, agent=agent, lead=lead),
        "journal": JournalEntryFactory(connector=connector),
    }
    return {name: str(row.pk) for name, row in made.items()} | {"connectors": "acme", "agent": str(agent.user_id)}


@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize("role", ["administrator", "agent"])
def test_no_request_makes_the_api_fail(rows: dict[str, str], role: str, mode: str) -> None:
    user_id = UserFactory(is_staff=True, is_superuser=True).pk if role == "administrator" else rows["agent"]
    headers = {"Authorization": f"Token {Token.objects.create(user_id=user_id).key}"}
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    schema.config.generation.update(modes=[MODES[mode]])
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 15

    for operation in operations:
        _probe(operation, headers, rows, MODES[mode])


def _probe(operation: Any, headers: dict[str, str], rows: dict[str, str], mode: GenerationMode) -> None:
    resource = operation.path.removeprefix("/api/").partition("/")[0]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def send(case: Any, is_known: bool) -> None:
        if is_known and case.path_parameters and resource in rows:
            case.path_parameters = dict.fromkeys(case.path_parameters, rows[resource])
        response = case.call(headers=headers)
        assert response.status_code < 500, (
            case.method,
            case.formatted_path,
            case.query,
            case.body,
            response.text[:500],
        )

    # An operation without any parameter leaves nothing to get wrong.
    with suppress(SkipTest):
        send()
