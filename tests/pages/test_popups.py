"""Popups as fragments and pages: who sees them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.models import PopupDelivery
from calls.presentation import why_not_shown
from crm.models import Agent
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
