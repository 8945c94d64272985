"""Events that come before the click's answer: tied by our reference at once, by the provider's id with the answer."""

from __future__ import annotations

from typing import Any

import pytest

from calls.dispatch import dispatch
from calls.models import Call, OutboundRequest
from connector_config.models import Connector
from crm.models import Agent, Lead
from tests.environment.provider import Answer, ProviderServer
from tests.factories import (
    AgentFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundRequestFactory,
    RequestTemplateFactory,
)
from tests.webhooks.test_call_log import post
from tests.webhooks.test_call_reference import NUMBER, OUTBOUND

pytestmark = pytest.mark.django_db

RINGING = {name: OUTBOUND[name] for name in ("SourceNumber", "DestinationNumber", "Direction", "CallSessionId")} | {
    "Status": "Ringing"
}
UNTIED: tuple[Agent | None, Lead | None] = (None, None)


@pytest.fixture
def connector(provider_server: ProviderServer) -> Connector:
    connector: Connector = ConnectorFactory(time_zone="Asia/Kolkata", allowed_networks=["127.0.0.0/8"])
    RequestTemplateFactory(
        connector=connector,
        url=f"{provider_server.url}/call",
        body="{}",
        response_keyword="",
        call_id_path="data.callId",
    )
    provider_server.answer("/call", Answer(body=b'{"data": {"callId": "S-1"}}'))
    return connector


@pytest.fixture
def click(connector: Connector) -> OutboundRequest:
    """Not yet sent; of two leads with the number the agent has called the one about the opportunity."""
    LeadFactory(phones=[NUMBER])
    opportunity = OpportunityFactory(lead=LeadFactory(phones=[NUMBER]))
    made: OutboundRequest = OutboundRequestFactory(
        connector=connector,
        agent=AgentFactory(),
        lead=opportunity.lead,
        opportunity=opportunity,
        phone=NUMBER,
        phone_e164=NUMBER,
    )
    return made


def tied(call: Call) -> tuple[Any, ...]:
    return (call.agent, call.lead, call.opportunity)


def parties(click: OutboundRequest) -> tuple[Any, ...]:
    return (click.agent, click.lead, click.opportunity)


def desks(call: Call) -> set[Agent]:
    return {delivery.agent for delivery in call.popup.deliveries.all()}


def test_an_echoed_reference_ties_while_the_click_is_still_being_sent(
    connector: Connector, click: OutboundRequest
) -> None:
    OutboundRequest.objects.update(status="sending")

    post(connector, {**RINGING, "CallReference": str(click.pk)}, endpoint="agent-popup")

    assert tied(Call.objects.get()) == parties(click)


def test_a_popup_that_came_first_reaches_who_clicked_with_the_answer(
    connector: Connector, click: OutboundRequest
) -> None:
    post(connector, RINGING, endpoint="agent-popup")
    before = Call.objects.get()
    assert (before.agent, desks(before)) == (None, set())

    dispatch(click.pk)

    call = Call.objects.get()
    assert (tied(call), desks(call)) == (parties(click), {click.agent})
    assert OutboundRequest.objects.get(pk=click.pk).call == call
    assert not {"agent_unknown", "lead_ambiguous"} & set(call.flags)


def test_a_whole_call_that_came_first_is_the_clicks_with_the_answer(
    connector: Connector, click: OutboundRequest
) -> None:
    post(connector, RINGING, endpoint="agent-popup")
    post(connector, OUTBOUND)

    dispatch(click.pk)

    call = Call.objects.get()
    assert (tied(call), call.status, call.popup.state) == (parties(click), "Answered", "ended")


@pytest.mark.parametrize("named", [{"ParentCallSessionId": "S-1"}, {"CallReference": "S-1"}])
def test_legs_that_name_the_call_otherwise_are_tied_too(
    connector: Connector, click: OutboundRequest, named: dict[str, str]
) -> None:
    connector.mapping = {"fields": {"parent_session_id": "ParentCallSessionId"}}
    connector.save()
    post(connector, {**OUTBOUND, "CallSessionId": "LEG-1", **named})

    dispatch(click.pk)

    assert tied(Call.objects.get()) == parties(click)


def test_what_people_and_providers_named_stands_above_the_click(connector: Connector, click: OutboundRequest) -> None:
    lead, agent = LeadFactory(), AgentFactory()
    post(connector, {**OUTBOUND, "LeadId": str(lead.pk), "UserId": str(agent.pk)})
    Call.objects.update(disposition="Interested", notes="by hand")

    dispatch(click.pk)

    call = Call.objects.get()
    assert (tied(call), call.disposition, call.notes) == ((agent, lead, None), "Interested", "by hand")


def test_others_calls_stay_as_they_are(connector: Connector, click: OutboundRequest) -> None:
    post(connector, {**OUTBOUND, "CallSessionId": "S-2"})
    other = ConnectorFactory()
    post(other, OUTBOUND)
    before = list(Call.objects.order_by("pk").values())

    dispatch(click.pk)

    assert list(Call.objects.order_by("pk").values()) == before


def test_a_second_answer_changes_nothing(connector: Connector, click: OutboundRequest) -> None:
    post(connector, RINGING, endpoint="agent-popup")
    dispatch(click.pk)
    before = Call.objects.get().popup.deliveries.get()

    dispatch(click.pk)

    assert Call.objects.get().popup.deliveries.get().sequence == before.sequence
