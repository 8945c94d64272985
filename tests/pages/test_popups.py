"""Popups as fragments and pages: who sees them, and what an agent does with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, OutboundRequest, PopupDelivery
from calls.presentation import why_not_shown
from crm.models import Agent, Lead
from tests import factories

Show = Callable[..., PopupDelivery]
ClientOf = Callable[..., Client]
FETCH = {"X-Requested-With": "fetch"}
POSTS = [
    "popup-dismiss", "popup-ack", "popup-disposition", "popup-notes",
    "popup-lead", "popup-new-lead", "popup-opportunity",
]  # fmt: skip


def test_card_names_the_lead_and_offers_what_to_do(show: Show, asha: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(name="Ravi Kumar", company="Acme Motors", owner=asha)
    delivery = show(lead=lead)

    html = client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode()

    assert 'role="alertdialog"' in html
    assert 'aria-label="Incoming call, Ravi Kumar, +91 96117 95983"' in html
    assert "Acme Motors" in html
    assert "owner you" in html
    for word in ("Disposition", "Notes", "Save disposition", "Open lead", "Dismiss", "Interested", "Call back"):
        assert word in html


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


@pytest.mark.parametrize("page", ["popup", "popup-card"])
def test_popup_of_another_agent_does_not_exist(page: str, show: Show, ben: Agent, client_of: ClientOf) -> None:
    delivery = show()

    response = client_of(ben).get(reverse(page, args=[delivery.popup_id]))

    assert response.status_code == 404


@pytest.mark.parametrize("page", POSTS)
def test_another_agent_cannot_act_on_a_popup(page: str, show: Show, ben: Agent, client_of: ClientOf) -> None:
    delivery = show()

    response = client_of(ben).post(reverse(page, args=[delivery.popup_id]), {"notes": "x", "disposition": "Interested"})

    assert response.status_code == 404
    delivery.popup.call.refresh_from_db()
    assert (delivery.popup.call.notes, delivery.popup.call.disposition) == ("", "")


@pytest.mark.parametrize("page", POSTS)
def test_a_forged_form_is_refused(page: str, show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()

    response = client_of(asha, enforce_csrf=True).post(reverse(page, args=[delivery.popup_id]), {"notes": "x"})

    assert response.status_code == 403


@pytest.mark.parametrize("page", [*POSTS, "click-to-call", "duty"])
def test_acting_by_get_is_refused(page: str, show: Show, asha: Agent, client_of: ClientOf) -> None:
    arguments = [show().popup_id] if page.startswith("popup") else []

    response = client_of(asha).get(reverse(page, args=arguments))

    assert response.status_code == 405


def test_staff_see_any_popup_but_cannot_dismiss_it_for_the_agent(show: Show, client_of: ClientOf) -> None:
    delivery = show()
    staff = client_of(factories.UserFactory(is_staff=True))

    html = staff.get(reverse("popup", args=[delivery.popup_id])).content.decode()
    staff.post(reverse("popup-dismiss", args=[delivery.popup_id]))

    delivery.refresh_from_db()
    assert "alertdialog" in html
    assert "Dismiss" not in html
    assert delivery.state == "ringing"


def test_stranger_is_sent_to_the_login_and_a_fragment_tells_the_script(show: Show, client: Client) -> None:
    path = reverse("popup-card", args=[show().popup_id])

    page, fragment = client.get(path), client.get(path, headers=FETCH)

    assert (page.status_code, page["Location"]) == (302, f"/login/?next={path}")
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/login/")


def test_dismissed_popup_leaves_every_desk_of_the_agent(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client, before = client_of(asha), delivery.sequence

    answer = client.post(reverse("popup-dismiss", args=[delivery.popup_id]), headers=FETCH)

    delivery.refresh_from_db()
    assert (answer.status_code, answer.content) == (200, b"")
    assert delivery.state == "dismissed"
    assert delivery.sequence > before
    assert client.get(reverse("popup-card", args=[delivery.popup_id])).status_code == 204
    assert b"alertdialog" not in client.get("/").content


def test_dismissed_popup_still_has_its_page(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(state="dismissed")

    response = client_of(asha).get(reverse("popup", args=[delivery.popup_id]))

    assert b"alertdialog" in response.content


def test_saved_disposition_is_shown_with_its_way_to_the_provider(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    path = reverse("popup-disposition", args=[delivery.popup_id])

    html = client_of(asha).post(path, {"disposition": "Call back", "notes": "tomorrow"}, headers=FETCH).content.decode()

    call = Call.objects.get()
    assert (call.disposition, call.notes, call.disposed_by) == ("Call back", "tomorrow", asha)
    assert "Saved: Call back" in html
    assert "Sending to Acme" in html


@pytest.mark.parametrize(
    ("status", "attempts", "words"),
    [
        ("succeeded", 1, "Delivered to Acme"),
        ("pending", 2, "Waiting for Acme, retry at"),
        ("dead", 10, "Acme did not take it: no such session"),
    ],
)
def test_delivery_of_the_disposition_is_told(
    status: str, attempts: int, words: str, show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show(disposition="Call back")
    factories.OutboundRequestFactory(
        connector=delivery.popup.call.connector, purpose="disposition", call=delivery.popup.call, agent=asha,
        status=status, attempt_count=attempts, message="no such session",
    )  # fmt: skip

    html = client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode()

    assert words in html


@pytest.mark.parametrize("value", ["", "Nonsense", "<b>bold</b>"])
def test_refused_disposition_keeps_what_was_typed(value: str, show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    path = reverse("popup-disposition", args=[delivery.popup_id])

    answer = client_of(asha).post(path, {"disposition": value, "notes": "my <notes>"}, headers=FETCH)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in html
    assert "my &lt;notes&gt;" in html
    assert "<b>bold" not in html
    assert not OutboundRequest.objects.exists()


def test_refused_plain_form_shows_the_whole_page(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()

    answer = client_of(asha).post(reverse("popup-disposition", args=[delivery.popup_id]), {"disposition": ""})

    assert answer.status_code == 422
    assert b"<!doctype html>" in answer.content
    assert b"Choose a disposition." in answer.content


def test_notes_are_kept_while_typing(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(provider_notes="from the provider")

    answer = client_of(asha).post(
        reverse("popup-notes", args=[delivery.popup_id]), {"notes": "wants a loan"}, headers=FETCH
    )

    assert Call.objects.get().shown_notes == "wants a loan"
    assert b"saved" in answer.content


def test_notes_that_changed_are_told_to_the_agents_other_tabs(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client, path = client_of(asha), reverse("popup-notes", args=[delivery.popup_id])

    numbers = []
    for notes in ("wants", "wants a loan", "wants a loan"):
        client.post(path, {"notes": notes}, headers=FETCH)
        delivery.refresh_from_db()
        numbers.append(delivery.sequence)

    assert numbers[0] < numbers[1] == numbers[2]


@pytest.mark.parametrize("page", ["popup-disposition", "call-outcome"])
@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"notes": "", "notes_before": ""}, "of another tab"),
        ({"notes": "shown\r\nhere", "notes_before": "shown\nhere"}, "of another tab"),
        ({"notes": "typed here", "notes_before": ""}, "typed here"),
        ({"notes": "", "notes_before": "shown here"}, ""),
        ({"notes": ""}, ""),
    ],
)
def test_form_in_which_nobody_wrote_notes_changes_none(
    page: str, form: dict[str, str], kept: str, show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show(notes="of another tab")
    pk = delivery.popup_id if page == "popup-disposition" else delivery.popup.call_id

    client_of(asha).post(reverse(page, args=[pk]), {"disposition": "Call back", **form}, headers=FETCH)

    call = Call.objects.get()
    assert (call.disposition, call.notes) == ("Call back", kept)


def test_provider_s_notes_do_not_become_the_agents_by_saving(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(provider_notes="from the provider")
    form = {"disposition": "Call back", "notes": "from the provider", "notes_before": "from the provider"}

    client_of(asha).post(reverse("popup-disposition", args=[delivery.popup_id]), form, headers=FETCH)

    assert Call.objects.get().notes == ""


def test_refused_choice_leaves_the_notes_in_their_field(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show(lead=factories.LeadFactory(owner=asha), notes="wants a loan")

    answer = client_of(asha).post(reverse("popup-new-lead", args=[delivery.popup_id]), {"name": "Ravi"}, headers=FETCH)

    assert answer.status_code == 422
    assert "wants a loan</textarea>" in answer.content.decode()


def test_popup_is_acknowledged_once(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client, path = client_of(asha), reverse("popup-ack", args=[delivery.popup_id])

    client.post(path)
    delivery.refresh_from_db()
    first = delivery.acknowledged_at
    client.post(path)

    delivery.refresh_from_db()
    assert first is not None
    assert delivery.acknowledged_at == first
    assert delivery.shown_at == first


def test_popup_in_the_background_is_not_shown_until_somebody_looks(
    show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show()
    client, path = client_of(asha), reverse("popup-ack", args=[delivery.popup_id])

    client.post(path, {"how": "hidden"})
    unseen = PopupDelivery.objects.get()
    client.post(path, {"how": "shown"})
    client.post(path, {"how": "hidden"})
    seen = PopupDelivery.objects.get()

    assert (unseen.shown_at, unseen.acknowledged_at is None) == (None, False)
    assert why_not_shown(unseen) == "the page was in the background"
    assert seen.shown_at is not None
    assert why_not_shown(seen) == ""


@pytest.mark.parametrize(("age_seconds", "reason"), [(1, ""), (60, "no page of the agent was open")])
def test_popup_that_no_page_took_says_so_after_a_while(age_seconds: int, reason: str, show: Show) -> None:
    delivery = show()
    delivery.created_at = timezone.now() - timedelta(seconds=age_seconds)

    assert why_not_shown(delivery) == reason


def test_api_says_why_a_popup_was_not_shown(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    client_of(asha).post(reverse("popup-ack", args=[delivery.popup_id]), {"how": "hidden"})

    row = client_of(asha).get(f"/api/popups/{delivery.popup_id}/").json()["deliveries"][0]

    assert (row["shown_at"], row["not_shown_reason"]) == (None, "the page was in the background")


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


def test_hostile_names_are_shown_as_text(show: Show, asha: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(name='"><script>alert(1)</script>')
    delivery = show(lead=lead, provider_notes="</textarea><script>alert(2)</script>")

    html = client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode()

    assert "<script" not in html


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_form_never_sends_people_elsewhere(target: str, show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()

    answer = client_of(asha).post(reverse("popup-dismiss", args=[delivery.popup_id]), {"next": target})

    assert answer["Location"] == "/"


@pytest.mark.parametrize(("choice", "hours"), [("1h", 1), ("1d", 24), ("7d", 168)])
def test_follow_up_is_kept_and_waits_on_the_console(
    choice: str, hours: int, show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show(lead=factories.LeadFactory(name="Ravi Kumar"), state="ended")
    client, path = client_of(asha), reverse("popup-disposition", args=[delivery.popup_id])

    client.post(path, {"disposition": "Call back", "notes": "", "follow_up": choice}, headers=FETCH)

    call = Call.objects.get()
    assert call.follow_up_at is not None
    assert abs(call.follow_up_at - timezone.now() - timedelta(hours=hours)) < timedelta(minutes=1)
    assert [row.pk for row in client.get("/").context["follow_ups"]] == ([call.pk] if hours <= 24 else [])


def test_follow_up_goes_once_the_customer_was_called(show: Show, asha: Agent, client_of: ClientOf) -> None:
    call = show(follow_up_at=timezone.now()).popup.call
    client = client_of(asha)

    before = client.get("/").context["follow_ups"]
    factories.CallFactory(agent=asha, direction="Outbound", started_at=timezone.now() + timedelta(seconds=1))

    assert before == [call]
    assert client.get("/").context["follow_ups"] == []


@pytest.mark.parametrize(("choice", "is_kept"), [("keep", True), ("", False)])
def test_settled_follow_up_can_be_kept_or_taken_back(
    choice: str, is_kept: bool, show: Show, asha: Agent, client_of: ClientOf
) -> None:
    delivery = show(follow_up_at=timezone.now())
    path = reverse("popup-disposition", args=[delivery.popup_id])

    client_of(asha).post(path, {"disposition": "Call back", "follow_up": choice}, headers=FETCH)

    assert bool(Call.objects.get().follow_up_at) == is_kept


def test_refused_disposition_saves_no_follow_up(show: Show, asha: Agent, client_of: ClientOf) -> None:
    delivery = show()
    path = reverse("popup-disposition", args=[delivery.popup_id])

    client_of(asha).post(path, {"disposition": "", "follow_up": "1h"}, headers=FETCH)

    assert Call.objects.get().follow_up_at is None
