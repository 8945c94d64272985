"""What an agent writes down in a popup: the disposition, notes, and when to call again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, OutboundRequest, PopupDelivery
from crm.models import Agent
from tests import factories

Show = Callable[..., PopupDelivery]
ClientOf = Callable[..., Client]
FETCH = {"X-Requested-With": "fetch"}


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
