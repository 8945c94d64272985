"""Dispositions: saved here first, owed to the provider, the latest one counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from calls.errors import DispositionError
from calls.models import Call, OutboundRequest
from calls.outbox import REPLACED, due_requests
from calls.services.dispositions import disposition_options, save_disposition
from crm.models import Agent
from tests.factories import (
    AgentFactory,
    CallFactory,
    DispositionFieldFactory,
    PopupDeliveryFactory,
    PopupFactory,
    RequestTemplateFactory,
)

pytestmark = pytest.mark.django_db

Status = OutboundRequest.Status


@pytest.fixture
def agent() -> Agent:
    made: Agent = AgentFactory()
    return made


@pytest.fixture
def call() -> Call:
    template = RequestTemplateFactory(purpose="disposition", field=DispositionFieldFactory())
    made: Call = CallFactory(connector=template.connector, session_id="S-1")
    return made


def test_it_is_saved_on_the_call_and_owed_to_the_provider(call: Call, agent: Agent) -> None:
    request = save_disposition(call=call, agent=agent, value=" Interested ", notes="Wants a loan")

    stored = Call.objects.get(pk=call.pk)
    assert (stored.disposition, stored.notes, stored.disposed_by) == ("Interested", "Wants a loan", agent)
    assert stored.disposed_at is not None
    assert request is not None
    assert (request.purpose, request.status, request.call) == ("disposition", Status.PENDING, call)
    assert request.context["call"] | {"Status": ""} == {
        "CallSessionId": "S-1",
        "Direction": "Inbound",
        "Status": "",
        "Notes": "Wants a loan",
        "Disposition": "Interested",
    }
    assert call.disposition == "Interested"


def test_without_an_enabled_template_it_is_saved_and_nothing_is_owed(call: Call, agent: Agent) -> None:
    call.connector.request_templates.update(is_enabled=False)

    request = save_disposition(call=call, agent=agent, value="Interested")

    assert request is None
    assert Call.objects.get(pk=call.pk).disposition == "Interested"


@pytest.mark.parametrize("value", ["", "  ", "interested", "Something else", "I" * 121])
def test_a_value_outside_the_options_is_refused_and_nothing_is_saved(call: Call, agent: Agent, value: str) -> None:
    with pytest.raises(DispositionError) as refused:
        save_disposition(call=call, agent=agent, value=value)

    assert refused.value.field == "value"
    assert Call.objects.get(pk=call.pk).disposition == ""


def test_without_options_any_text_of_120_characters_will_do(agent: Agent) -> None:
    call = CallFactory()

    save_disposition(call=call, agent=agent, value="x" * 120)

    with pytest.raises(DispositionError, match="at most 120"):
        save_disposition(call=call, agent=agent, value="x" * 121)


def test_options_come_in_their_order(call: Call) -> None:
    assert disposition_options(call.connector) == ["Interested", "Call back"]
    assert disposition_options(CallFactory().connector) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.SENDING, Status.SUCCEEDED])
def test_the_same_again_owes_nothing_new_while_the_first_stands(call: Call, agent: Agent, status: str) -> None:
    first = save_disposition(call=call, agent=agent, value="Interested", notes="n")
    OutboundRequest.objects.update(status=status)

    second = save_disposition(call=call, agent=agent, value="Interested", notes="n")

    assert second == first


@pytest.mark.parametrize("status", [Status.REFUSED, Status.FAILED, Status.DEAD])
def test_the_same_again_after_a_failure_is_a_new_try(call: Call, agent: Agent, status: str) -> None:
    first = save_disposition(call=call, agent=agent, value="Interested")
    OutboundRequest.objects.update(status=status)

    second = save_disposition(call=call, agent=agent, value="Interested")

    assert second is not None
    assert second != first


@pytest.mark.parametrize(("value", "notes"), [("Call back", "n"), ("Interested", "other")])
def test_a_change_owes_a_new_request(call: Call, agent: Agent, value: str, notes: str) -> None:
    save_disposition(call=call, agent=agent, value="Interested", notes="n")

    save_disposition(call=call, agent=agent, value=value, notes=notes)

    assert OutboundRequest.objects.count() == 2


def test_notes_left_out_stay_and_empty_ones_clear(call: Call, agent: Agent) -> None:
    save_disposition(call=call, agent=agent, value="Interested", notes="n")
    save_disposition(call=call, agent=agent, value="Call back")
    assert Call.objects.get(pk=call.pk).notes == "n"

    save_disposition(call=call, agent=agent, value="Call back", notes="")

    assert Call.objects.get(pk=call.pk).notes == ""


def test_a_change_ends_the_retries_of_the_word_before(call: Call, agent: Agent) -> None:
    old = save_disposition(call=call, agent=agent, value="Interested")
    OutboundRequest.objects.update(attempt_count=3)

    save_disposition(call=call, agent=agent, value="Call back")

    assert old is not None
    old.refresh_from_db()
    assert (old.status, old.message) == (Status.FAILED, REPLACED)


def test_dispositions_of_one_call_are_due_in_their_order(call: Call, agent: Agent) -> None:
    first = save_disposition(call=call, agent=agent, value="Interested")
    second = save_disposition(call=call, agent=agent, value="Call back")

    assert first is not None

    before = list(due_requests(timezone.now()))
    OutboundRequest.objects.filter(pk=first.pk).update(status=Status.SUCCEEDED)
    after = list(due_requests(timezone.now()))

    assert before == [first]
    assert after == [second]


def test_other_tabs_learn_of_it(call: Call, agent: Agent) -> None:
    delivery = PopupDeliveryFactory(popup=PopupFactory(call=call), agent=agent)

    save_disposition(call=call, agent=agent, value="Interested")

    before = delivery.sequence
    delivery.refresh_from_db()
    assert delivery.sequence > before


def test_the_request_is_handed_over_after_the_commit(
    call: Call, agent: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        save_disposition(call=call, agent=agent, value="Interested")

    assert len(callbacks) == 1
