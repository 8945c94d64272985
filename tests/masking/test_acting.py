"""A masked agent calls, searches, edits and listens to the stream without learning a number."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from calls.embedded_pages import popup_page
from calls.models import OutboundRequest
from calls.stream_events import DeskCursor, read_news
from crm.masking import sees_numbers
from crm.models import Lead
from tests import factories
from tests.masking.numbers import giveaways
from tests.masking.office import RAVI, UNKNOWN, Office, open_office

pytestmark = pytest.mark.django_db
FETCH: dict[str, Any] = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def office() -> Office:
    """An office whose agent does not see numbers, with nothing under way."""
    made = open_office(sees_full_numbers=False)
    OutboundRequest.objects.all().delete()
    made.agent.calls.update(is_over=True)
    return made


@pytest.fixture
def page(office: Office) -> Client:
    """The agent's browser."""
    client = Client()
    client.force_login(office.agent.user)
    return client


@pytest.fixture
def api(office: Office) -> APIClient:
    """The agent's program."""
    client = APIClient()
    client.force_authenticate(office.agent.user)
    return client


@pytest.mark.parametrize(
    ("agent_sees", "team_sees", "is_staff", "sees"),
    [
        (True, None, False, True),
        (False, None, False, False),
        (True, False, False, False),
        (False, True, False, False),
        (True, True, False, True),
        (False, False, True, True),
    ],
)
def test_the_stricter_of_agent_and_team_wins_and_staff_see(
    agent_sees: bool, team_sees: bool | None, is_staff: bool, sees: bool
) -> None:
    team = None if team_sees is None else factories.TeamFactory(sees_full_numbers=team_sees)
    agent = factories.AgentFactory(sees_full_numbers=agent_sees, team=team, user__is_staff=is_staff)

    assert sees_numbers(agent.user) is sees


def test_who_is_nobodys_agent_sees_none() -> None:
    assert not sees_numbers(factories.UserFactory())


def test_call_button_sends_an_id_and_the_whole_number_is_called(office: Office, page: Client) -> None:
    answer = page.post(
        reverse("click-to-call"), {"phone_id": office.ravi.phones.get().pk, "lead": office.ravi.pk}, **FETCH
    )

    assert answer.status_code == 200, answer.content
    assert giveaways(answer.content.decode()) == set()
    owed = OutboundRequest.objects.get()
    assert (owed.phone_e164, owed.lead) == (RAVI, office.ravi)
    assert owed.context["customer_number"] == RAVI


@pytest.mark.parametrize("is_program", [False, True])
def test_unknown_caller_is_called_back_by_the_calls_id(
    office: Office, page: Client, api: APIClient, is_program: bool
) -> None:
    missed = office.agent.calls.filter(lead=None, customer_number_e164=UNKNOWN).first()
    assert missed is not None

    if is_program:
        body = {"call_id": missed.pk, "connector": "acme"}
        answer: Any = api.post("/api/click-to-call/", body, format="json")
    else:
        answer = page.post(reverse("click-to-call"), {"call_id": missed.pk, "connector": "acme"}, **FETCH)

    assert answer.status_code in {200, 202}, answer.content
    assert OutboundRequest.objects.get().phone_e164 == UNKNOWN


@pytest.mark.parametrize("named", [{"call_id": 999_999}, {"phone_id": 999_999}])
def test_ids_of_others_call_nobody(api: APIClient, named: dict[str, int]) -> None:
    answer = api.post("/api/click-to-call/", {**named, "connector": "acme"}, format="json")

    assert answer.status_code == 404
    assert not OutboundRequest.objects.exists()


def test_call_of_another_agent_cannot_be_returned(office: Office, api: APIClient) -> None:
    theirs = factories.CallFactory(agent=factories.AgentFactory(), connector=office.connector)

    answer = api.post("/api/click-to-call/", {"call_id": theirs.pk, "connector": "acme"}, format="json")

    assert answer.status_code == 404


def test_idempotency_key_does_not_tell_whether_a_guess_is_right(office: Office, api: APIClient) -> None:
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "k"}
    body = {"lead_id": str(office.ravi.pk), "connector": "acme"}
    first = api.post("/api/click-to-call/", body, format="json", **key)
    OutboundRequest.objects.update(status=OutboundRequest.Status.SUCCEEDED)

    guess = api.post("/api/click-to-call/", {"phone": RAVI, "connector": "acme"}, format="json", **key)

    assert first.status_code == 202
    assert api.post("/api/click-to-call/", body, format="json", **key).json()["id"] == first.json()["id"]
    assert guess.status_code == 202
    assert guess.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("where", ["leads", "suggestions", "history", "api"])
@pytest.mark.parametrize(
    ("text", "finds"),
    [
        (RAVI, True), (RAVI[3:], True), (f"0{RAVI[3:]}", True), (f"{RAVI[3:8]} {RAVI[8:]}", True),
        (RAVI[-4:], False), (RAVI[-7:], False), (RAVI[-9:], False), (RAVI[:8], False), (RAVI[3:9], False),
        ("98", False),
    ],
)  # fmt: skip
def test_only_a_whole_number_finds(
    page: Client, api: APIClient, office: Office, where: str, text: str, finds: bool
) -> None:
    Lead.objects.exclude(pk=office.ravi.pk).delete()
    link = reverse("lead", args=[office.ravi.pk])

    if where == "api":
        found = bool(api.get("/api/leads/", {"search": text}).json()["results"])
    elif where == "history":
        found = link in page.get(reverse("call-history"), {"q": text}, **FETCH).content.decode().partition("<main")[2]
    else:
        name = {"leads": "leads", "suggestions": "lead-suggestions"}[where]
        html = page.get(reverse(name), {"search": text}).content.decode()
        found = link in (html.partition("<main")[2] if where == "leads" else html)

    assert found is finds


def test_who_sees_numbers_finds_by_a_part() -> None:
    office = open_office(sees_full_numbers=True)
    client = APIClient()
    client.force_authenticate(office.agent.user)

    assert client.get("/api/leads/", {"search": RAVI[-5:]}).json()["results"]


def test_edited_notes_keep_the_numbers_that_were_masked(office: Office, page: Client) -> None:
    call = office.popup.call
    call.notes = "9845017362 asked for a call"
    call.save()

    page.post(reverse("popup-notes", args=[office.popup.pk]), {"notes": "••••• ••362 asked twice"}, **FETCH)

    call.refresh_from_db()
    assert call.notes == "9845017362 asked twice"


def test_lead_read_by_the_api_can_be_sent_back_without_harm(office: Office, api: APIClient) -> None:
    url = f"/api/leads/{office.ravi.pk}/"
    before: dict[str, Any] = dict(Lead.objects.values().get(pk=office.ravi.pk))
    read = api.get(url).json()
    sent = {name: read[name] for name in ("name", "email", "company", "city", "zip_code")}

    answer = api.patch(url, {**sent, "phones": [phone["number"] for phone in read["phones"]]}, format="json")

    after: dict[str, Any] = dict(Lead.objects.values().get(pk=office.ravi.pk))
    assert (answer.status_code, office.ravi.phones.get().e164) in {(200, RAVI), (400, RAVI)}
    assert all(after[name] == before[name] for name in sent)


def test_masked_number_that_is_none_of_the_leads_is_refused(office: Office, api: APIClient) -> None:
    answer = api.patch(f"/api/leads/{office.ravi.pk}/", {"phones": ["+91 ••••• ••111"]}, format="json")

    assert answer.status_code == 400
    assert office.ravi.phones.get().e164 == RAVI


def test_refused_lead_form_shows_what_was_typed_and_no_number(office: Office, page: Client) -> None:
    form = {"name": "••••• ••362", "email": "no mail", "zip_code": "x" * 60}

    answer = page.post(reverse("lead-edit", args=[office.ravi.pk]), form)

    assert answer.status_code == 422
    assert giveaways(answer.content.decode()) == set()


@pytest.mark.parametrize("sees", [False, True])
def test_event_stream_is_masked_as_the_pages_are(sees: bool) -> None:
    office = open_office(sees_full_numbers=sees)

    told = read_news([DeskCursor(agent=office.agent, sequence=None)])[0]
    events = b"".join(told).decode() if isinstance(told, list) else ""

    assert '"number":' in events
    assert bool(giveaways(events)) is sees


@pytest.mark.parametrize("sees", [False, True])
def test_outside_page_gets_masked_values_in_its_address(sees: bool) -> None:
    office = open_office(sees_full_numbers=sees)
    call = office.agent.calls.filter(connector__slug="desk").first()

    assert call is not None
    shown = popup_page(call, office.agent)

    assert shown is not None
    assert bool(giveaways(shown.url)) is sees
