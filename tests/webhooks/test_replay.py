"""Replay, quarantine, recovery and retention of journalled requests."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from calls.models import Call, OutboundRequest, Popup, PopupDelivery, StoredEvent
from calls.services.closing import close_calls_that_never_ended
from connector_config.models import Connector
from connector_config.services.saving import touch_connector
from connector_config.verification import VerificationError
from tests.factories import AgentFactory, AgentMappingFactory, ConnectorFactory
from tests.webhooks.test_call_log import SAMPLE, post
from webhooks.models import JournalEntry, QuarantinedRequest
from webhooks.recovery import finish_received_entries
from webhooks.replay import release_from_quarantine, replay_entry
from webhooks.retention import thin_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def connector() -> Connector:
    return ConnectorFactory.create(time_zone="Asia/Kolkata", default_country="IN")


def change(connector: Connector, **columns: Any) -> None:
    Connector.objects.filter(pk=connector.pk).update(**columns)
    touch_connector(connector.pk)


def test_replay_after_a_mended_time_zone_moves_the_call(connector: Connector) -> None:
    post(connector, SAMPLE)
    before = Call.objects.get()
    change(connector, time_zone="UTC")

    verdict = replay_entry(JournalEntry.objects.get())

    call = Call.objects.get()
    assert verdict == "processed"
    assert call.pk == before.pk
    assert call.started_at is not None
    assert call.started_at.isoformat() == "2015-08-20T18:26:38+00:00"
    assert StoredEvent.objects.count() == 1


def test_replay_of_a_rejected_request_makes_its_call(connector: Connector) -> None:
    log = {key: value for key, value in SAMPLE.items() if key != "Direction"}
    assert post(connector, {**log, "Way": "In"}).status_code == 422
    change(connector, mapping={"fields": {"direction": "Way"}})

    verdict = replay_entry(JournalEntry.objects.get())

    assert verdict == "processed"
    assert Call.objects.get().direction == "Inbound"


def test_replay_shows_no_popup_and_keeps_what_people_entered(connector: Connector) -> None:
    agent = AgentFactory()
    AgentMappingFactory(connector=connector, agent=agent, provider_agent_id="5071")
    popup = {
        "SourceNumber": "+919611795983", "DestinationNumber": "5071", "DisplayNumber": "1", "Direction": "Inbound",
        "Status": "Ringing", "CallSessionId": "s",
    }  # fmt: skip
    post(connector, popup, endpoint="agent-popup")
    Call.objects.update(disposition="Interested", notes="mine")
    sequences = list(PopupDelivery.objects.values_list("state", flat=True))

    replay_entry(JournalEntry.objects.get())
    Popup.objects.all().delete()
    replay_entry(JournalEntry.objects.get())

    call = Call.objects.get()
    assert sequences == ["ringing"]
    assert (call.disposition, call.notes) == ("Interested", "mine")
    assert not Popup.objects.exists()
    assert not OutboundRequest.objects.exists()


def test_replay_under_another_session_id_leaves_no_empty_call(connector: Connector) -> None:
    post(connector, {**SAMPLE, "OtherId": "x-9"})
    change(connector, mapping={"fields": {"session_id": "OtherId"}})

    replay_entry(JournalEntry.objects.get())

    assert Call.objects.get().session_id == "x-9"


def test_replay_command_takes_a_range_and_a_verdict(connector: Connector) -> None:
    post(connector, SAMPLE)
    post(connector, {})
    out = StringIO()

    call_command("replay", "--connector", connector.slug, "--since", "2020-01-01", "--status", "rejected", stdout=out)

    assert out.getvalue().strip() == "1 requests replayed: 1 rejected."
    with pytest.raises(CommandError, match="--since"):
        call_command("replay", "--connector", connector.slug, "--since", "soon")
    with pytest.raises(CommandError, match="no connector"):
        call_command("replay", "--connector", "nobody", "--since", "2020-01-01")


def test_refused_request_is_kept_and_released_once_the_secret_is_right(connector: Connector) -> None:
    change(
        connector,
        verification_scheme="token",
        verification_settings={"location": "header", "name": "X-Token"},
        verification_secrets={"secret": "wrong-secret-1"},
    )
    url = f"/hooks/{connector.hook_key}/call-log"

    refused = Client().post(url, json.dumps(SAMPLE), content_type="application/json", headers={"X-Token": "right-one"})

    assert refused.status_code == 401
    assert not JournalEntry.objects.exists()
    kept = QuarantinedRequest.objects.get()
    with pytest.raises(VerificationError):
        release_from_quarantine(kept)
    change(connector, verification_secrets={"secret": "right-one"})
    release_from_quarantine(kept)
    assert Call.objects.count() == 1
    assert not QuarantinedRequest.objects.exists()


def test_secret_stands_neither_in_journal_nor_in_the_answer(connector: Connector) -> None:
    change(
        connector,
        verification_scheme="token",
        verification_settings={"location": "body", "name": "token"},
        verification_secrets={"secret": "s3cret-token"},
    )

    accepted = post(connector, {**SAMPLE, "token": "s3cret-token"})
    refused = post(connector, {**SAMPLE, "token": "s3cret-tokem"})

    assert (accepted.status_code, refused.status_code) == (200, 401)
    entry = JournalEntry.objects.get()
    assert b"s3cret-token" not in bytes(entry.body)
    assert b"s3cret" not in refused.content


@pytest.mark.parametrize("location", ["query", "body"])
def test_secret_is_in_no_record_however_it_was_written(connector: Connector, location: str) -> None:
    secret = 'ab+c/d=e "f=='
    change(
        connector,
        verification_scheme="token",
        verification_settings={"location": location, "name": "token"},
        verification_secrets={"secret": secret},
    )
    url, other = f"/hooks/{connector.hook_key}/call-log", json.dumps(SAMPLE)
    written = json.dumps({**SAMPLE, "token": secret}).replace("/", r"\/").replace("+", r"\u002B")
    query = {"token": secret}

    if location == "query":
        answers = [Client().post(f"{url}?{urlencode(query)}", other, content_type="application/json")]
    else:
        answers = [
            Client().post(url, written, content_type="application/json"),
            Client().post(url, urlencode({**SAMPLE, **query}), content_type="application/x-www-form-urlencoded"),
        ]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    for entry in JournalEntry.objects.all():
        kept = entry.query_string + bytes(entry.body).decode()
        assert "********" in kept
        assert not any(piece in kept for piece in ("ab+", "ab%2B", "ab\\u002B", "f=="))


def test_secret_of_digits_leaves_the_numbers_that_a_replay_needs(connector: Connector) -> None:
    change(connector, verification_scheme="basic", verification_settings={"username": "u"})
    change(connector, verification_secrets={"secret": "96117"})
    credentials = base64.b64encode(b"u:96117").decode()

    Client().post(
        f"/hooks/{connector.hook_key}/call-log",
        json.dumps(SAMPLE),
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )

    assert json.loads(bytes(JournalEntry.objects.get().body)) == SAMPLE


def test_refused_token_is_not_readable_and_still_lets_the_request_in_later(connector: Connector) -> None:
    change(
        connector,
        verification_scheme="token",
        verification_settings={"location": "body", "name": "token"},
        verification_secrets={"secret": "mistyped-by-us"},
    )

    post(connector, {**SAMPLE, "token": "the-providers-own"})

    kept = QuarantinedRequest.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM webhooks_quarantinedrequest")
        stored = str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in cursor.fetchone()])
    assert "the-providers-own" not in stored
    change(connector, verification_secrets={"secret": "the-providers-own"})
    release_from_quarantine(kept)
    assert Call.objects.count() == 1


def test_kept_but_unfinished_requests_are_worked_on_later(connector: Connector) -> None:
    post(connector, SAMPLE)
    Call.objects.all().delete()
    JournalEntry.objects.update(verdict="received", received_at=timezone.now() - timedelta(minutes=3))

    assert finish_received_entries() == 1

    assert Call.objects.count() == 1
    assert JournalEntry.objects.get().verdict == "processed"


def test_old_journal_rows_go_and_failed_ones_stay(connector: Connector) -> None:
    for _ in range(3):
        post(connector, SAMPLE)
    first, second, _ = JournalEntry.objects.order_by("pk")
    old = timezone.now() - timedelta(days=100)
    JournalEntry.objects.filter(pk__in=[first.pk, second.pk]).update(received_at=old)
    JournalEntry.objects.filter(pk=second.pk).update(verdict="failed")

    assert thin_out() == 1

    assert JournalEntry.objects.count() == 2
    assert Call.objects.count() == 1


def test_call_that_never_ended_is_closed_and_a_late_log_takes_it_back(connector: Connector) -> None:
    ringing = {**SAMPLE, "Status": "Ringing", "EndTime": "", "CallDuration": "", "DestinationNumber": "5071"}
    AgentMappingFactory(connector=connector, agent=AgentFactory(), provider_agent_id="5071")
    post(connector, ringing, endpoint="agent-popup")
    Call.objects.update(received_at=timezone.now() - timedelta(hours=5))

    assert close_calls_that_never_ended() == 1

    call = Call.objects.get()
    assert (call.status, call.is_over) == ("Unknown", True)
    assert "never_ended" in call.flags
    assert PopupDelivery.objects.get().state == "ended"
    post(connector, SAMPLE)
    call.refresh_from_db()
    assert call.status == "Answered"
    assert "never_ended" not in call.flags


def test_a_signed_delivery_that_comes_again_does_its_work_once(connector: Connector) -> None:
    change(
        connector,
        verification_scheme="hmac",
        verification_settings={"header": "X-Signature", "nonce_header": "X-Nonce", "template": "{nonce}.{body}"},
        verification_secrets={"secret": "s3cret-key"},
    )

    def deliver(body: str, query: str = "") -> int:
        signature = hmac.new(b"s3cret-key", f"n-1.{body}".encode(), "sha256").hexdigest()
        headers = {"X-Signature": signature, "X-Nonce": "n-1"}
        url = f"/hooks/{connector.hook_key}/call-log{query}"
        return Client().post(url, body, content_type="application/json", headers=headers).status_code

    first, again = deliver(json.dumps(SAMPLE)), deliver(json.dumps(SAMPLE), "?AgentEmail=stranger@example.com")
    other = deliver(json.dumps({**SAMPLE, "CallSessionId": "other"}))

    assert (first, again, other) == (200, 200, 200)
    # Signed as well, so it is the sender who was careless with the nonce: what was accepted is not dropped.
    assert sorted(Call.objects.values_list("session_id", flat=True)) == sorted([SAMPLE["CallSessionId"], "other"])
    assert JournalEntry.objects.count() == StoredEvent.objects.count() == 2


def signed_post(connector: Connector, endpoint: str, body: dict[str, Any]) -> Any:
    """A request by the scheme Standard Webhooks; every one has the same id and time."""
    content, now = json.dumps(body).encode(), str(int(timezone.now().timestamp()))
    digest = hmac.new(b"key", f"msg_1.{now}.".encode() + content, "sha256").digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    headers = {"webhook-id": "msg_1", "webhook-timestamp": now, "webhook-signature": signature}
    url = f"/hooks/{connector.hook_key}/{endpoint}"
    return Client().post(url, content, content_type="application/json", headers=headers)


@pytest.fixture
def signing_connector(connector: Connector) -> Connector:
    change(connector, verification_scheme="standard_webhooks")
    change(connector, verification_secrets={"secret": base64.b64encode(b"key").decode()})
    return connector


@time_machine.travel("2026-01-05T10:00:00Z", tick=False)
def test_message_that_goes_to_two_hooks_does_its_work_at_both(signing_connector: Connector) -> None:
    answers = [signed_post(signing_connector, endpoint, SAMPLE) for endpoint in ("agent-popup", "call-log", "call-log")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert sorted(StoredEvent.objects.values_list("kind", flat=True)) == ["call_log", "popup"]


@time_machine.travel("2026-01-05T10:00:00Z", tick=False)
def test_repetition_of_a_rejected_delivery_is_read_again(signing_connector: Connector) -> None:
    log = {key: value for key, value in SAMPLE.items() if key != "Direction"} | {"Way": "In"}

    rejected = [signed_post(signing_connector, "call-log", log).status_code for _ in range(2)]
    change(signing_connector, mapping={"fields": {"direction": "Way"}})
    accepted = signed_post(signing_connector, "call-log", log)

    assert rejected == [422, 422]
    assert accepted.status_code == 200
    assert Call.objects.count() == 1
    assert JournalEntry.objects.get().verdict == "processed"
