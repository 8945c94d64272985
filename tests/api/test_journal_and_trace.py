"""`journal/` and `calls/<id>/trace/`: for staff, why something is as it is."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from calls.models import Call, StoredEvent
from tests.factories import (
    CallFactory,
    ConnectorFactory,
    JournalEntryFactory,
    OutboundAttemptFactory,
    PopupDeliveryFactory,
)


def stored_event(call: Call, journal_id: int, **values: Any) -> StoredEvent:
    """An event of the call, from that journal entry."""
    defaults: dict[str, Any] = {"kind": "call_log", "fields": {"status": "Answered"}, "fingerprint": f"f{journal_id}"}
    return StoredEvent.objects.create(
        connector=call.connector, call=call, session_key=call.session_key, journal_id=journal_id,
        received_at=timezone.now(), **{**defaults, **values},
    )  # fmt: skip


def test_journal_lists_summaries_and_reads_the_whole_entry(staff_api: APIClient) -> None:
    entry = JournalEntryFactory(
        connector__slug="acme", session_id="s-1", verdict="rejected", reply_status=422, body=b'{"a":"\xff"}',
        query_string="a=1", errors=[{"field": "Status", "message": "Say how the call went."}],
    )  # fmt: skip

    listed = staff_api.get("/api/journal/").json()["results"][0]
    read = staff_api.get(f"/api/journal/{entry.pk}/").json()

    assert "body" not in listed
    assert (listed["connector"], listed["verdict"], listed["reply_status"]) == ("acme", "rejected", 422)
    assert listed["errors"] == [{"field": "Status", "message": "Say how the call went."}]
    assert read["body"] == '{"a":"�"}'
    assert (read["query_string"], read["headers"]) == ("a=1", {"content-type": "application/json"})


def test_journal_filters_and_constant_queries(staff_api: APIClient, django_assert_max_num_queries: Any) -> None:
    JournalEntryFactory.create_batch(5)
    JournalEntryFactory(connector__slug="acme", session_id="s-1", verdict="failed", endpoint="agent-popup")

    for query in ("connector=acme", "session_id=s-1", "verdict=failed", "endpoint=agent-popup"):
        assert len(staff_api.get(f"/api/journal/?{query}").json()["results"]) == 1, query
    with django_assert_max_num_queries(2):  # the token, the entries
        assert len(staff_api.get("/api/journal/").json()["results"]) == 6


def test_trace_tells_events_verdicts_deliveries_and_attempts(staff_api: APIClient) -> None:
    connector = ConnectorFactory()
    call = CallFactory(connector=connector, session_id="s-1")
    accepted = JournalEntryFactory(connector=connector, session_id="s-1")
    rejected = JournalEntryFactory(connector=connector, session_id="s-1", verdict="rejected")
    JournalEntryFactory(session_id="s-1")
    stored_event(call, accepted.pk)
    stored_event(call, 999_999, kind="popup", fields={"status": "Ringing", "tag": "Website"})
    delivery = PopupDeliveryFactory(popup__call=call)
    attempt = OutboundAttemptFactory(request__call=call, request__connector=connector)

    body = staff_api.get(f"/api/calls/{call.pk}/trace/").json()

    assert body["call"]["session_id"] == "s-1"
    assert [event["kind"] for event in body["events"]] == ["call_log", "popup"]
    assert body["events"][0]["fields_sent"] == {"status": "Answered"}
    assert [event["fields_kept"] for event in body["events"]] == [["status"], ["tag"]]
    assert body["events"][0]["journal"]["verdict"] == "processed"
    assert body["events"][1]["journal"] is None
    assert [entry["id"] for entry in body["journal"]] == [accepted.pk, rejected.pk]
    assert [row["agent"]["id"] for row in body["deliveries"]] == [delivery.agent_id]
    assert body["outbound"][0]["attempts"][0]["url"] == attempt.url


def test_trace_costs_the_same_queries_for_one_event_as_for_many(
    staff_api: APIClient, django_assert_max_num_queries: Any
) -> None:
    call = CallFactory()
    for _ in range(10):
        entry = JournalEntryFactory(connector=call.connector, session_id=call.session_id)
        stored_event(call, entry.pk)
        OutboundAttemptFactory(request__call=call)

    with django_assert_max_num_queries(8):  # the token, call, legs, events, journal, deliveries, requests, attempts
        response = staff_api.get(f"/api/calls/{call.pk}/trace/")

    assert len(response.json()["events"]) == 10


def test_unknown_call_has_no_trace(staff_api: APIClient) -> None:
    assert staff_api.get("/api/calls/999999/trace/").status_code == 404
