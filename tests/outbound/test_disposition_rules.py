"""Dispositions that are required, that make tasks, and that are chosen by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.errors import DispositionError
from calls.models import Call, OutboundRequest, PopupDelivery
from calls.services.auto_disposition import dispose_abandoned_calls
from calls.services.dispositions import save_disposition
from calls.services.popups import dismiss_popup
from calls.tasks import dispose_calls_by_themselves
from connector_config.models import Connector
from crm.models import Agent, Task
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    DispositionFieldFactory,
    LeadFactory,
    PopupDeliveryFactory,
    PopupFactory,
    RequestTemplateFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Agent:
    made: Agent = AgentFactory()
    return made


@pytest.fixture
def connector() -> Connector:
    made: Connector = ConnectorFactory()
    field = DispositionFieldFactory(options=["Interested", "Call back", "No remark"])
    RequestTemplateFactory(connector=made, purpose="disposition", field=field)
    return made


def delivery(connector: Connector, receiver: Agent, state: str = "ended", **call: Any) -> PopupDelivery:
    made = CallFactory(connector=connector, **({"agent": receiver} | call))
    popup = PopupFactory(call=made, state=state)
    return PopupDeliveryFactory(popup=popup, agent=receiver, state=state)  # type: ignore[no-any-return]


# --- required


def test_a_required_disposition_keeps_the_popup_until_it_is_chosen(agent: Agent, connector: Connector) -> None:
    connector.requires_disposition = True
    connector.save()
    mine = delivery(connector, agent)

    with pytest.raises(DispositionError, match="required after every call"):
        dismiss_popup(popup=mine.popup, agent=agent)
    save_disposition(call=mine.popup.call, agent=agent, value="Interested")
    dismiss_popup(popup=mine.popup, agent=agent)

    assert PopupDelivery.objects.get().state == "dismissed"


@pytest.mark.parametrize(
    ("state", "is_required", "call"),
    [
        ("ended", False, {}),
        ("ringing", True, {}),
        ("ended", True, {"disposition": "Interested"}),
        ("answered", True, {"agent": None}),
    ],
)
def test_otherwise_a_popup_can_be_put_away(
    agent: Agent, connector: Connector, state: str, is_required: bool, call: dict[str, Any]
) -> None:
    connector.requires_disposition = is_required
    connector.save()
    mine = delivery(connector, agent, state, **call)

    dismiss_popup(popup=mine.popup, agent=agent)

    assert PopupDelivery.objects.get().state == "dismissed"


def test_who_did_not_take_the_call_owes_nothing(agent: Agent, connector: Connector) -> None:
    connector.requires_disposition = True
    connector.save()
    mine = delivery(connector, agent, agent=AgentFactory())

    dismiss_popup(popup=mine.popup, agent=agent)

    assert PopupDelivery.objects.get().state == "dismissed"


def test_the_page_says_why_and_shows_the_button_disabled(client: Client, agent: Agent, connector: Connector) -> None:
    connector.requires_disposition = True
    connector.save()
    mine = delivery(connector, agent)
    client.force_login(agent.user)

    shown = client.get(f"/popups/{mine.popup.pk}/").content.decode()
    refused = client.post(f"/popups/{mine.popup.pk}/dismiss/", headers={"HX-Request": "true"})

    assert 'disabled title="Choose a disposition first' in shown
    assert 'aria-required="true"' in shown
    assert (refused.status_code, refused["HX-Reswap"]) == (422, "outerHTML")
    assert "Choose a disposition first" in refused.content.decode()
    assert PopupDelivery.objects.get().state == "ended"


# --- tasks


@pytest.fixture
def with_tasks(connector: Connector) -> Connector:
    connector.disposition_tasks = {"Call back": {"title": "Call again", "days": 2}}
    connector.save()
    return connector


def test_a_disposition_makes_its_task(agent: Agent, with_tasks: Connector) -> None:
    call = CallFactory(connector=with_tasks, lead=LeadFactory())

    save_disposition(call=call, agent=agent, value="Call back")

    task = Task.objects.get()
    assert (task.title, task.lead, task.agent, task.done_at) == ("Call again", call.lead, agent, None)
    assert abs(task.due_at - timezone.now() - timedelta(days=2)) < timedelta(minutes=1)


def test_the_same_disposition_again_makes_no_second_task(agent: Agent, with_tasks: Connector) -> None:
    call = CallFactory(connector=with_tasks)

    for notes in ("", "more", "and more"):
        save_disposition(call=call, agent=agent, value="Call back", notes=notes)

    assert Task.objects.count() == 1


def test_another_disposition_takes_the_open_task_back_and_leaves_what_is_done(
    agent: Agent, with_tasks: Connector
) -> None:
    open_call, done_call = CallFactory(connector=with_tasks), CallFactory(connector=with_tasks)
    for call in (open_call, done_call):
        save_disposition(call=call, agent=agent, value="Call back")
    Task.objects.filter(source=f"call:{done_call.pk}").update(done_at=timezone.now())

    for call in (open_call, done_call):
        save_disposition(call=call, agent=agent, value="Interested")

    assert [task.source for task in Task.objects.all()] == [f"call:{done_call.pk}"]


def test_the_console_shows_tasks_and_ticks_them_off(client: Client, agent: Agent, with_tasks: Connector) -> None:
    soon = Task.objects.create(title="Send <b>the</b> offer", agent=agent, due_at=timezone.now())
    Task.objects.create(title="In a week", agent=agent, due_at=timezone.now() + timedelta(days=7))
    Task.objects.create(title="Somebody else's", agent=AgentFactory(), due_at=timezone.now())
    client.force_login(agent.user)

    before = client.get("/").content.decode()
    client.post(f"/tasks/{soon.pk}/done/")
    after = client.get("/").content.decode()

    assert "Send &lt;b&gt;the&lt;/b&gt; offer" in before
    assert "In a week" not in before
    assert "Somebody else" not in before
    assert "offer" not in after


def test_nobody_ticks_off_anothers_task(client: Client, agent: Agent) -> None:
    task = Task.objects.create(title="x", agent=AgentFactory(), due_at=timezone.now())
    client.force_login(agent.user)

    assert client.post(f"/tasks/{task.pk}/done/").status_code == 404
    assert Task.objects.get().done_at is None


# --- by itself


@pytest.fixture
def automatic(connector: Connector) -> Connector:
    connector.auto_dispose_minutes, connector.auto_disposition = 5, "No remark"
    connector.save()
    return connector


def ended(connector: Connector, *, minutes_ago: float = 6, **columns: Any) -> Call:
    then = timezone.now() - timedelta(minutes=minutes_ago)
    call: Call = CallFactory(
        connector=connector, **({"is_over": True, "happened_at": then, "agent": AgentFactory()} | columns)
    )
    Call.objects.filter(pk=call.pk).update(updated_at=then)
    return call


def test_an_abandoned_call_is_disposed_and_the_provider_is_owed_the_news(automatic: Connector) -> None:
    call = ended(automatic)

    dispose_calls_by_themselves()
    dispose_calls_by_themselves()

    call.refresh_from_db()
    assert (call.disposition, call.disposed_by) == ("No remark", None)
    request = OutboundRequest.objects.get()
    assert (request.purpose, request.call, request.status) == ("disposition", call, "pending")
    assert request.context["call"]["Disposition"] == "No remark"


@pytest.mark.parametrize(
    "call",
    [
        {"minutes_ago": 4},
        {"is_over": False},
        {"agent": None},
        {"disposition": "Interested"},
        {"minutes_ago": 25 * 60},
    ],
)
def test_other_calls_are_left_alone(automatic: Connector, call: dict[str, Any]) -> None:
    ended(automatic, **call)

    assert dispose_abandoned_calls() == 0
    assert not OutboundRequest.objects.exists()


def test_connectors_that_do_not_want_it_are_left_alone(connector: Connector) -> None:
    ended(connector)

    assert dispose_abandoned_calls() == 0


def test_a_disposition_that_is_no_option_is_told_to_the_log(
    automatic: Connector, caplog: pytest.LogCaptureFixture
) -> None:
    Connector.objects.update(auto_disposition="Misspelt")
    ended(automatic)

    assert dispose_abandoned_calls() == 0
    assert "is none of" in caplog.text


def test_an_agent_may_still_change_it(automatic: Connector, agent: Agent) -> None:
    call = ended(automatic)
    dispose_abandoned_calls()

    save_disposition(call=call, agent=agent, value="Interested")

    call.refresh_from_db()
    assert (call.disposition, call.disposed_by) == ("Interested", agent)
    assert OutboundRequest.objects.count() == 2
