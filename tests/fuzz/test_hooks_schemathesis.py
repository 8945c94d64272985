"""The hooks by their OpenAPI document (docs/hooks.openapi.yaml): what fits it, and what just does not."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from schemathesis.core.control import SkipTest
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from connector_config.models import Connector
from telephony_connector.wsgi import application
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENT = Path(__file__).parents[2] / "docs" / "hooks.openapi.yaml"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300")) // 15
CREDENTIAL = "the server's credential"
EVENT_HOOKS = ("call-log", "agent-popup", "events")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_request_makes_a_hook_fail_or_is_lost(mode: GenerationMode) -> None:
    connector = ConnectorFactory.create(default_country="IN", server_credential=CREDENTIAL)
    LeadFactory(phones=["+919611795983"], owner=AgentFactory(phones=["+919611795980"]))
    schema = schemathesis.openapi.from_dict(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))
    schema.app = application
    schema.config.generation.update(modes=[mode])
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 9

    for operation in operations:
        _probe(operation, connector, mode)


def _probe(operation: Any, connector: Connector, mode: GenerationMode) -> None:
    is_event = operation.path.endswith(EVENT_HOOKS)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        case.path_parameters = {"key": connector.hook_key}
        before = JournalEntry.objects.count()

        response = case.call(headers={"Authorization": f"Bearer {CREDENTIAL}"})

        assert response.status_code < 500, (case.method, case.query, case.body, response.text[:500])
        kept = JournalEntry.objects.count() - before
        is_probe = case.method == "HEAD" or (case.method == "GET" and not case.query)
        if is_event and response.status_code == 200 and not is_probe:
            assert kept == 1, (case.method, case.query, case.body)

    with suppress(SkipTest):
        send()
