"""When a click is refused for the moment, and which virtual number it shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.errors import ClickToCallRefusedError
from calls.models import OutboundRequest
from calls.services.calling_rules import LONGEST_CALL, hindrances
from calls.services.click_to_call import request_click_to_call
from connector_config.models import Connector
from crm.models import Agent, Lead
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    LeadFactory,
    RequestTemplateFactory,
    VirtualNumberFactory,
)

pytestmark = pytest.mark.django_db

NUMBER = "+919611795983"


@pytest.fixture
def connector() -> Connector:
    made: Connector = ConnectorFactory(name="Acme", time_zone="Asia/Kolkata")
    RequestTemplateFactory(connector=made)
    return made


@pytest.fixture
def agent() -> Agent:
    made: Agent = AgentFactory(phones=["+919611795980"])
    return made


@pytest.fixture
def lead() -> Lead:
    made: Lead = LeadFactory(name="Ravi Kumar", phones=[NUMBER])
    return made


def click(agent: Agent, connector: Connector, **wishes: Any) -> OutboundRequest:
    return request_click_to_call(agent=agent, connector=connector, **wishes)


def refusal(agent: Agent, connector: Connector, **wishes: Any) -> ClickToCallRefusedError:
    with pytest.raises(ClickToCallRefusedError) as caught:
        click(agent, connector, **wishes)
    assert not OutboundRequest.objects.exists()
    return caught.value


@time_machine.travel("2026-11-23T16:00:00Z", tick=False)  # a Monday, 21:30 in India
def test_quiet_hours_are_the_connectors_own(agent: Agent, connector: Connector, lead: Lead) -> None:
    connector.calling_hours = "Mon-Sat 09:00-20:00"

    refused = refusal(agent, connector, lead=lead)

    assert refused.field == "connector"
    assert refused.message == "Quiet hours: Acme is for calls Mon-Sat 09:00-20:00; it is Mon 21:30 there now."


@time_machine.travel("2026-11-23T10:00:00Z", tick=False)
def test_within_calling_hours_a_click_goes_through(agent: Agent, connector: Connector, lead: Lead) -> None:
    connector.calling_hours = "Mon-Sat 09:00-20:00"

    assert click(agent, connector, lead=lead).is_open


def test_who_is_off_duty_does_not_call(agent: Agent, connector: Connector, lead: Lead) -> None:
    Agent.objects.update(is_on_duty=False)

    assert "off duty" in refusal(agent, connector, lead=lead).message


@pytest.mark.parametrize("status", ["InProgress", "Answered"])
def test_who_talks_may_call_all_the_same(agent: Agent, connector: Connector, lead: Lead, status: str) -> None:
    CallFactory(connector=connector, agent=agent, lead=lead, status=status, is_over=False)

    assert click(agent, connector, lead=lead).is_open


@pytest.fixture
def strict(connector: Connector) -> Connector:
    """The connector, whose agents may not call while they talk."""
    connector.allows_busy_agents = False
    return connector


@pytest.mark.parametrize("status", ["InProgress", "Answered"])
def test_who_talks_does_not_call_where_that_is_the_rule(
    agent: Agent, strict: Connector, lead: Lead, status: str
) -> None:
    CallFactory(connector=strict, agent=agent, lead=lead, status=status, is_over=False)

    assert refusal(agent, strict, lead=lead).message == "You are in a call with Ravi Kumar. End it first."


@pytest.mark.parametrize(
    "call",
    [
        {"status": "Ringing", "is_over": False},
        {"status": "Answered", "is_over": True},
        {"status": "InProgress", "is_over": False, "disposition": "Interested"},
        {"status": "InProgress", "is_over": False, "happened_at": timezone.now() - LONGEST_CALL - timedelta(minutes=1)},
    ],
)
def test_a_call_that_rings_is_over_or_lost_its_end_holds_nobody_back(
    agent: Agent, strict: Connector, lead: Lead, call: dict[str, Any]
) -> None:
    CallFactory(connector=strict, agent=agent, **call)

    assert click(agent, strict, lead=lead).is_open


def test_other_agents_calls_and_other_connectors_hold_nobody_back(agent: Agent, strict: Connector, lead: Lead) -> None:
    CallFactory(connector=strict, agent=AgentFactory(), status="InProgress", is_over=False)
    CallFactory(agent=agent, status="InProgress", is_over=False)

    assert click(agent, strict, lead=lead).is_open


def test_a_repeated_click_does_not_run_into_the_call_that_it_made(agent: Agent, strict: Connector, lead: Lead) -> None:
    first = click(agent, strict, lead=lead, idempotency_key="k")
    OutboundRequest.objects.update(status="succeeded")
    CallFactory(connector=strict, agent=agent, status="InProgress", is_over=False)

    assert click(agent, strict, lead=lead, idempotency_key="k") == first


def test_hours_that_cannot_be_read_bar_nobody(agent: Agent, connector: Connector) -> None:
    connector.calling_hours = "whenever"

    assert hindrances(agent=agent, connectors=[connector]) == {}


def test_the_number_is_the_chosen_the_agents_the_leads_last_then_the_default(
    agent: Agent, connector: Connector, lead: Lead
) -> None:
    first, default, last, own, chosen = (VirtualNumberFactory(connector=connector) for _ in range(5))
    foreign = VirtualNumberFactory()
    foreign.callers.set([agent])

    def shown(**wishes: Any) -> str:
        OutboundRequest.objects.all().delete()
        return str(click(agent, connector, lead=lead, **wishes).context["virtual_number"]["Number"])

    assert shown() == first.number
    default.is_default = True
    default.save()
    assert shown() == default.number
    CallFactory(connector=connector, lead=lead, virtual_number=last)
    assert shown() == last.number
    own.callers.set([agent])
    assert shown() == own.number
    assert shown(virtual_number=chosen) == chosen.number


@pytest.fixture
def page(client: Client, agent: Agent) -> Client:
    client.force_login(agent.user)
    return client


@time_machine.travel("2026-11-23T16:00:00Z", tick=False)
def test_pages_show_quiet_hours_on_a_disabled_button(page: Client, connector: Connector, lead: Lead) -> None:
    Connector.objects.update(calling_hours="Mon-Sat 09:00-20:00")

    shown = page.get(f"/leads/{lead.pk}/").content.decode()

    assert 'disabled title="Quiet hours: Acme is for calls' in shown


def test_pages_offer_the_numbers_of_a_connector_and_take_the_choice(
    page: Client, connector: Connector, lead: Lead
) -> None:
    VirtualNumberFactory(connector=connector)
    chosen = VirtualNumberFactory(connector=connector, tag="Website")

    shown = page.get(f"/leads/{lead.pk}/").content.decode()
    page.post("/click-to-call/", {"lead": str(lead.pk), "phone": NUMBER, "virtual_number": str(chosen.pk)})

    assert "Call from" in shown
    assert OutboundRequest.objects.get().context["virtual_number"] == {"Number": chosen.number, "Tag": "Website"}


def test_a_chosen_number_brings_its_connector(page: Client, connector: Connector, lead: Lead) -> None:
    other = RequestTemplateFactory().connector
    number = VirtualNumberFactory(connector=other)

    page.post("/click-to-call/", {"phone": NUMBER, "connector": connector.slug, "virtual_number": str(number.pk)})

    assert OutboundRequest.objects.get().connector == other


@pytest.mark.parametrize("number_id", ["999999", "0", "x", "99999999999999999999"])
def test_a_number_that_is_not_theirs_is_refused(page: Client, connector: Connector, lead: Lead, number_id: str) -> None:
    page.post("/click-to-call/", {"phone": NUMBER, "virtual_number": number_id})

    assert not OutboundRequest.objects.exists()


@time_machine.travel("2026-11-23T16:00:00Z", tick=False)
def test_without_a_choice_a_connector_outside_its_quiet_hours_is_taken(page: Client, connector: Connector) -> None:
    Connector.objects.update(calling_hours="Mon-Sat 09:00-20:00")
    open_one = RequestTemplateFactory(connector=ConnectorFactory(name="Zenith")).connector

    page.post("/click-to-call/", {"phone": NUMBER})

    assert OutboundRequest.objects.get().connector == open_one
