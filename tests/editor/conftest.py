"""What the editor's tests share: an unknown provider's connector, and a logged-in administrator's browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from connector_config.mapping.document import merge_mapping
from connector_config.models import Connector
from connector_config.presets import load_preset
from connector_config.services.mapping import mapping_stamp
from tests import factories
from webhooks.models import JournalEntry

ODD_CALL = {
    "evt": {"ref-no": "QX-000918", "st": 3, "way": "I"}, "t0": 1763911800123, "t1": 1763911862900,
    "parties": [{"role": "cust", "msisdn": "919611795983"}, {"role": "rep", "ext": "5071", "msisdn": "919611795980"}],
    "did": "919020897874", "rec": {"href": "https://cdn.odd.example/r/918.mp3"}, "talk_ms": 48211,
}  # fmt: skip
ODD_BODY = {"v": 2, "acct": "AC-77", "batch": {"sentMs": 1763912000000, "items": [ODD_CALL]}}

Ask = Callable[..., Any]


@pytest.fixture
def connector(db: None) -> Connector:
    """A connector of the standard preset whose provider sends something else."""
    made: Connector = factories.ConnectorFactory(slug="odd", name="Odd Telecom", time_zone="Asia/Kolkata")
    factories.VirtualNumberFactory(connector=made, number="+919020897874", tag="Website")
    return made


@pytest.fixture
def entry(connector: Connector) -> JournalEntry:
    """The odd request, rejected and kept."""
    made: JournalEntry = factories.JournalEntryFactory(
        connector=connector, endpoint="events", body=json.dumps(ODD_BODY).encode(),
        verdict=JournalEntry.Verdict.REJECTED, reply_status=422,
    )  # fmt: skip
    return made


@pytest.fixture
def administrator(db: None) -> Client:
    """A browser with CSRF checks off, logged in as staff who may change connectors."""
    user = factories.UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_connector"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ask(administrator: Client, connector: Connector) -> Ask:
    """Posts to one of the editor's addresses: ``ask("preview", document=…, sample="journal:1")``."""

    def post(name: str, *, client: Client = administrator, status: int = 200, **body: Any) -> Any:
        body = {"document": document_of(connector), "stamp": mapping_stamp(connector.mapping), **body}
        url = reverse(f"mapping-editor-{name}", args=[connector.pk])
        answer = client.post(url, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return post


def document_of(connector: Connector) -> dict[str, Any]:
    """The document that the page begins with, as JSON."""
    merged: dict[str, Any] = json.loads(
        json.dumps(merge_mapping(load_preset(connector.preset).mapping, connector.mapping))
    )
    return merged
