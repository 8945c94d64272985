"""The agent-popup hook from outside: who sees a popup, and how it follows its call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from calls.models import AgentStream, Call, Popup, PopupDelivery
from calls.selectors import deliveries_after
from calls.services.popups import dismiss_popup
from connector_config.models import Connector
from crm.models import Agent
from tests.factories import (
    AgentFactory,
    AgentMappingFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    VirtualNumberFactory,
)
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db

DID = "+919020897874"
POPUP: dict[str, Any] = {
    "SourceNumber": "+919611795983",
    "DestinationNumber": "5071",
    "DisplayNumber": DID,
    "Direction": "Inbound",
    "Status": "Ringing",
    "CallSessionId": "s-1",
}
LOG: dict[str, Any] = {
    **POPUP,
    "Status": "Answered",
    "StartTime": "2026-01-05 10:00:00",
    "EndTime": "2026-01-05 10:02:00",
    "CallDuration": 120,
}


@pytest.fixture
def agent() -> Agent:
    return AgentFactory.create()


@pytest.fixture
def connector(agent: Agent) -> Connector:
    connector = ConnectorFactory.create(time_zone="Asia/Kolkata", default_country="IN")
    AgentMappingFactory(connector=connector, agent=agent, provider_agent_id="5071")
    return connector


def send(connector: Connector, body: dict[str, Any], endpoint: str = "agent-popup") -> Any:
    url = f"/hooks/{connector.hook_key}/{endpoint}"
    response = Client().post(url, json.dumps(body), content_type="application/json")
    assert response.status_code == 200, response.content
    return response


def states() -> dict[int, str]:
    return dict(PopupDelivery.objects.values_list("agent_id", "state"))


def test_popup_goes_to_the_named_agent_only(connector: Connector, agent: Agent) -> None:
    AgentFactory()
    lead = LeadFactory(phones=["+919611795983"])

    response = send(connector, POPUP)

    assert response.json() == {"Status": "Success", "Message": "Message broadcasted", "CallSessionId": "s-1"}
    assert states() == {agent.pk: "ringing"}
    assert Popup.objects.get().call.lead == lead
    assert [one.sequence for one in deliveries_after(agent=agent, sequence=0)] == [1]


def test_popup_follows_its_call_and_never_goes_back(connector: Connector, agent: Agent) -> None:
    send(connector, POPUP)
    send(connector, {**POPUP, "Status": "InProgress"})
    assert states() == {agent.pk: "answered"}

    send(connector, LOG, "call-log")
    assert states() == {agent.pk: "ended"}

    send(connector, {**POPUP, "Status": "Ringing", "CallDuration": 1})
    assert states() == {agent.pk: "ended"}
    assert Popup.objects.count() == 1
    assert Call.objects.get().status == "Answered"


def test_answered_in_a_popup_is_no_end(connector: Connector, agent: Agent) -> None:
    send(connector, {**POPUP, "Status": "Answered"})

    assert states() == {agent.pk: "answered"}
    assert Call.objects.get().is_over is False


@pytest.mark.parametrize(
    ("words", "status"),
    [(("Ringing", "Answered", "Completed"), "Answered"), (("Ringing", "Answered", "Disconnected"), "Answered"),
     (("Ringing", "Connected", "hangup"), "Answered"), (("Ringing", "Ended"), "Missed"), (("Ringing", "Busy"), "Busy")],
)  # fmt: skip
def test_popup_that_tells_the_end_ends_the_call(
    connector: Connector, agent: Agent, words: tuple[str, ...], status: str
) -> None:
    for word in words:
        send(connector, {**POPUP, "Status": word})

    call = Call.objects.get()
    assert states() == {agent.pk: "ended"}
    assert (call.status, call.is_over) == (status, True)

    send(connector, {**LOG, "Status": "Missed", "CallDuration": 0}, "call-log")
    assert Call.objects.get().duration_seconds == 0


def test_each_change_takes_the_next_number_of_the_agents_stream(connector: Connector, agent: Agent) -> None:
    send(connector, POPUP)
    send(connector, {**POPUP, "CallSessionId": "s-2"})
    send(connector, LOG, "call-log")

    assert AgentStream.objects.get(agent=agent).last_sequence == 3
    assert [one.popup.call.session_id for one in deliveries_after(agent=agent, sequence=0)] == ["s-2", "s-1"]


def test_named_but_unknown_agent_gets_nobody_the_popup(connector: Connector) -> None:
    LeadFactory(phones=["+919611795983"], owner=AgentFactory())

    send(connector, {**POPUP, "DestinationNumber": "9999"})

    assert states() == {}
    assert Popup.objects.count() == 1
    assert "agent_unknown" in Call.objects.get().flags


def test_known_id_of_an_agent_says_more_than_the_telephone_they_sit_at(connector: Connector, agent: Agent) -> None:
    AgentFactory(phones=["+919611795981"])
    Connector.objects.update(preset="custom", config_version=2)
    body = {"call_id": "s-1", "direction": "inbound", "status": "ringing", "from": "+919611795983", "to": DID}

    send(connector, {**body, "agent_id": "5071", "agent_number": "+919611795981"})

    assert states() == {agent.pk: "ringing"}


def test_unknown_id_of_an_agent_leaves_it_to_their_telephone(connector: Connector) -> None:
    seated = AgentFactory(phones=["+919611795981"])
    Connector.objects.update(preset="custom", config_version=2)
    body = {"call_id": "s-1", "direction": "inbound", "status": "ringing", "from": "+919611795983", "to": DID}

    send(connector, {**body, "agent_id": "9999", "agent_number": "+919611795981"})

    assert states() == {seated.pk: "ringing"}


def test_without_agent_the_owner_then_the_fallback_gets_it(connector: Connector) -> None:
    owner, fallback = AgentFactory(), AgentFactory()
    VirtualNumberFactory(connector=connector, number=DID, fallback_agent=fallback)
    LeadFactory(phones=["+919611795983"], owner=owner)
    body = {**POPUP, "DestinationNumber": DID}

    send(connector, body)
    send(connector, {**body, "CallSessionId": "s-2", "SourceNumber": "+919611795999"})

    assert states() == {owner.pk: "ringing", fallback.pk: "ringing"}


def test_owner_whose_account_is_closed_leaves_the_popup_to_the_fallback(connector: Connector) -> None:
    fallback = AgentFactory()
    VirtualNumberFactory(connector=connector, number=DID, fallback_agent=fallback)
    LeadFactory(phones=["+919611795983"], owner=AgentFactory(user__is_active=False))

    send(connector, {**POPUP, "DestinationNumber": DID})

    assert states() == {fallback.pk: "ringing"}


def test_ring_group_and_the_answer_of_one(connector: Connector, agent: Agent) -> None:
    other = AgentFactory()
    AgentMappingFactory(connector=connector, agent=other, provider_agent_id="5072")
    send(connector, POPUP)
    send(connector, {**POPUP, "DestinationNumber": "5072"})
    assert states() == {agent.pk: "ringing", other.pk: "ringing"}

    send(connector, {**POPUP, "DestinationNumber": "5072", "Status": "InProgress"})

    assert states() == {agent.pk: "dismissed", other.pk: "answered"}


def test_dismissed_stays_dismissed(connector: Connector, agent: Agent) -> None:
    send(connector, POPUP)
    dismiss_popup(popup=Popup.objects.get(), agent=agent)

    send(connector, LOG, "call-log")

    assert states() == {agent.pk: "dismissed"}


def test_agent_without_popups_has_it_on_record_only(connector: Connector, agent: Agent) -> None:
    agent.receives_popups = False
    agent.save()

    send(connector, POPUP)
    send(connector, {**POPUP, "Status": "Answered"})

    assert states() == {agent.pk: "dismissed"}
    assert PopupDelivery.objects.get().not_shown_reason == "popups are switched off for this agent"


def test_disabled_popups_are_journalled_and_ignored(connector: Connector) -> None:
    Connector.objects.update(popup_enabled=False, config_version=2)

    send(connector, POPUP)

    assert JournalEntry.objects.get().verdict == "ignored"
    assert not Call.objects.exists()


def test_several_leads_are_candidates_and_the_most_recent_is_shown(connector: Connector) -> None:
    older, newer = LeadFactory(phones=["+919611795983"]), LeadFactory(phones=["9611795983"])
    send(connector, {**LOG, "CallSessionId": "s-0", "LeadId": str(older.pk)}, "call-log")

    send(connector, {**POPUP, "StartTime": "2026-01-06 10:00:00"})

    call = Popup.objects.get().call
    assert call.lead == older
    assert [one["lead_id"] for one in call.candidates] == [str(older.pk), str(newer.pk)]
    assert "lead_ambiguous" in call.flags


def test_ids_in_the_request_win(connector: Connector) -> None:
    LeadFactory(phones=["+919611795983"])
    opportunity, user = OpportunityFactory(), AgentFactory()

    send(connector, {**POPUP, "OpportunityId": str(opportunity.pk), "UserId": str(user.pk)})

    call = Call.objects.get()
    assert (call.lead, call.opportunity, call.agent) == (opportunity.lead, opportunity, user)


def test_unknown_ids_fall_back_and_are_flagged(connector: Connector) -> None:
    lead = LeadFactory(phones=["+919611795983"])

    send(connector, {**POPUP, "LeadId": "nobody", "OpportunityId": "nothing"})

    call = Call.objects.get()
    assert call.lead == lead
    assert {"lead_unknown", "opportunity_unknown"} <= set(call.flags)


def test_outbound_popup_finds_agent_by_source_and_lead_by_destination(connector: Connector, agent: Agent) -> None:
    lead = LeadFactory(phones=["+919611795983"])

    send(
        connector,
        {**POPUP, "Direction": "Outbound", "SourceNumber": "5071", "DestinationNumber": "09611795983"},
    )

    call = Call.objects.get()
    assert (call.lead, call.agent) == (lead, agent)
    assert states() == {agent.pk: "ringing"}


def test_missing_direction_and_number_are_refused(connector: Connector) -> None:
    url = f"/hooks/{connector.hook_key}/agent-popup"

    response = Client().post(url, json.dumps({"CallSessionId": "s"}), content_type="application/json")

    assert response.status_code == 422
    assert {error["field"] for error in response.json()["Errors"]} >= {"Direction", "SourceNumber"}
