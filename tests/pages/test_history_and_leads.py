"""Call history, lead search, the lead page, and click to call from them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from calls import history_selectors
from calls.models import Call, OutboundRequest
from connector_config.models import Connector
from crm.models import Agent
from tests import factories

ClientOf = Callable[..., Client]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FETCH = {"X-Requested-With": "fetch"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b"}),
        ("?direction=Outbound", {"b"}),
        ("?status=Missed", {"a"}),
        ("?q=ravi", {"a"}),
        ("?q=96117 95983", {"a"}),
        ("?q=5983", {"a"}),
        ("?q=b", {"b"}),
        ("?since=2026-03-02", {"b"}),
        ("?until=2026-03-01", {"a"}),
        ("?connector=acme", {"b"}),
        ("?q=nobody", set()),
        ("?since=nonsense", {"a", "b"}),
        ("?status=Nonsense", {"a", "b"}),
    ],
)
def test_filters_stand_in_the_url(
    query: str, found: set[str], asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    lead = factories.LeadFactory(name="Ravi Kumar")
    factories.CallFactory(session_id="a", agent=asha, status="Missed", lead=lead, started_at=NOON - timedelta(days=1))
    factories.CallFactory(
        session_id="b",
        agent=asha,
        direction="Outbound",
        connector=acme,
        customer_number="+918025551234",
        started_at=NOON,
    )

    page = client_of(asha).get(f"/calls/{query}").context["page"]

    assert {call.session_id for call in page.calls} == found


def test_pages_neither_skip_nor_repeat_while_calls_come_in(asha: Agent) -> None:
    for number in range(history_selectors.PAGE_SIZE + 7):
        factories.CallFactory(agent=asha, started_at=NOON, session_id=f"s{number}")
    calls = history_selectors.filtered_calls(asha.user, {})

    first = history_selectors.history_page(calls, "")
    factories.CallFactory(agent=asha, started_at=NOON + timedelta(hours=1))
    second = history_selectors.history_page(calls, first.older)

    seen = [call.pk for call in (*first.calls, *second.calls)]
    assert len(first.calls) == history_selectors.PAGE_SIZE
    assert len(seen) == len(set(seen)) == history_selectors.PAGE_SIZE + 7
    assert second.older == ""


@pytest.mark.parametrize("cursor", ["x", "_", "2026-03-02_", "2026-03-02T00:00:00_x", "_5", "' OR 1=1_1"])
def test_unreadable_cursor_gives_the_first_page(cursor: str, asha: Agent, client_of: ClientOf) -> None:
    factories.CallFactory(agent=asha)

    page = client_of(asha).get("/calls/", {"before": cursor}).context["page"]

    assert len(page.calls) == 1


def test_agents_do_not_find_each_others_calls(asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    factories.CallFactory(agent=ben)

    page = client_of(asha).get(f"/calls/?agent={ben.pk}").context["page"]

    assert page.calls == []


def test_csv_holds_the_filtered_calls_and_no_formula(asha: Agent, client_of: ClientOf) -> None:
    factories.CallFactory(agent=asha, notes="=HYPERLINK(1)", duration_seconds=12)
    factories.CallFactory(agent=asha, direction="Outbound")

    response = client_of(asha).get("/calls/?format=csv&direction=Inbound")

    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    header, row = list(csv.reader(text.splitlines()))
    values = dict(zip(header, row, strict=True))
    assert values["notes"] == "'=HYPERLINK(1)"
    assert values["number"] == "+919611795983"
    assert values["seconds"] == "12"


@pytest.mark.parametrize("digits", ["0042", "79-0042"])
def test_last_digits_may_begin_with_a_nought(digits: str, asha: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(phones=["+919611790042"])
    call = factories.CallFactory(agent=asha, customer_number="+919611790042")
    client = client_of(asha)

    leads, calls = client.get("/leads/", {"search": digits}), client.get("/calls/", {"q": digits})

    assert leads.context["leads"] == [lead]
    assert calls.context["page"].calls == [call]


@pytest.mark.parametrize("text", ["ravi", "96117 95983", "+91-9611795983", "09611795983", "5983"])
def test_lead_is_found_by_name_and_by_any_writing_of_its_number(text: str, asha: Agent, client_of: ClientOf) -> None:
    factories.LeadFactory(name="Ravi Kumar", phones=["+919611795983"])
    factories.LeadFactory(name="Meera Iyer", phones=["+919845012345"])
    client = client_of(asha)

    page, suggestions = client.get("/leads/", {"search": text}), client.get("/leads/suggestions/", {"search": text})

    assert [lead.name for lead in page.context["leads"]] == ["Ravi Kumar"]
    assert b"Ravi Kumar" in suggestions.content
    assert b"Meera" not in suggestions.content


def test_lead_page_has_a_call_button_beside_each_number(asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(name="Ravi Kumar", phones=["+919611795983", "+912261234567"])

    html = client_of(asha).get(reverse("lead", args=[lead.pk])).content.decode()

    assert 'aria-label="Call +91 96117 95983"' in html
    assert 'aria-label="Call +91 22 6123 4567"' in html


def test_lead_who_must_not_be_called_has_disabled_buttons(asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(name="Ravi Kumar", phones=["+919611795983"], do_not_call=True)

    html = client_of(asha).get(reverse("lead", args=[lead.pk])).content.decode()

    assert 'disabled title="Ravi Kumar must not be called."' in html


def test_lead_of_another_agent_does_not_exist(asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(owner=ben)

    assert client_of(asha).get(reverse("lead", args=[lead.pk])).status_code == 404


def test_click_asks_the_provider_and_shows_how_it_stands(asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(phones=["+919611795983"])
    form = {"phone": "+919611795983", "lead": str(lead.pk)}

    answer = client_of(asha).post("/click-to-call/", form, headers=FETCH)

    request = OutboundRequest.objects.get()
    assert (request.agent, request.lead, request.phone_e164) == (asha, lead, "+919611795983")
    assert f'data-outbound="{request.pk}"' in answer.content.decode()
    assert "Calling" in answer.content.decode()


def test_plain_form_leads_to_the_requests_page(asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    client = client_of(asha)

    answer = client.post("/click-to-call/", {"phone": "+919611795983"}, follow=True)

    assert "Calling" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        ("succeeded", "", "Ringing your phone"),
        ("refused", "Agent <busy>", "Agent &lt;busy&gt;"),
        ("unknown", "", "did not answer"),
        ("failed", "", "did not take the call"),
    ],
)
def test_outcome_is_told_in_words(
    status: str, message: str, words: str, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    request = factories.OutboundRequestFactory(agent=asha, connector=acme, status=status, message=message)

    html = client_of(asha).get(reverse("outbound", args=[request.pk]), headers=FETCH).content.decode()

    assert words in html
    assert ("Try again" in html) == (status in {"refused", "failed"})


@pytest.mark.parametrize(
    ("call", "words", "is_followed"),
    [
        ({"status": "Ringing"}, "Ringing your phone", True),
        ({"status": "Answered"}, "In call", True),
        ({"status": "Answered", "is_over": True, "duration_seconds": 134}, "Call ended 2:14", False),
        ({"status": "Busy", "is_over": True}, "Busy", False),
    ],
)
def test_outcome_follows_the_call_that_came_of_it(
    call: dict[str, object], words: str, is_followed: bool, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    made = factories.CallFactory(connector=acme, agent=asha, direction="Outbound", **call)
    request = factories.OutboundRequestFactory(agent=asha, connector=acme, status="succeeded", call=made)

    html = client_of(asha).get(reverse("outbound", args=[request.pk]), headers=FETCH).content.decode()

    assert words in html
    assert ("data-follow" in html, "data-over" in html) == (is_followed, not is_followed)


def test_call_is_returned_through_the_connector_that_it_came_by(
    asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    other = factories.ConnectorFactory(name="Zeta")
    factories.RequestTemplateFactory(connector=other)
    missed = factories.CallFactory(connector=other, agent=asha, status="Missed")

    client_of(asha).post("/click-to-call/", {"call_id": missed.pk}, headers=FETCH)

    assert OutboundRequest.objects.get().connector == other


def test_another_agents_request_does_not_exist(asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    request = factories.OutboundRequestFactory(agent=ben)

    assert client_of(asha).get(reverse("outbound", args=[request.pk])).status_code == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"phone": "hello"}, "no number that can be called"),
        ({"phone": ""}, "Type the number to call."),
        ({"phone": "1" * 60}, "no telephone number"),
        ({"phone": "+919611795983", "connector": "other"}, "not set up for you"),
        ({"phone": "+919611795980"}, "your own number"),
    ],
)
def test_refused_click_says_why(
    form: dict[str, str], words: str, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    answer = client_of(asha).post("/click-to-call/", form, headers=FETCH)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OutboundRequest.objects.exists()


def test_lead_that_the_agent_may_not_see_is_not_called_by_its_id(
    asha: Agent, ben: Agent, acme: Connector, client_of: ClientOf
) -> None:
    lead = factories.LeadFactory(owner=ben, phones=["+919611795983"])

    answer = client_of(asha).post("/click-to-call/", {"lead": str(lead.pk)}, headers=FETCH)

    assert answer.status_code == 422
    assert not OutboundRequest.objects.exists()


def test_call_on_the_leads_timeline_shows_notes_and_disposition(asha: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory()
    call: Call = factories.CallFactory(agent=asha, lead=lead, disposition="Interested", notes="Saturday\n10 am")

    html = client_of(asha).get(reverse("lead", args=[call.lead_id])).content.decode()

    assert "Interested" in html
    assert "Saturday<br>10 am" in html


def test_call_about_an_opportunity_carries_it_to_the_provider(
    asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    lead = factories.LeadFactory(phones=["+919611795983"])
    loan = factories.OpportunityFactory(lead=lead, name="Car loan")
    client = client_of(asha)

    html = client.get(reverse("lead", args=[lead.pk])).content.decode()
    client.post("/click-to-call/", {"phone": "+919611795983", "lead": str(lead.pk), "opportunity": str(loan.pk)})

    assert 'aria-label="Dial about Car loan"' in html
    assert OutboundRequest.objects.get().opportunity == loan
