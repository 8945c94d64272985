"""The console's lists, and the bar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls import desk_selectors
from calls.models import Call
from connector_config.models import Connector
from crm.models import Agent
from tests import factories

ClientOf = Callable[..., Client]


def _call(agent: Agent, *, minutes: int = 10, **values: object) -> Call:
    at = timezone.now() - timedelta(minutes=minutes)
    call: Call = factories.CallFactory(agent=agent, started_at=at, **values)
    return call


def _missed(agent: Agent) -> list[Call]:
    return desk_selectors.missed_calls(desk_selectors.desk_calls(agent.user, agent))


def test_console_asks_for_the_login_first(client: Client, db: None) -> None:
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/login/?next=/")


def test_missed_call_waits_until_somebody_calls_back(asha: Agent, ben: Agent) -> None:
    missed = _call(asha, status="Missed")

    before = _missed(asha)
    _call(ben, minutes=5, direction="Outbound", status="NotAnswered")

    assert before == [missed]
    assert _missed(asha) == []


def test_missed_call_is_settled_when_the_customer_gets_through(asha: Agent) -> None:
    _call(asha, status="Missed")

    _call(asha, minutes=2, status="Answered")

    assert _missed(asha) == []


def test_missed_call_with_a_disposition_is_settled(asha: Agent) -> None:
    _call(asha, status="Missed", disposition="Wrong number")

    assert _missed(asha) == []


def test_customer_who_tried_three_times_waits_once(asha: Agent) -> None:
    for minutes in (30, 20, 10):
        _call(asha, minutes=minutes, status="Missed")

    assert [call.happened_at for call in _missed(asha)] == [Call.objects.first().happened_at]  # type: ignore[union-attr]


def test_withheld_numbers_are_not_taken_for_one_customer(asha: Agent) -> None:
    for minutes in (30, 20):
        _call(asha, minutes=minutes, status="Missed", customer_number="anonymous")
    _call(asha, minutes=5, status="Answered", customer_number="anonymous")

    assert len(_missed(asha)) == 2


def test_old_missed_calls_leave_the_desk(asha: Agent) -> None:
    _call(asha, minutes=8 * 1440, status="Missed")

    assert _missed(asha) == []


def test_another_agents_calls_are_not_on_my_desk(asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    _call(ben, status="Missed", lead=factories.LeadFactory(name="Secret Customer"))

    html = client_of(asha).get("/").content.decode()

    assert "Secret Customer" not in html
    assert "Nobody is waiting for a call back." in html


def test_staff_who_are_agents_have_their_own_desk(asha: Agent, ben: Agent) -> None:
    asha.user.is_staff = True
    mine, _ = _call(asha), _call(ben)

    assert list(desk_selectors.desk_calls(asha.user, asha)) == [mine]


def test_administrator_who_is_no_agent_sees_all_calls(asha: Agent, client_of: ClientOf) -> None:
    _call(asha, lead=factories.LeadFactory(name="Ravi Kumar"))

    html = client_of(factories.UserFactory(is_staff=True)).get("/").content.decode()

    assert "Ravi Kumar" in html
    assert "Administration" in html
    assert "data-stream" not in html


def test_today_shows_length_status_and_disposition(asha: Agent, client_of: ClientOf) -> None:
    _call(
        asha, minutes=0, duration_seconds=134, disposition="Interested", lead=factories.LeadFactory(name="Ravi Kumar")
    )

    html = client_of(asha).get("/console/lists/").content.decode()

    for words in ("Ravi Kumar", "2:14", "Answered", "Interested"):
        assert words in html


def test_duty_switch_goes_off_and_on(asha: Agent, client_of: ClientOf) -> None:
    client = client_of(asha)

    client.post("/agent/duty/", {"is_on_duty": "false"})
    asha.refresh_from_db()
    off = asha.is_on_duty
    client.post("/agent/duty/", {"is_on_duty": "true"})

    asha.refresh_from_db()
    assert (off, asha.is_on_duty) == (False, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_on_duty": False}, "You are off duty."),
        ({"can_click_to_call": False}, "You may not click to call."),
    ],
)
def test_call_button_is_disabled_with_the_reason(
    change: dict[str, bool], reason: str, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    Agent.objects.filter(pk=asha.pk).update(**change)

    html = client_of(asha).get("/").content.decode()

    assert f'disabled title="{reason}' in html


def test_missed_lead_who_must_not_be_called_has_no_call_button(
    asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    _call(asha, status="Missed", connector=acme, lead=factories.LeadFactory(do_not_call=True))

    html = client_of(asha).get("/").content.decode()

    assert 'disabled title="This lead must not be called."' in html


def test_caller_without_a_name_is_shown_by_number_and_a_withheld_one_in_words(asha: Agent, client_of: ClientOf) -> None:
    _call(asha, status="Missed", lead=factories.LeadFactory(name=""))
    _call(asha, status="Missed", customer_number="anonymous")

    html = client_of(asha).get("/").content.decode()

    assert html.count("+91 96117 95983</a>") == 2
    assert html.count("Unnamed lead") == 2
    assert "anonymous" not in html
    assert "Number withheld" in html


def test_day_of_many_calls_is_counted_in_full_and_leads_to_all(
    monkeypatch: pytest.MonkeyPatch, asha: Agent, client_of: ClientOf
) -> None:
    monkeypatch.setattr(desk_selectors, "TODAY_LIMIT", 2)
    factories.CallFactory.create_batch(5, agent=asha)

    page = client_of(asha).get("/")

    assert len(page.context["today"]) == 2
    assert "All 5 calls of today" in page.content.decode()


def test_pages_hold_no_inline_script_or_style(asha: Agent, client_of: ClientOf) -> None:
    client = client_of(asha)
    lead = factories.LeadFactory(owner=asha, phones=["+919611795983"])
    _call(asha, lead=lead)

    for path in ("/", "/calls/", "/leads/", f"/leads/{lead.pk}/", "/login/"):
        response = client.get(path)
        html = response.content.decode()
        assert "<script>" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert "default-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/calls/", "/leads/"])
def test_number_of_queries_does_not_grow_with_the_rows(
    path: str, asha: Agent, acme: Connector, client_of: ClientOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        lead = factories.LeadFactory(owner=asha, phones=[f"+9196117959{number:02d}"])
        _call(asha, lead=lead, connector=acme, status="Missed", customer_number=f"+9196117959{number:02d}")
    client = client_of(asha)

    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        client.get(path)
