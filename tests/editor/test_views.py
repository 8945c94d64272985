"""The editor's page and its answers: who may, what a preview shows, what is saved, and what hostile input does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from calls.models import Call, Popup, StoredEvent
from connector_config.models import Connector
from crm.models import Lead
from tests import factories
from tests.editor.conftest import ODD_BODY, Ask, document_of
from webhooks.models import JournalEntry, QuarantinedRequest

pytestmark = pytest.mark.django_db
CALL_LOG = {
    "SourceNumber": "+919611795983", "DestinationNumber": "+919611795980", "DisplayNumber": "+919020897874",
    "StartTime": "2026-08-20 18:26:38", "EndTime": "2026-08-20 18:26:50", "CallDuration": "12", "Status": "Answered",
    "Direction": "Inbound", "CallSessionId": "s-1",
}  # fmt: skip


def pasted(body: object, **parts: str) -> dict[str, str]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"method": "POST", "endpoint": "events", "content_type": "application/json", "body": text, **parts}


def staff(*permissions: str) -> Client:
    user = factories.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


NAMES = ["", "-preview", "-start", "-save", "-restore"]


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_is_sent_to_the_login_page(connector: Connector, name: str) -> None:
    answer = Client().post(reverse(f"mapping-editor{name}", args=[connector.pk]))

    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


@pytest.mark.parametrize("name", NAMES)
def test_staff_without_the_change_permission_are_refused(connector: Connector, name: str) -> None:
    answer = staff("view_connector").post(reverse(f"mapping-editor{name}", args=[connector.pk]))

    assert answer.status_code == 403


def test_posting_needs_the_csrf_token(connector: Connector) -> None:
    user = factories.UserFactory(is_staff=True, is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    answer = client.post(reverse("mapping-editor-save", args=[connector.pk]), "{}", content_type="application/json")

    assert answer.status_code == 403


def test_the_page_lists_requests_newest_first(administrator: Client, entry: JournalEntry) -> None:
    later = factories.JournalEntryFactory(connector=entry.connector, endpoint="agent-popup")
    factories.JournalEntryFactory(endpoint="call-log")

    page = administrator.get(reverse("mapping-editor", args=[entry.connector_id]))

    assert [one.value for one in page.context["recent"]] == [f"journal:{later.pk}", f"journal:{entry.pk}"]
    assert "Start from this request" in page.text


def test_refused_requests_are_shown_by_choice(administrator: Client, connector: Connector, ask: Ask) -> None:
    refused = QuarantinedRequest.objects.create(
        connector=connector, endpoint="events", method="POST", content_type="application/json",
        body=json.dumps(CALL_LOG).encode(), received_at=connector.created_at, reason="no token",
    )  # fmt: skip
    url = reverse("mapping-editor", args=[connector.pk])

    hidden, shown = administrator.get(url).text, administrator.get(url, {"refused": "1"}).text

    assert (f"refused:{refused.pk}" in hidden, f"refused:{refused.pk}" in shown) == (False, True)
    assert ask("preview", sample=f"refused:{refused.pk}")["rule"] == "call log"


def test_without_requests_the_page_says_where_to_send_one(administrator: Client, connector: Connector) -> None:
    page = administrator.get(reverse("mapping-editor", args=[connector.pk]))

    assert "No request has come yet" in page.text
    assert f"/hooks/{connector.hook_key}/events" in page.text


def test_a_stored_mapping_that_cannot_run_still_opens(administrator: Client, connector: Connector, ask: Ask) -> None:
    Connector.objects.filter(pk=connector.pk).update(mapping={"rules": [{"name": "x", "kind": "nonsense"}]})
    connector.refresh_from_db()

    page = administrator.get(reverse("mapping-editor", args=[connector.pk]))

    assert page.status_code == 200
    assert ask("preview", document=document_of(connector))["errors"][0]["path"] == "rules[0].kind"


def test_a_preview_shows_the_record_the_lead_and_the_popup_and_writes_nothing(connector: Connector, ask: Ask) -> None:
    agent = factories.AgentFactory(name="Asha Rao", phones=["+919611795980"])
    factories.LeadFactory(name="Ravi Kumar", phones=["+919611795983"], owner=agent)
    body = {**CALL_LOG, "Status": "Ringing"}

    answer = ask("preview", sample=pasted(body, endpoint="agent-popup"))

    assert answer["rule"] == "agent popup"
    assert answer["fields"]["status"]["shown"] == "Ringing"
    for words in ("Ravi Kumar", "Shown to Asha Rao", "Website"):
        assert words in answer["result"]
    assert 'data-path="SourceNumber"' in answer["tree"]
    assert (Call.objects.count(), Popup.objects.count(), StoredEvent.objects.count(), Lead.objects.count()) == (
        0,
        0,
        0,
        1,
    )


def test_a_preview_says_that_a_new_lead_would_be_made(ask: Ask) -> None:
    answer = ask("preview", sample=pasted(CALL_LOG))

    assert "a new lead is made" in answer["result"]
    assert Lead.objects.count() == 0


def test_faults_of_the_request_stand_at_their_standard_field(ask: Ask, entry: JournalEntry) -> None:
    answer = ask("preview", sample=f"journal:{entry.pk}")

    assert answer["fields"]["direction"]["error"] == "is missing"
    assert answer["fields"]["source_number"]["error"] == "is missing"


def test_faults_of_the_mapping_carry_their_path(connector: Connector, ask: Ask) -> None:
    document = document_of(connector)
    document["rules"].insert(0, {"name": "x", "kind": "popup", "when": "a ==", "fields": {"status": {"from": "[["}}})

    answer = ask("preview", document=document, sample=pasted(CALL_LOG))

    assert [error["path"] for error in answer["errors"]] == ["rules[0].fields.status.from", "rules[0].when"]
    assert all("click the field in the request" in error["message"] for error in answer["errors"])
    assert "tree" not in answer


def test_records_can_be_paged(connector: Connector, ask: Ask) -> None:
    document = {**document_of(connector), "records": "calls"}
    sample = pasted({"calls": [CALL_LOG, {**CALL_LOG, "CallSessionId": "s-2"}]})

    answer = ask("preview", document=document, sample=sample, record=1)

    assert (answer["count"], answer["index"], answer["fields"]["session_id"]["shown"]) == (2, 1, "s-2")
    assert 'data-body-path="calls[1].CallSessionId"' in answer["tree"]


def test_values_of_a_request_are_escaped_in_the_tree(ask: Ask) -> None:
    answer = ask("preview", sample=pasted({"<b>x": "<script>alert(1)</script>", '"q"': "'\"&"}))

    assert "<script>" not in answer["tree"]
    assert "<b>" not in answer["tree"]


@pytest.mark.parametrize(
    "sample",
    [
        "journal:0", "journal:-1", "journal:" + "9" * 40, "journal:x", "nothing", 7, [], "refused:99",
        pasted(CALL_LOG, method="DELETE"), pasted(CALL_LOG, endpoint="../admin"), pasted("{broken"), pasted(""),
        pasted("[" * 100 + "]" * 100), pasted("x" * 1_000_001),
    ],
)  # fmt: skip
def test_a_bad_sample_is_refused_in_words(ask: Ask, sample: object) -> None:
    assert ask("preview", sample=sample)["error"]


def test_a_request_of_another_connector_is_out_of_reach(ask: Ask) -> None:
    other = factories.JournalEntryFactory(body=b'{"secret": 1}')

    assert "not in the journal" in ask("preview", sample=f"journal:{other.pk}")["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nothing", b"[]", b"{}{}", b'{"document": []}', b'{"document": "x"}', b"\xff\xfe\x00",
        b'{"document": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
        b'{"document": {"zone": "\\u0000"}}', b'{"document": {"zone": "\\ud800"}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_hostile_body_is_a_400(administrator: Client, connector: Connector, body: bytes) -> None:
    for name in ("preview", "start", "save"):
        url = reverse(f"mapping-editor-{name}", args=[connector.pk])

        answer = administrator.post(url, body, content_type="application/json")

        assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


DOCUMENTS: list[dict[str, Any]] = [
    {}, {"rules": 7}, {"rules": []}, {"rules": [7]}, {"rules": [{}]}, {"rules": [{"name": [], "kind": {}}]},
    {"fields": []}, {"tables": {"a": 1}}, {"bindings": {"a": None}}, {"records": 5}, {"zone": {}}, {"unknown": 1},
    {"rules": [{"name": "x", "kind": "popup", "fields": {"nonsense": "a"}}]},
    {"rules": [{"name": "x", "kind": "popup", "fields": {"status": {"from": "a", "table": {"1": "Nonsense"}}}}]},
    {"rules": [{"name": "x", "kind": "popup"}] * 60},
    {"rules": [{"name": "x", "kind": "popup", "fields": {"direction": {"default": {}}}}]},
]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_cannot_run_is_answered_with_its_faults_and_not_saved(
    connector: Connector, ask: Ask, document: dict[str, Any]
) -> None:
    assert ask("preview", document=document, sample=pasted(CALL_LOG))["errors"]
    assert ask("save", document=document)["errors"]

    connector.refresh_from_db()
    assert connector.mapping == {}


def test_a_pasted_request_cannot_be_replayed(connector: Connector, ask: Ask) -> None:
    answer = ask("save", sample=pasted(ODD_BODY), replay=True)

    assert "Only a request of the journal" in answer["error"]
