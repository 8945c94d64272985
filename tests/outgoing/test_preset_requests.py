"""Every preset's click to call, byte for byte as it goes over the wire."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml

from calls.dispatch import dispatch
from calls.merge_context import MergeSubjects, merge_context
from calls.models import AccessToken, OutboundRequest
from connector_config.models import RequestTemplate
from connector_config.outgoing.authentication import TOKEN_KINDS, secret_names
from connector_config.presets import load_preset, preset_names
from connector_config.services.configuration.new_connector import apply_preset
from tests.authentication.keys import as_pem, rsa_key
from tests.common.raw_server import RawServer, serving
from tests.factories import (
    AgentFactory,
    AgentMappingFactory,
    ConnectorFactory,
    LeadFactory,
    OutboundRequestFactory,
    VirtualNumberFactory,
)

EXPECTED: dict[str, str] = yaml.safe_load((Path(__file__).parent / "preset_requests.yaml").read_text("utf-8"))
NAMES = [name for name in preset_names() if load_preset(name).click_to_call]
REQUEST_ID = "6b1f7c3e-0000-4000-8000-000000000001"
NOW = datetime(2026, 8, 20, 12, 56, 38, tzinfo=UTC)
_ORIGIN = re.compile(r"https?://(?P<userinfo>(?:[^/@?]*@)?)[^/?]+")
_TOKEN_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"access_token":"ACCESS"}'


def _template(name: str, port: int) -> RequestTemplate:
    connector = ConnectorFactory(preset=name, allowed_networks=["127.0.0.0/8"])
    apply_preset(connector=connector)
    template: RequestTemplate = connector.request_templates.get(purpose="click_to_call")
    template.is_enabled = True
    template.url = _ORIGIN.sub(rf"http://\g<userinfo>127.0.0.1:{port}", template.url)
    settings: dict[str, Any] = dict(template.authentication_settings)
    missing = secret_names(template.authentication_kind) - {"secret_parameters"}
    settings |= {secret: as_pem(rsa_key()) if secret == "private_key" else "SECRET" for secret in missing}
    if template.authentication_kind in TOKEN_KINDS:
        settings["token_url"] = f"http://127.0.0.1:{port}/token"
    template.authentication_settings = settings
    template.save()
    return template


def _owed(template: RequestTemplate) -> OutboundRequest:
    connector = template.connector
    agent = AgentFactory(name="Asha Rao", email="asha@example.com", phones=["+919611795980"])
    AgentMappingFactory(connector=connector, agent=agent, provider_agent_id="5071")
    subjects = MergeSubjects(
        connector=connector,
        request_id=REQUEST_ID,
        call_reference=REQUEST_ID,
        customer_number="+919611795983",
        agent=agent,
        lead=LeadFactory(name="Ravi Kumar", phones=["+919611795983"]),
        virtual_number=VirtualNumberFactory(connector=connector, number="+919020897874"),
    )
    context = merge_context(subjects).to_json()
    request: OutboundRequest = OutboundRequestFactory(id=REQUEST_ID, connector=connector, context=context)
    return request


def sent_by(name: str, server: RawServer) -> list[str]:
    """What the preset sends, with what differs from run to run named."""
    template = _template(name, server.port)
    request = _owed(template)
    with time_machine.travel(NOW, tick=False):
        OutboundRequest.objects.update(next_attempt_at=NOW, created_at=NOW)
        dispatch(request.pk)
    texts = [raw.decode().replace("\r\n", "\n").replace(f"127.0.0.1:{server.port}", "HOST") for raw in server.received]
    return [re.sub(r"Bearer ey[\w.-]+", "Bearer JWT", text) for text in texts]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_what_the_preset_sends(name: str) -> None:
    with serving(lambda server: server.answering(_TOKEN_ANSWER)) as server:
        sent = sent_by(name, server)

    assert "\n\n---\n".join(text.rstrip("\n") for text in sent) + "\n" == EXPECTED[name]
    assert AccessToken.objects.count() == len(sent) - 1


def test_every_preset_has_its_expectation() -> None:
    assert sorted(EXPECTED) == sorted(NAMES)
