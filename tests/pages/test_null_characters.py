"""A NUL character in a page's request is refused before PostgreSQL can stumble over it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from connector_config.models import Connector
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory, PopupDeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_too]
CREDENTIAL = "server-credential-of-forty-characters-123"


@pytest.fixture
def connector() -> Connector:
    made: Connector = ConnectorFactory(server_credential=CREDENTIAL)
    return made


@pytest.mark.parametrize(
    "address",
    ["/leads/?search=a%00b", "/leads/suggestions/?search=%00", "/calls/?q=%00", "/calls/?before=%00", "/leads/%00/",
     "/embed/x/lead-details/?key=a&leadId=%00", "/login/?next=%00"],
)  # fmt: skip
def test_a_page_is_not_asked_with_one(client: Client, address: str) -> None:
    client.force_login(AgentFactory().user)

    assert client.get(address).status_code == 400


def test_a_form_is_not_sent_with_one(client: Client) -> None:
    delivery = PopupDeliveryFactory()
    client.force_login(delivery.agent.user)

    answer = client.post(reverse("popup-notes", args=[delivery.popup_id]), {"notes": "a\x00b"})

    assert answer.status_code == 400


@pytest.mark.parametrize("field", ["AgentEmail", "UserId", "TelephonyAgentId", "leadphone", "leadId", "opportunityId"])
@pytest.mark.parametrize("hook", ["lead-details", "opportunity-details", "call-route", "opportunity-route"])
def test_a_hooks_parameter_is_cleaned(client: Client, connector: Connector, hook: str, field: str) -> None:
    LeadFactory(phones=["+919611795983"])

    answer = client.get(
        f"/hooks/{connector.hook_key}/{hook}?{field}=a%00b&caller_id=%00",
        headers={"Authorization": f"Bearer {CREDENTIAL}"},
    )

    assert answer.status_code < 500
