"""Click to call: who may, which number, which virtual number, and never twice."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from calls.errors import ClickToCallRefusedError, IdempotencyConflictError
from calls.models import OutboundRequest
from calls.services.click_to_call import connectors_for, request_click_to_call
from connector_config.models import Connector
from crm.models import Agent, Lead
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    OutboundRequestFactory,
    RequestTemplateFactory,
    TeamFactory,
    VirtualNumberFactory,
)

pytestmark = pytest.mark.django_db

NUMBER = "+919611795983"
Status = OutboundRequest.Status


@pytest.fixture
def connector() -> Connector:
    template = RequestTemplateFactory()
    connector: Connector = template.connector
    return connector


@pytest.fixture
def agent() -> Agent:
    made: Agent = AgentFactory(phones=["+919611795980"])
    return made


@pytest.fixture
def lead() -> Lead:
    made: Lead = LeadFactory(name="Ravi Kumar", phones=[NUMBER, "+912261234567"])
    return made


def click(agent: Agent, connector: Connector, **wishes: Any) -> OutboundRequest:
    return request_click_to_call(agent=agent, connector=connector, **wishes)


def test_a_click_owes_one_pending_request_to_the_leads_main_number(
    agent: Agent, connector: Connector, lead: Lead
) -> None:
    request = click(agent, connector, lead=lead)

    assert (request.status, request.phone_e164, request.lead, request.agent) == (Status.PENDING, NUMBER, lead, agent)
    assert request.context["lead"]["Name"] == "Ravi Kumar"
    assert request.context["customer_number"] == NUMBER
    assert request.context["request_id"] == request.context["call_reference"] == str(request.pk)


def test_the_request_is_handed_to_a_worker_after_the_commit(
    agent: Agent, connector: Connector, lead: Lead, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        click(agent, connector, lead=lead)

    assert len(callbacks) == 1


def test_a_broken_broker_does_not_fail_the_click(
    agent: Agent,
    connector: Connector,
    lead: Lead,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(current_app, "send_task", broken)

    with django_capture_on_commit_callbacks(execute=True):
        request = click(agent, connector, lead=lead)

    assert OutboundRequest.objects.get(pk=request.pk).status == Status.PENDING


@pytest.mark.parametrize(
    "written", ["09611795983", "+91 96117-95983", "9611795983", "0091 9611795983", "tel:+919611795983"]
)
def test_a_second_click_on_the_number_in_another_writing_is_the_first_request(
    agent: Agent, connector: Connector, written: str
) -> None:
    first = click(agent, connector, phone=NUMBER)

    second = click(agent, connector, phone=written)

    assert second == first
    assert OutboundRequest.objects.count() == 1


@pytest.mark.parametrize("ended", [Status.SUCCEEDED, Status.REFUSED, Status.FAILED, Status.UNKNOWN])
def test_a_click_after_the_first_has_ended_is_a_new_call(agent: Agent, connector: Connector, ended: str) -> None:
    first = click(agent, connector, phone=NUMBER)
    OutboundRequest.objects.update(status=ended)

    second = click(agent, connector, phone=NUMBER)

    assert second != first


def test_another_agent_on_the_same_number_is_another_call(agent: Agent, connector: Connector) -> None:
    first = click(agent, connector, phone=NUMBER)

    second = click(AgentFactory(), connector, phone=NUMBER)

    assert second != first


def test_the_same_key_gives_the_first_request_even_after_it_ended(agent: Agent, connector: Connector) -> None:
    first = click(agent, connector, phone=NUMBER, idempotency_key="abc")
    OutboundRequest.objects.update(status=Status.SUCCEEDED)

    second = click(agent, connector, phone="09611795983", idempotency_key=" abc ")

    assert second == first


def test_the_same_key_for_another_number_is_a_conflict(agent: Agent, connector: Connector) -> None:
    click(agent, connector, phone=NUMBER, idempotency_key="abc")

    with pytest.raises(IdempotencyConflictError) as refused:
        click(agent, connector, phone="+912261234567", idempotency_key="abc")

    assert refused.value.field == "idempotency_key"


def test_keys_are_each_agents_own_and_two_keys_are_two_calls(agent: Agent, connector: Connector) -> None:
    requests = {
        click(agent, connector, phone=NUMBER, idempotency_key="a").pk,
        click(agent, connector, phone=NUMBER, idempotency_key="b").pk,
        click(AgentFactory(), connector, phone=NUMBER, idempotency_key="a").pk,
    }

    assert len(requests) == 3


def test_a_click_without_key_joins_an_open_one_with_key(agent: Agent, connector: Connector) -> None:
    first = click(agent, connector, phone=NUMBER, idempotency_key="a")

    assert click(agent, connector, phone=NUMBER) == first


def test_the_database_itself_refuses_a_second_open_request(agent: Agent, connector: Connector) -> None:
    OutboundRequestFactory(agent=agent, connector=connector, phone=NUMBER)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutboundRequestFactory(agent=agent, connector=connector, phone=NUMBER)


@pytest.mark.parametrize(
    "phone",
    [
        "100", "123456", "anonymous", "sip:ravi@example.com", "12345678901234567890123", "call me", "1800FLOWERS",
        "0000000000", "+999999999999999999",
    ],
)  # fmt: skip
def test_what_cannot_be_dialled_is_refused(agent: Agent, connector: Connector, phone: str) -> None:
    with pytest.raises(ClickToCallRefusedError) as refused:
        click(agent, connector, phone=phone)

    assert refused.value.field == "phone"


def test_neither_number_nor_lead_is_refused(agent: Agent, connector: Connector) -> None:
    with pytest.raises(ClickToCallRefusedError, match="Give a number"):
        click(agent, connector)


def test_a_lead_without_number_is_refused(agent: Agent, connector: Connector) -> None:
    with pytest.raises(ClickToCallRefusedError, match="no telephone number"):
        click(agent, connector, lead=LeadFactory())


@pytest.mark.parametrize("number", ["+911140000000", "01140000000"])
def test_excluded_numbers_are_refused(agent: Agent, connector: Connector, number: str) -> None:
    connector.excluded_numbers = ["+91 11 4000 0000"]

    with pytest.raises(ClickToCallRefusedError, match="excluded"):
        click(agent, connector, phone=number)


def test_own_virtual_numbers_and_the_agents_own_number_are_refused(agent: Agent, connector: Connector) -> None:
    VirtualNumberFactory(number="+919020897874")

    for number in ("09020897874", "+919611795980"):
        with pytest.raises(ClickToCallRefusedError, match="your own"):
            click(agent, connector, phone=number)


def test_a_lead_who_must_not_be_called_is_refused_by_lead_and_by_number(
    agent: Agent, connector: Connector, lead: Lead
) -> None:
    Lead.objects.update(do_not_call=True)
    lead.refresh_from_db()

    with pytest.raises(ClickToCallRefusedError, match=f"{lead} must not be called"):
        click(agent, connector, lead=lead)
    # The lead may be somebody else's: a typed number does not tell its name.
    with pytest.raises(ClickToCallRefusedError, match="Whoever has this number must not be called"):
        click(agent, connector, phone="+912261234567")


def test_a_dialled_number_finds_its_only_lead(agent: Agent, connector: Connector, lead: Lead) -> None:
    assert click(agent, connector, phone="02261234567").lead == lead


def test_a_dialled_number_of_two_leads_belongs_to_neither(agent: Agent, connector: Connector, lead: Lead) -> None:
    LeadFactory(phones=[NUMBER])

    assert click(agent, connector, phone=NUMBER).lead is None


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda agent, connector: Agent.objects.update(can_click_to_call=False), "agent"),
        (lambda agent, connector: Connector.objects.update(is_enabled=False), "connector"),
        (lambda agent, connector: connector.request_templates.update(is_enabled=False), "connector"),
        (lambda agent, connector: connector.request_templates.all().delete(), "connector"),
        (lambda agent, connector: connector.teams.add(TeamFactory()), "connector"),
        (lambda agent, connector: type(agent.user).objects.update(is_active=False), "agent"),
    ],
)
def test_who_may_not_call_is_refused_and_offered_no_connector(
    agent: Agent, connector: Connector, spoil: Any, field: str
) -> None:
    spoil(agent, connector)
    agent = Agent.objects.get(pk=agent.pk)
    connector = Connector.objects.get(pk=connector.pk)

    with pytest.raises(ClickToCallRefusedError) as refused:
        click(agent, connector, phone=NUMBER)

    assert refused.value.field == field
    assert connectors_for(agent) == []


def test_connectors_are_those_of_the_team_and_those_of_everyone(agent: Agent, connector: Connector) -> None:
    agent.team = TeamFactory()
    ours = RequestTemplateFactory(connector__name="A").connector
    ours.teams.add(agent.team, TeamFactory())
    RequestTemplateFactory().connector.teams.add(TeamFactory())
    ConnectorFactory()

    assert connectors_for(agent) == [ours, connector]


def test_the_virtual_number_is_the_one_given(agent: Agent, connector: Connector) -> None:
    VirtualNumberFactory(connector=connector)
    given = VirtualNumberFactory(connector=connector, tag="Website")

    request = click(agent, connector, phone=NUMBER, virtual_number=given)

    assert request.context["virtual_number"] == {"Number": given.number, "Tag": "Website"}


def test_without_one_it_is_the_last_used_with_the_lead_then_the_first(
    agent: Agent, connector: Connector, lead: Lead
) -> None:
    first, second = (VirtualNumberFactory(connector=connector) for _ in range(2))
    CallFactory(connector=connector, lead=lead, virtual_number=second)

    with_lead = click(agent, connector, lead=lead)
    with_stranger = click(agent, connector, phone="+919611795000")

    assert with_lead.context["virtual_number"]["Number"] == second.number
    assert with_stranger.context["virtual_number"]["Number"] == first.number


def test_a_foreign_virtual_number_or_opportunity_is_refused(agent: Agent, connector: Connector, lead: Lead) -> None:
    for field, wish in (
        ("virtual_number", {"virtual_number": VirtualNumberFactory()}),
        ("opportunity", {"opportunity": OpportunityFactory()}),
    ):
        with pytest.raises(ClickToCallRefusedError) as refused:
            click(agent, connector, lead=lead, **wish)

        assert refused.value.field == field


def test_an_opportunity_alone_calls_its_lead(agent: Agent, connector: Connector, lead: Lead) -> None:
    opportunity = OpportunityFactory(lead=lead)

    request = click(agent, connector, opportunity=opportunity)

    assert (request.lead, request.phone, request.opportunity) == (lead, NUMBER, opportunity)
    assert request.context["opportunity"]["Id"] == str(opportunity.pk)
