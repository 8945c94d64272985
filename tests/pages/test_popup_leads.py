"""Whom a popup is about: candidates, new leads, opportunities."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from calls.models import Call, PopupDelivery
from crm.models import Agent, Lead
from tests import factories

Show = Callable[..., PopupDelivery]
ClientOf = Callable[..., Client]
FETCH = {"X-Requested-With": "fetch"}


@pytest.mark.parametrize(
    ("caller", "title"), [({}, "+91 96117 95983"), ({"name": "R. Kumar of Pune"}, "R. Kumar of Pune")]
)
def test_lead_without_a_name_is_known_by_the_callers_name_or_the_number(
    caller: dict[str, str], title: str, show: Show, asha: Agent, client_of: ClientOf
) -> None:
    lead = factories.LeadFactory(name="", company="", email="", owner=asha, phones=["+919611795983"])
    delivery = show(lead=lead, caller=caller)
    client = client_of(asha)

    card = client.get(reverse("popup-card", args=[delivery.popup_id])).content.decode()
    pages = [client.get(path).content.decode() for path in ("/", "/leads/", f"/leads/{lead.pk}/", "/calls/")]

    assert f">{title}</h2>" in card
    assert "<h1>+91 96117 95983</h1>" in pages[2]
    assert all(f"Lead {str(lead.pk)[:8]}" not in html for html in (card, *pages))


def test_closed_opportunity_is_offered_only_to_the_call_that_is_about_it(
    show: Show, asha: Agent, client_of: ClientOf
) -> None:
    lead = factories.LeadFactory(owner=asha)
    won, lost = (factories.OpportunityFactory(lead=lead, name=status, status=status) for status in ("Won", "Lost"))
    delivery = show(lead=lead, opportunity=won)

    html = client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode()

    assert f'value="{won.pk}" selected' in html
    assert str(lost.pk) not in html


def _shared(show: Show) -> tuple[PopupDelivery, Lead, Lead]:
    one, other = factories.LeadFactory(name="Ravi"), factories.LeadFactory(name="Rani")
    reasons = [
        {"lead_id": str(one.pk), "reason": "main number"},
        {"lead_id": str(other.pk), "reason": "secondary number"},
    ]
    return show(lead=one, candidates=reasons), one, other


def test_several_leads_are_offered_with_the_reason_and_the_choice_sticks(
    show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery, _, rani = _shared(show)
    client = client_of(asha)

    before = client.get(reverse("popup-card", args=[delivery.popup_id])).content.decode()
    after = client.post(reverse("popup-lead", args=[delivery.popup_id]), {"lead": str(rani.pk)}, headers=FETCH)

    call = Call.objects.get()
    assert "2 leads have this number" in before
    assert "secondary number" in before
    assert (call.lead, call.chosen_lead) == (rani, rani)
    assert "1 other has this number" in after.content.decode()


@pytest.mark.parametrize("wanted", ["stranger", "", "not-a-uuid"])
def test_only_a_candidate_can_be_chosen(wanted: str, show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery, ravi, _ = _shared(show)
    chosen = str(factories.LeadFactory().pk) if wanted == "stranger" else wanted

    answer = client_of(asha).post(reverse("popup-lead", args=[delivery.popup_id]), {"lead": chosen})

    assert answer.status_code == 404
    assert Call.objects.get().lead == ravi


def test_unknown_caller_becomes_a_lead_of_the_agent(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client = client_of(asha)

    before = client.get(reverse("popup-card", args=[delivery.popup_id])).content.decode()
    client.post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": "Nisha"}, headers=FETCH)

    lead = Lead.objects.get()
    assert "Create lead" in before
    assert 'aria-label="Incoming call, +91 96117 95983, +919611795983"' in before
    assert (lead.name, lead.owner, Call.objects.get().lead) == ("Nisha", asha, lead)
    assert lead.phones.get().e164 == "+919611795983"


def test_second_click_on_create_makes_no_second_lead(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client, path = client_of(asha), reverse("popup-new-lead", args=[delivery.popup_id])

    client.post(path, {"name": "Nisha"}, headers=FETCH)
    second = client.post(path, {"name": "Nisha"}, headers=FETCH)

    assert second.status_code == 422
    assert Lead.objects.count() == 1


def test_a_lead_that_came_while_the_agent_typed_gets_the_typed_name(
    show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show(lead=factories.LeadFactory(name="", phones=["+919611795983"]))
    client = client_of(asha)

    before = client.get(reverse("popup-card", args=[delivery.popup_id])).content.decode()
    client.post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": " Nisha "}, headers=FETCH)

    assert 'aria-label="Incoming call, +91 96117 95983, +919611795983"' in before
    assert "Save name" in before
    assert Lead.objects.get().name == "Nisha"


def test_a_lead_made_by_an_agent_has_what_the_provider_told(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(caller={"city": "Pune", "source": "Google Ads"}, tag="Campaign")

    client_of(asha).post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": "Nisha"}, headers=FETCH)

    lead = Lead.objects.get()
    assert (lead.name, lead.city, lead.source, lead.origin) == ("Nisha", "Pune", "Google Ads", "Campaign")


def test_lead_is_not_made_without_a_name(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()

    answer = client_of(asha).post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": "  "}, headers=FETCH)

    assert answer.status_code == 422
    assert "Type a name first." in answer.content.decode()
    assert not Lead.objects.exists()


def test_name_that_comes_too_late_is_told_so(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(lead=factories.LeadFactory(name="Ravi Kumar"))

    answer = client_of(asha).post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": "Nisha"}, headers=FETCH)

    assert answer.status_code == 422
    assert "This call has a lead already" in answer.content.decode()


def test_withheld_number_offers_no_lead_to_create(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(customer_number="anonymous")

    html = client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode()

    assert "Number withheld" in html
    assert "first call" not in html, "nobody knows whether they called before"
    assert "Create lead" not in html


def test_opportunity_of_the_lead_can_be_chosen_and_no_other(show: Show, asha: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory()
    loan, other = factories.OpportunityFactory(lead=lead, name="Car loan"), factories.OpportunityFactory()
    delivery = show(lead=lead)
    client, path = client_of(asha), reverse("popup-opportunity", args=[delivery.popup_id])

    refused = client.post(path, {"opportunity": str(other.pk)}, headers=FETCH)
    client.post(path, {"opportunity": str(loan.pk)}, headers=FETCH)

    call = Call.objects.get()
    assert refused.status_code == 422
    assert (call.opportunity, call.chosen_opportunity) == (loan, loan)
