"""The page of a call, missed calls that are handled, calls entered by hand, opportunities, the reader's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from calls.models import Call, OutboundRequest, PopupDelivery
from connector_config.models import Connector
from crm.models import Agent, Lead, Opportunity
from tests import factories

ClientOf = Callable[..., Client]
RAVI = "+919611795983"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def ravi(asha: Agent) -> Lead:
    """A lead of Asha's."""
    lead: Lead = factories.LeadFactory(name="Ravi Kumar", owner=asha, phones=[RAVI])
    return lead


def _missed(agent: Agent, minutes: int = 10, **values: Any) -> Call:
    call: Call = factories.CallFactory(
        **{"agent": agent, "status": "Missed", "started_at": timezone.now() - timedelta(minutes=minutes), **values}
    )
    return call


def _waiting(client: Client) -> list[Call]:
    waiting: list[Call] = client.get("/").context["missed"]
    return waiting


def test_missed_call_leaves_the_queue_when_it_is_handled_and_comes_back_by_undo(
    asha: Agent, client_of: ClientOf
) -> None:
    client, call = client_of(asha), _missed(asha)
    _missed(asha, minutes=60)

    row = client.post(f"/calls/{call.pk}/handled/", headers=FETCH)
    page = client.get("/")

    call.refresh_from_db()
    assert "Undo" in row.content.decode()
    assert call.handled_by == asha
    assert (page.context["missed"], page.context["handled"]) == ([], [call])
    client.post(f"/calls/{call.pk}/handled/", {"undo": "1"}, headers=FETCH)
    assert _waiting(client) == [call]


@pytest.mark.parametrize(
    ("later", "waits"),
    [
        ({"direction": "Outbound", "status": "NotAnswered"}, False),
        ({"status": "Answered"}, False),
        ({"status": "Answered", "customer_number": "+912261234567"}, False),
        ({"direction": "Outbound", "status": "Answered", "lead": None, "customer_number": "+918025551234"}, True),
        ({"status": "Missed", "handled_at": timezone.now()}, False),
    ],
)
def test_later_contact_with_the_customer_settles_a_missed_call(
    later: dict[str, Any], waits: bool, ravi: Lead, asha: Agent, client_of: ClientOf
) -> None:
    call = _missed(asha, lead=ravi, minutes=60)
    factories.CallFactory(**{"lead": ravi, "agent": asha, "started_at": timezone.now(), **later})

    assert (_waiting(client_of(asha)) == [call]) is waits


def test_call_that_was_answered_or_is_somebody_elses_cannot_be_handled(
    asha: Agent, ben: Agent, client_of: ClientOf
) -> None:
    answered, theirs = factories.CallFactory(agent=asha), _missed(ben)
    client = client_of(asha)

    client.post(f"/calls/{answered.pk}/handled/")

    assert client.post(f"/calls/{theirs.pk}/handled/").status_code == 404
    assert not Call.objects.exclude(handled_at=None).exists()


def test_call_page_shows_facts_legs_and_popup_and_keeps_notes(
    asha: Agent, ravi: Lead, show: Callable[..., PopupDelivery], client_of: ClientOf
) -> None:
    call = show(lead=ravi, session_id="A", status="Answered", duration_seconds=61).popup.call
    leg = factories.CallFactory(connector=call.connector, parent_session_id="A", session_id="B", agent=asha)
    client = client_of(asha)

    page = client.get(f"/calls/{call.pk}/")
    answer = client.post(f"/calls/{call.pk}/outcome/", {"notes": "Wants a loan", "disposition": ""})

    call.refresh_from_db()
    assert page.context["page"].legs == [leg]
    assert [row.agent for row in page.context["page"].deliveries] == [asha]
    assert "1:01" in page.content.decode()
    assert answer.status_code == 302
    assert (call.notes, call.disposition) == ("Wants a loan", "")


def test_disposition_on_the_call_page_is_owed_to_the_provider(
    asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    call = factories.CallFactory(agent=asha, connector=acme)
    client = client_of(asha)

    refused = client.post(f"/calls/{call.pk}/outcome/", {"disposition": "Nonsense", "notes": "kept"})
    client.post(f"/calls/{call.pk}/outcome/", {"disposition": "Interested", "notes": "x", "follow_up": "1d"})

    call.refresh_from_db()
    assert refused.status_code == 422
    assert ">kept</textarea>" in refused.content.decode()
    assert (call.disposition, call.follow_up_at is not None) == ("Interested", True)
    assert OutboundRequest.objects.filter(call=call, purpose="disposition").count() == 1


@pytest.mark.parametrize("path", ["", "outcome/", "lead/", "new-lead/", "opportunity/", "edit/", "delete/"])
def test_call_of_somebody_else_does_not_exist(path: str, asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    call = factories.CallFactory(agent=ben)

    client = client_of(asha)
    answer = client.get(f"/calls/{call.pk}/") if not path else client.post(f"/calls/{call.pk}/{path}")

    assert answer.status_code == 404


def test_unknown_caller_becomes_a_lead_from_the_call_page(asha: Agent, client_of: ClientOf) -> None:
    call = factories.CallFactory(agent=asha)

    client_of(asha).post(f"/calls/{call.pk}/new-lead/", {"name": "Meera"})

    call.refresh_from_db()
    assert call.lead is not None
    assert (call.lead.name, call.lead.owner) == ("Meera", asha)


def _log(lead: Lead, **changes: Any) -> dict[str, Any]:
    phone = lead.phones.first()
    return {
        "direction": "Outbound",
        "phone": phone.pk if phone else "",
        "started_at": "2026-03-02T10:00",
        "duration": "2:14",
        "status": "Answered",
        "disposition": "Interested",
        "notes": "On my mobile",
        **changes,
    }


@time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=False)
def test_call_is_written_down_changed_and_deleted(
    ravi: Lead, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    client = client_of(asha)
    client.cookies["time_zone"] = "Asia/Kolkata"

    logged = client.post(f"/leads/{ravi.pk}/calls/new/", _log(ravi))
    call = Call.objects.get()
    first = (call.is_manual, call.lead, call.agent, call.duration_seconds, call.disposition, call.notes, call.is_over)
    started_at = call.happened_at
    changed = client.post(f"/calls/{call.pk}/edit/", _log(ravi, direction="Inbound", disposition="", duration="5"))
    call.refresh_from_db()

    assert logged.status_code == changed.status_code == 302
    assert first == (True, ravi, asha, 134, "Interested", "On my mobile", True)
    assert started_at == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert call.customer_number_e164 == RAVI
    assert (call.direction, call.duration_seconds, call.disposition, call.events.count()) == ("Inbound", 300, "", 1)
    assert not OutboundRequest.objects.exists()
    assert "manual" in client.get(f"/leads/{ravi.pk}/").content.decode()
    client.post(f"/calls/{call.pk}/delete/")
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"started_at": "2999-01-01T10:00"}, "started_at"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"duration": "long"}, "duration"),
        ({"duration": "2000"}, "duration"),
        ({"status": "Ringing"}, "status"),
        ({"disposition": "Nonsense"}, "disposition"),
        ({"phone": "999999"}, "phone"),
        ({"direction": ""}, "direction"),
    ],
)
def test_what_cannot_be_a_call_is_refused_by_field(
    changes: dict[str, str], field: str, ravi: Lead, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    answer = client_of(asha).post(f"/leads/{ravi.pk}/calls/new/", _log(ravi, **changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Call.objects.exists()


def test_call_written_down_stays_as_it_is_after_a_day_and_for_others(
    ravi: Lead, asha: Agent, ben: Agent, acme: Connector, client_of: ClientOf
) -> None:
    client_of(asha).post(f"/leads/{ravi.pk}/calls/new/", _log(ravi))
    call = Call.objects.get()

    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        client_of(asha).post(f"/calls/{call.pk}/delete/")
    assert client_of(ben).post(f"/calls/{call.pk}/delete/").status_code == 404
    assert Call.objects.exists()
    client_of(factories.UserFactory(is_staff=True)).post(f"/calls/{call.pk}/delete/")
    assert not Call.objects.exists()


def test_call_of_a_provider_is_neither_changed_nor_deleted(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    call = factories.CallFactory(agent=asha, lead=ravi)

    assert client_of(asha).post(f"/calls/{call.pk}/delete/").status_code == 404
    assert client_of(asha).get(f"/calls/{call.pk}/edit/").status_code == 404


def test_opportunity_is_made_shown_with_its_calls_and_changed(
    ravi: Lead, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    client = client_of(asha)

    made = client.post(f"/leads/{ravi.pk}/opportunities/new/", {"name": "Car loan", "stage": "New", "status": "Open"})
    opportunity = Opportunity.objects.get()
    call = factories.CallFactory(agent=asha, lead=ravi, opportunity=opportunity)
    factories.CallFactory(agent=asha, lead=ravi)
    page = client.get(made["Location"])
    client.post(f"{made['Location']}edit/", {"name": "Car loan", "stage": "Documents", "status": "Won"})

    opportunity.refresh_from_db()
    html = page.content.decode()
    assert (opportunity.owner, opportunity.stage, opportunity.status) == (asha, "Documents", "Won")
    assert page.context["calls"] == [call]
    assert 'aria-label="Call +91 96117 95983"' in html
    assert f'name="opportunity" value="{opportunity.pk}"' in html


def test_opportunity_of_somebody_elses_lead_does_not_exist(asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    opportunity = factories.OpportunityFactory(lead=factories.LeadFactory(owner=ben))

    assert client_of(asha).get(f"/opportunities/{opportunity.pk}/").status_code == 404
    assert client_of(asha).post(f"/opportunities/{opportunity.pk}/edit/", {"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", {"late", "early"}),
        ("UTC", {"early"}),
        ("America/New_York", {"late", "early", "eve"}),
        ("../../etc/passwd", {"early"}),
        ("Nowhere/Land", {"early"}),
        ("x" * 200, {"early"}),
    ],
)
def test_today_begins_at_the_readers_midnight(
    zone: str, expected: set[str], asha: Agent, client_of: ClientOf, settings: Any
) -> None:
    for name, at in {"eve": (1, 16), "late": (1, 20), "early": (2, 1)}.items():
        factories.CallFactory(agent=asha, session_id=name, started_at=datetime(2026, 3, *at, tzinfo=UTC))
    client = client_of(asha)
    client.cookies["time_zone"] = zone

    with time_machine.travel(datetime(2026, 3, 2, 3, 0, tzinfo=UTC), tick=False):
        today = client.get("/").context["today"]

    assert {call.session_id for call in today} == expected


def test_a_follow_up_can_be_set_for_a_day_and_time_in_the_readers_zone(asha: Agent, client_of: ClientOf) -> None:
    call = factories.CallFactory(agent=asha)
    client = client_of(asha)
    client.cookies["time_zone"] = "Asia/Kolkata"
    answer = {"disposition": "Interested", "notes": "", "follow_up": "1d"}

    past = client.post(f"/calls/{call.pk}/outcome/", {**answer, "follow_up_on": "2020-01-01T10:00"})
    client.post(f"/calls/{call.pk}/outcome/", {**answer, "follow_up_on": "2099-12-01T10:30"})

    call.refresh_from_db()
    assert (past.status_code, "This is in the past." in past.content.decode()) == (422, True)
    assert call.follow_up_at == datetime(2099, 12, 1, 5, 0, tzinfo=UTC)
