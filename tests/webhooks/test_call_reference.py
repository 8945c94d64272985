"""A provider's call finds the click that made it, by our reference or by its own id: agent, lead and opportunity."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Call, OutboundRequest
from connector_config.models import Connector
from tests.factories import (
    AgentFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundRequestFactory,
    PopupFactory,
    VirtualNumberFactory,
)
from tests.webhooks.test_call_log import post

pytestmark = pytest.mark.django_db

NUMBER = "+919611795983"
OUTBOUND: dict[str, Any] = {
    "SourceNumber": "+911140000000",  # the provider's own, nobody's
    "DestinationNumber": NUMBER,
    "DisplayNumber": "+919020897874",
    "StartTime": "2026-08-20 18:26:38",
    "EndTime": "2026-08-20 18:26:50",
    "CallDuration": "12",
    "Status": "Answered",
    "Direction": "Outbound",
    "CallSessionId": "S-1",
}


@pytest.fixture
def connector() -> Connector:
    connector: Connector = ConnectorFactory(time_zone="Asia/Kolkata")
    VirtualNumberFactory(connector=connector, number="+919020897874")
    return connector


@pytest.fixture
def click(connector: Connector) -> OutboundRequest:
    """Of two leads with the number the agent has called the one about the opportunity."""
    LeadFactory(name="Another", phones=[NUMBER])
    opportunity = OpportunityFactory(lead=LeadFactory(name="Ravi", phones=[NUMBER]))
    made: OutboundRequest = OutboundRequestFactory(
        connector=connector,
        agent=AgentFactory(),
        lead=opportunity.lead,
        opportunity=opportunity,
        phone=NUMBER,
        phone_e164=NUMBER,
        status="succeeded",
    )
    return made


def test_the_reference_ties_the_call_to_its_click(connector: Connector, click: OutboundRequest) -> None:
    post(connector, {**OUTBOUND, "CallReference": str(click.pk)})

    call = Call.objects.get()
    assert (call.agent, call.lead, call.opportunity) == (click.agent, click.lead, click.opportunity)
    assert "lead_ambiguous" not in call.flags
    assert OutboundRequest.objects.get().call == call


def test_the_providers_own_id_of_the_call_ties_it_too(connector: Connector, click: OutboundRequest) -> None:
    OutboundRequest.objects.update(provider_call_id="S-1")

    post(connector, OUTBOUND)

    call = Call.objects.get()
    assert (call.agent, call.lead, OutboundRequest.objects.get().call) == (click.agent, click.lead, call)


def test_a_reference_of_the_providers_own_does_not_hide_its_id_of_the_call(
    connector: Connector, click: OutboundRequest
) -> None:
    OutboundRequest.objects.update(provider_call_id="S-1")

    post(connector, {**OUTBOUND, "CallReference": "6b1f7c3e-0000-4000-8000-00000000abcd"})

    assert OutboundRequest.objects.get().call == Call.objects.get()


def test_the_popup_goes_to_who_clicked(connector: Connector, click: OutboundRequest) -> None:
    ringing = {name: OUTBOUND[name] for name in ("SourceNumber", "DestinationNumber", "Direction", "CallSessionId")}

    post(connector, {**ringing, "Status": "Ringing", "CallReference": str(click.pk)}, endpoint="agent-popup")

    assert [delivery.agent for delivery in Call.objects.get().popup.deliveries.all()] == [click.agent]


def test_a_reference_that_comes_late_mends_the_call(connector: Connector, click: OutboundRequest) -> None:
    ringing = {name: OUTBOUND[name] for name in ("SourceNumber", "DestinationNumber", "Direction", "CallSessionId")}
    post(connector, {**ringing, "Status": "Ringing"}, endpoint="agent-popup")

    post(connector, {**OUTBOUND, "CallReference": str(click.pk)})

    call = Call.objects.get()
    assert (call.agent, call.lead, call.opportunity) == (click.agent, click.lead, click.opportunity)


def test_what_the_provider_names_by_id_wins(connector: Connector, click: OutboundRequest) -> None:
    lead, agent = LeadFactory(), AgentFactory()

    named = {"LeadId": str(lead.pk), "UserId": str(agent.pk), "CallReference": str(click.pk)}
    post(connector, {**OUTBOUND, **named})

    call = Call.objects.get()
    assert (call.agent, call.lead, call.opportunity) == (agent, lead, None)


def test_an_unknown_lead_id_falls_back_to_the_click(connector: Connector, click: OutboundRequest) -> None:
    post(connector, {**OUTBOUND, "LeadId": "nobody", "UserId": "999999", "CallReference": str(click.pk)})

    call = Call.objects.get()
    assert (call.agent, call.lead, call.opportunity) == (click.agent, click.lead, click.opportunity)
    assert "lead_unknown" in call.flags


def test_what_the_agent_chose_stands_above_the_click(connector: Connector, click: OutboundRequest) -> None:
    post(connector, OUTBOUND)
    chosen = LeadFactory(phones=[NUMBER])
    Call.objects.update(chosen_lead=chosen, lead=chosen)
    PopupFactory(call=Call.objects.get())

    post(connector, {**OUTBOUND, "ResourceURL": "https://server/x.mp3", "CallReference": str(click.pk)})

    assert Call.objects.get().lead == chosen


@pytest.mark.parametrize("reference", ["", "not ours", "7d9c3a4e-0000-4000-8000-000000000000", "x" * 400, "\u0000"])
def test_a_reference_that_is_none_of_ours_is_passed_over(
    connector: Connector, click: OutboundRequest, reference: str
) -> None:
    assert post(connector, {**OUTBOUND, "CallReference": reference}).status_code == 200

    assert Call.objects.get().agent is None
    assert OutboundRequest.objects.get().call is None


def test_another_connectors_click_is_not_taken(connector: Connector, click: OutboundRequest) -> None:
    other = ConnectorFactory()

    post(other, {**OUTBOUND, "CallReference": str(click.pk)})

    assert Call.objects.get().agent is None


def test_of_several_legs_the_first_is_the_clicks_call(connector: Connector, click: OutboundRequest) -> None:
    for session in ("S-1", "S-2"):
        post(connector, {**OUTBOUND, "CallSessionId": session, "CallReference": str(click.pk)})

    assert OutboundRequest.objects.get().call == Call.objects.get(session_id="S-1")
    assert {call.agent for call in Call.objects.all()} == {click.agent}


def test_an_incoming_call_without_reference_asks_for_no_click(connector: Connector, click: OutboundRequest) -> None:
    inbound = {**OUTBOUND, "Direction": "Inbound", "SourceNumber": NUMBER, "DestinationNumber": "+911140000000"}

    with CaptureQueriesContext(
        connection,
    ) as queries:
        post(connector, inbound)

    assert not [query for query in queries if "calls_outboundrequest" in query["sql"]]
