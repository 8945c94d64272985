"""The call-log hook from outside: what providers send, what they are answered, what is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from calls.models import Call, StoredEvent
from calls.selectors import calls_of_thread
from connector_config.models import Connector
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory, VirtualNumberFactory
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db

SAMPLE: dict[str, Any] = {
    "SourceNumber": "+919611795983",
    "DestinationNumber": "+919611795980",
    "DisplayNumber": "+919020897874",
    "StartTime": "2015-08-20 18:26:38",
    "EndTime": "2015-08-20 18:26:50",
    "CallDuration": "12",
    "Status": "Answered",
    "CallNotes": "Enquired about product",
    "ResourceURL": "https://server/filename.mp3",
    "Direction": "Inbound",
    "CallSessionId": "080673309211440075398",
}


@pytest.fixture
def connector() -> Connector:
    connector = ConnectorFactory.create(time_zone="Asia/Kolkata", default_country="IN")
    VirtualNumberFactory(connector=connector, number="+919020897874", tag="Website")
    return connector


def post(connector: Connector, body: Any, *, endpoint: str = "call-log", **extra: Any) -> Any:
    client = Client(enforce_csrf_checks=True)
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(
        f"/hooks/{connector.hook_key}/{endpoint}", content, **({"content_type": "application/json"} | extra)
    )


def test_sample_becomes_a_call_of_its_lead_and_agent(connector: Connector) -> None:
    agent = AgentFactory(phones=["+919611795980"])
    lead = LeadFactory(phones=["+912261234567", "+919611795983"])

    response = post(connector, SAMPLE)

    assert response.status_code == 200
    assert response.json() == {"Status": "Success", "Message": "Phone Call Logged Successfully"}
    call = Call.objects.get()
    assert (call.lead, call.agent) == (lead, agent)
    assert call.status == "Answered"
    assert call.direction == "Inbound"
    assert call.duration_seconds == 12
    assert call.started_at is not None
    assert call.started_at.isoformat() == "2015-08-20T12:56:38+00:00"
    assert call.recording_url == "https://server/filename.mp3"
    assert call.shown_notes == "Enquired about product"
    assert call.flags == []
    assert JournalEntry.objects.get().verdict == "processed"


def test_the_same_log_again_changes_nothing(connector: Connector) -> None:
    for _ in range(3):
        assert post(connector, SAMPLE).status_code == 200

    assert Call.objects.count() == 1
    assert StoredEvent.objects.count() == 1
    assert JournalEntry.objects.filter(verdict="processed").count() == 3


def test_a_later_recording_fills_in_and_an_empty_field_erases_nothing(connector: Connector) -> None:
    post(connector, {**SAMPLE, "ResourceURL": ""})

    post(connector, {"CallSessionId": SAMPLE["CallSessionId"], "ResourceURL": "https://server/late.mp3"})
    post(connector, {**SAMPLE, "ResourceURL": "", "CallNotes": ""})

    call = Call.objects.get()
    assert call.recording_url == "https://server/late.mp3"
    assert call.shown_notes == "Enquired about product"
    assert call.duration_seconds == 12


def test_recording_before_the_log_waits_for_it(connector: Connector) -> None:
    post(connector, {"CallSessionId": SAMPLE["CallSessionId"], "ResourceURL": "https://server/late.mp3"})
    waiting = Call.objects.get()
    assert waiting.flags == ["awaiting_call_log"]

    post(connector, {**SAMPLE, "ResourceURL": ""})

    call = Call.objects.get()
    assert call.pk == waiting.pk
    assert call.recording_url == "https://server/late.mp3"
    assert call.status == "Answered"
    assert call.flags == ["agent_unknown"]


def test_bad_number_unknown_did_and_unknown_agent_are_kept_and_flagged(connector: Connector) -> None:
    body = {**SAMPLE, "SourceNumber": "abc12", "DestinationNumber": "9999", "DisplayNumber": "+911111111111"}

    response = post(connector, body)

    assert response.status_code == 200
    call = Call.objects.get()
    assert set(call.flags) == {"number_unreadable", "virtual_number_unknown", "agent_unknown"}
    assert call.source_number == "abc12"


def test_wrong_body_names_every_bad_field_and_is_kept(connector: Connector) -> None:
    response = post(connector, {"StartTime": "yesterday", "CallDuration": "long", "Direction": "sideways"})

    assert response.status_code == 422
    errors = {error["field"] for error in response.json()["Errors"]}
    assert errors >= {"StartTime", "CallDuration", "Direction", "DisplayNumber", "EndTime", "Status"}
    entry = JournalEntry.objects.get()
    assert entry.verdict == "rejected"
    assert {error["field"] for error in entry.errors} == errors


def test_broken_json_is_400_and_kept(connector: Connector) -> None:
    response = post(connector, '{"SourceNumber": ')

    assert response.status_code == 400
    assert response.json()["Status"] == "Error"
    assert bytes(JournalEntry.objects.get().body) == b'{"SourceNumber": '


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", json.dumps(SAMPLE)),
        ("application/x-www-form-urlencoded", json.dumps(SAMPLE)),
        ("application/x-www-form-urlencoded", "&".join(f"{key}={value}" for key, value in SAMPLE.items())),
    ],
)
def test_any_content_type_is_read(connector: Connector, content_type: str, body: str) -> None:
    response = post(connector, body, content_type=content_type)

    assert response.status_code == 200
    assert Call.objects.get().customer_number_e164 == "+919611795983"


def test_get_with_a_query_is_an_event_and_without_one_a_probe(connector: Connector) -> None:
    url = f"/hooks/{connector.hook_key}/call-log/"

    probes = [Client().get(url).status_code, Client().head(url).status_code]
    event = Client().get(url, SAMPLE)

    assert probes == [200, 200]
    assert event.status_code == 200
    assert JournalEntry.objects.count() == Call.objects.count() == 1


def test_unknown_and_disabled_hooks_are_404(connector: Connector) -> None:
    disabled = ConnectorFactory(is_enabled=False)

    assert Client().post(f"/hooks/{'x' * 43}/call-log", "{}", content_type="application/json").status_code == 404
    assert post(disabled, SAMPLE).status_code == 404
    assert not JournalEntry.objects.exists()


def test_too_large_a_body_is_413(connector: Connector) -> None:
    assert post(connector, {"CallNotes": "x" * 1_100_000}).status_code == 413
    assert post(connector, {"CallNotes": "x" * 3_100_000}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/1/api/Telephony/LogCallComplete/ORG12345/{key}",
        "/1/API/telephony/logcallcomplete/{key}/5b6d4f3e-0c6a-4e68-9b55-3f0b0d1a2c3d",
        "/1/api/Telephony/LogCallComplete/ORG12345/{key}/5b6d4f3e-0c6a-4e68-9b55-3f0b0d1a2c3d/",
    ],
)
def test_leadsquared_urls_reach_the_same_hook(connector: Connector, path: str) -> None:
    url = path.format(key=connector.hook_key)

    response = Client().post(url, json.dumps(SAMPLE), content_type="application/json")

    assert response.status_code == 200
    assert Call.objects.count() == 1


def test_unknown_inbound_caller_becomes_a_lead_once(connector: Connector) -> None:
    agent = AgentFactory(phones=["+919611795980"])

    post(connector, {**SAMPLE, "CallerName": "Meera Iyer"})
    post(connector, {**SAMPLE, "CallSessionId": "other", "StartTime": "2015-08-20 19:00:00"})

    leads = {call.lead for call in Call.objects.all()}
    assert len(leads) == 1
    lead = leads.pop()
    assert lead is not None
    assert (lead.name, lead.source, lead.origin, lead.owner) == ("Meera Iyer", "Inbound Phone Call", "Website", agent)


def test_a_new_lead_has_what_the_provider_told_of_the_caller(connector: Connector) -> None:
    told = {"CallerCity": "Pune", "CallerState": "MH", "CallerCountry": "India", "CallerZipCode": "4" * 30}

    post(connector, {**SAMPLE, **told})

    lead = Call.objects.get().lead
    assert lead is not None
    assert (lead.name, lead.city, lead.state, lead.country, lead.zip_code) == ("", "Pune", "MH", "India", "4" * 20)


def test_own_numbers_make_no_lead(connector: Connector) -> None:
    AgentFactory(phones=["+919611795980"])

    post(connector, {**SAMPLE, "SourceNumber": "+919611795980", "DestinationNumber": "101"})
    post(connector, {**SAMPLE, "CallSessionId": "2", "SourceNumber": "anonymous"})
    post(connector, {**SAMPLE, "CallSessionId": "3", "SourceNumber": "+919020897874"})

    assert Call.objects.filter(lead=None).count() == 3


def test_reused_session_id_makes_a_second_flagged_call(connector: Connector) -> None:
    post(connector, SAMPLE)
    post(connector, {**SAMPLE, "StartTime": "2015-08-20 19:26:38", "EndTime": "2015-08-20 19:26:50"})
    post(connector, {**SAMPLE, "SourceNumber": "+919611795984"})

    flags = [call.flags for call in Call.objects.order_by("pk")]
    assert len(flags) == 3
    assert sum("session_id_reused" in one for one in flags) == 2


def test_without_session_id_equal_logs_are_one_and_different_durations_two(connector: Connector) -> None:
    body = {key: value for key, value in SAMPLE.items() if key != "CallSessionId"}

    post(connector, body)
    post(connector, body)
    post(connector, {**body, "CallDuration": "13"})

    assert Call.objects.count() == 2
    assert all("session_id_inferred" in call.flags for call in Call.objects.all())


def test_legs_with_a_parent_id_are_one_thread() -> None:
    connector = ConnectorFactory.create(mapping={"fields": {"parent_session_id": "ParentId"}})
    for session, parent in (("a", ""), ("b", "a"), ("c", "a"), ("d", ""), ("e", "x")):
        assert post(connector, {**SAMPLE, "CallSessionId": session, "ParentId": parent}).status_code == 200

    threads = {call.session_id: {other.session_id for other in calls_of_thread(call)} for call in Call.objects.all()}

    assert threads == {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}, "d": set(), "e": set()}


@pytest.mark.parametrize("is_recording_first", [True, False])
def test_recording_of_a_conversation_is_that_of_its_legs(is_recording_first: bool) -> None:
    connector = ConnectorFactory.create(mapping={"fields": {"parent_session_id": "ParentId"}})
    recording = {"CallSessionId": "conversation", "ResourceURL": "https://server/late.mp3"}
    own = {**SAMPLE, "CallSessionId": "b", "ResourceURL": "https://server/own.mp3", "ParentId": "conversation"}
    legs = [{**SAMPLE, "CallSessionId": "a", "ResourceURL": "", "ParentId": "conversation"}, own]
    other = {**SAMPLE, "CallSessionId": "c", "ResourceURL": "", "ParentId": "another"}

    for body in [recording, *legs, other] if is_recording_first else [*legs, other, recording]:
        assert post(connector, body).status_code == 200

    recordings = dict(Call.objects.exclude(session_id="conversation").values_list("session_id", "recording_url"))
    assert recordings == {"a": "https://server/late.mp3", "b": "https://server/own.mp3", "c": ""}


def test_legs_follow_when_the_recording_of_their_conversation_moves() -> None:
    connector = ConnectorFactory.create(mapping={"fields": {"parent_session_id": "ParentId"}})
    post(connector, {**SAMPLE, "CallSessionId": "a", "ResourceURL": "", "ParentId": "conversation"})
    post(connector, {"CallSessionId": "conversation", "ResourceURL": "https://server/1.mp3"})
    post(connector, {"CallSessionId": "conversation", "ResourceURL": "https://server/2.mp3", "CallDuration": "9"})

    post(connector, {**SAMPLE, "CallSessionId": "a", "ResourceURL": "", "ParentId": "conversation", "Tag": "again"})

    assert set(Call.objects.values_list("recording_url", flat=True)) == {"https://server/2.mp3"}
