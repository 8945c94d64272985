"""Every action of the administration pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.circuit import note_answer
from calls.models import Call, OutboundRequest
from crm.models import Agent, Lead
from tests import factories
from webhooks.models import JournalEntry, QuarantinedRequest

pytestmark = pytest.mark.django_db

CALL_LOG = (
    b'{"SourceNumber":"+919611795983","DestinationNumber":"+919611795980","DisplayNumber":"+919020897874",'
    b'"StartTime":"2026-08-20 18:26:38","EndTime":"2026-08-20 18:26:50","CallDuration":"12","Status":"Answered",'
    b'"Direction":"Inbound","CallSessionId":"s-1"}'
)


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


def act(browser: Client, model: str, action: str, *rows: Any) -> str:
    """Run the action on the rows; answers what the page then says."""
    response = browser.post(
        reverse(f"admin:{model}_changelist"),
        {"action": action, "_selected_action": [row.pk for row in rows]},
        follow=True,
    )
    return "\n".join(str(message) for message in response.context["messages"])


def test_a_given_up_disposition_is_sent_again_and_a_click_is_not(browser: Client) -> None:
    dead = factories.OutboundRequestFactory(purpose="disposition", status="dead", finished_at=timezone.now())
    click = factories.OutboundRequestFactory(status="failed")

    said = act(browser, "calls_outboundrequest", "send_again", dead, click)

    assert OutboundRequest.objects.get(pk=dead.pk).status == "pending"
    assert OutboundRequest.objects.get(pk=click.pk).status == "failed"
    assert "1 will be sent again." in said
    assert "click-to-call is not sent again" in said


def test_one_click_sends_a_given_up_disposition_again(browser: Client) -> None:
    dead = factories.OutboundRequestFactory(purpose="disposition", status="dead", finished_at=timezone.now())
    listed = browser.get(reverse("admin:calls_outboundrequest_changelist"))
    address = reverse("admin:calls_outboundrequest_send_one_again", args=[dead.pk])

    assert f'formaction="{address}"' in listed.content.decode()
    browser.post(address, follow=True)

    assert OutboundRequest.objects.get(pk=dead.pk).status == "pending"


def test_what_cannot_be_sent_again_has_no_button(browser: Client) -> None:
    factories.OutboundRequestFactory(status="failed")
    factories.OutboundRequestFactory(purpose="disposition", status="succeeded")

    listed = browser.get(reverse("admin:calls_outboundrequest_changelist"))

    assert "formaction" not in listed.content.decode()


def test_a_link_or_a_strangers_form_sends_nothing_again() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    dead = factories.OutboundRequestFactory(purpose="disposition", status="dead", finished_at=timezone.now())
    address = reverse("admin:calls_outboundrequest_send_one_again", args=[dead.pk])

    assert strict.get(address).status_code == 405
    assert strict.post(address).status_code == 403
    assert OutboundRequest.objects.get(pk=dead.pk).status == "dead"


def test_a_supervisor_without_permission_sends_nothing_again(client: Client) -> None:
    client.force_login(factories.UserFactory(is_staff=True))
    dead = factories.OutboundRequestFactory(purpose="disposition", status="dead", finished_at=timezone.now())

    response = client.post(reverse("admin:calls_outboundrequest_send_one_again", args=[dead.pk]))

    assert response.status_code == 403
    assert "formaction" not in client.get(reverse("admin:calls_outboundrequest_changelist")).content.decode()
    assert OutboundRequest.objects.get(pk=dead.pk).status == "dead"


def test_a_card_tells_an_open_circuit_and_what_was_given_up(browser: Client, settings: Any, valkey_url: str) -> None:
    settings.REDIS_URL = valkey_url
    dead = factories.OutboundRequestFactory(purpose="disposition", status="dead", finished_at=timezone.now())
    for _ in range(6):
        note_answer(dead.connector_id, is_answered=False)

    card = browser.get(reverse("admin:connector_outbox", args=[dead.connector_id])).content.decode()
    note_answer(dead.connector_id, is_answered=True)
    mended = browser.get(reverse("admin:connector_outbox", args=[dead.connector_id]) + "?delivery").content.decode()

    assert "6 in a row unanswered" in card
    assert "status__exact=dead" in card
    assert "takes requests" in mended
    assert "Calls today" not in mended


def test_a_card_says_when_nobody_knows_the_circuit(browser: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    connector = factories.ConnectorFactory(rate_limit_per_minute=5)

    card = browser.get(reverse("admin:connector_outbox", args=[connector.pk])).content.decode()

    assert "Redis does not answer" in card
    assert "0 of 5" in card


def test_a_journalled_request_is_read_again(browser: Client) -> None:
    entry = factories.JournalEntryFactory(body=CALL_LOG, verdict="rejected")

    said = act(browser, "webhooks_journalentry", "replay", entry)

    assert "Read again: 1 processed." in said
    assert Call.objects.get().session_id == "s-1"
    assert JournalEntry.objects.get().replayed_at is not None


def test_a_journalled_request_is_read_again_from_its_own_page(browser: Client) -> None:
    entry = factories.JournalEntryFactory(body=CALL_LOG, verdict="rejected", duration_ms=7)
    address = reverse("admin:webhooks_journalentry_replay_one", args=[entry.pk])

    refused = browser.get(address)
    page = browser.post(address, follow=True).content.decode()

    call = Call.objects.get()
    assert refused.status_code == 405
    assert reverse("admin:calls_call_change", args=[call.pk]) in page
    assert "<dt>source number</dt><dd>+919611795983</dd>" in page
    assert "7 ms" in page


def test_a_look_up_is_not_read_as_a_call(browser: Client) -> None:
    entry = factories.JournalEntryFactory(endpoint="call-route", verdict="answered")

    said = act(browser, "webhooks_journalentry", "replay", entry)
    page = browser.get(reverse("admin:webhooks_journalentry_change", args=[entry.pk])).content.decode()

    assert "Read again: 1 answered." in said
    assert JournalEntry.objects.get().verdict == "answered"
    assert "Open in the mapping editor" not in page


def test_a_request_of_the_journal_opens_in_the_mapping_editor(browser: Client) -> None:
    entry = factories.JournalEntryFactory(body=CALL_LOG)

    answer = browser.get(reverse("admin:webhooks_journalentry_open_editor", args=[entry.pk]))

    assert answer["Location"] == f"/admin/mapping-editor/{entry.connector_id}/?request=journal:{entry.pk}"


def test_a_refused_request_that_still_does_not_verify_stays(browser: Client) -> None:
    refused = QuarantinedRequest.objects.create(
        connector=factories.ConnectorFactory(), endpoint="call-log", method="POST", received_at=timezone.now(),
        reason="no token", body=CALL_LOG,
    )  # fmt: skip

    said = act(browser, "webhooks_quarantinedrequest", "release", refused)

    assert "too little of the request was kept" in said
    assert QuarantinedRequest.objects.exists()


@pytest.mark.parametrize(
    ("model", "action", "make"),
    [
        ("calls_outboundrequest", "send_again",
         lambda: factories.OutboundRequestFactory(status="dead", purpose="disposition")),
        ("webhooks_journalentry", "replay", lambda: factories.JournalEntryFactory(body=CALL_LOG)),
        ("connector_config_connector", "clone_selected", factories.ConnectorFactory),
    ],
)  # fmt: skip
def test_a_supervisor_has_no_such_action(client: Client, model: str, action: str, make: Any) -> None:
    client.force_login(factories.UserFactory(is_staff=True))
    row = make()

    page = client.get(reverse(f"admin:{model}_changelist")).content.decode()
    act(client, model, action, row)

    assert f'value="{action}"' not in page
    assert not Call.objects.exists()
    assert not OutboundRequest.objects.filter(status="pending").exists()


@pytest.mark.parametrize(("action", "is_on_duty"), [("set_on_duty", True), ("set_off_duty", False)])
def test_agents_are_set_on_and_off_duty(browser: Client, action: str, is_on_duty: bool) -> None:
    agent = factories.AgentFactory(is_on_duty=not is_on_duty)

    act(browser, "crm_agent", action, agent)

    assert Agent.objects.get().is_on_duty is is_on_duty


def test_leads_are_uploaded_and_bad_rows_told(browser: Client) -> None:
    file = SimpleUploadedFile("leads.csv", b"name,phone\nRavi,+919611795983\nBad,12\n")

    page = browser.post(reverse("admin:crm_lead_upload"), {"file": file}).content.decode()

    assert Lead.objects.get().name == "Ravi"
    assert "1 leads created" in page
    assert "Line 3: &#x27;12&#x27; is no telephone number" in page


def test_an_upload_without_usable_heading_is_refused_in_words(browser: Client) -> None:
    file = SimpleUploadedFile("leads.csv", b"nonsense\n")

    page = browser.post(reverse("admin:crm_lead_upload"), {"file": file}).content.decode()

    assert "The first line must name the columns" in page


def test_a_supervisor_uploads_nothing(client: Client) -> None:
    client.force_login(factories.UserFactory(is_staff=True))

    assert client.post(reverse("admin:crm_lead_upload"), {}).status_code == 403


def test_two_leads_are_compared_to_be_merged_and_no_other_number_of_them(browser: Client) -> None:
    older, newer, third = (factories.LeadFactory() for _ in range(3))
    rows = [newer.pk, older.pk]

    answer = browser.post(
        reverse("admin:crm_lead_changelist"), {"action": "merge_two", "_selected_action": rows}, follow=True
    )

    assert answer.redirect_chain[-1][0] == f"/leads/{older.pk}/merge/?other={newer.pk}"
    assert answer.status_code == 200
    assert "exactly two" in act(browser, "crm_lead", "merge_two", older, newer, third)


def test_a_connector_is_deleted_with_its_calls_which_are_counted_before(browser: Client) -> None:
    popup = factories.PopupDeliveryFactory().popup
    connector = popup.call.connector
    factories.JournalEntryFactory(connector=connector)
    factories.VirtualNumberFactory(connector=connector)
    other = factories.CallFactory()
    address = reverse("admin:connector_config_connector_delete", args=[connector.pk])

    page = " ".join(browser.get(address).content.decode().split())
    browser.post(address, {"post": "yes"})

    for lost in ("calls: 1", "popups: 2", "requests received: 1", "virtual numbers: 1"):
        assert lost in page.lower()
    assert list(Call.objects.all()) == [other]
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("model", ["crm_agent", "auth_user"])
def test_an_agent_who_had_popups_is_deleted_and_the_calls_stay(browser: Client, model: str) -> None:
    delivery = factories.PopupDeliveryFactory()
    pk = delivery.agent.pk if model == "crm_agent" else delivery.agent.user_id

    browser.post(reverse(f"admin:{model}_delete", args=[pk]), {"post": "yes"})

    assert not Agent.objects.exists()
    assert Call.objects.count() == 1
