"""Sending on the wire: what is sent, what the answers mean, what is recorded."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.dispatch import dispatch
from calls.models import OutboundAttempt, OutboundRequest
from calls.retry_schedule import MAXIMUM_ATTEMPTS
from connector_config.models import Connector, RequestTemplate
from tests.environment.provider import Answer, ProviderServer
from tests.factories import OutboundRequestFactory
from tests.outbound.conftest import MakeRequest

Status = OutboundRequest.Status
CLICK, DISPOSITION = "click_to_call", "disposition"


def dispatched(request: OutboundRequest) -> OutboundRequest:
    dispatch(request.pk)
    return OutboundRequest.objects.get(pk=request.pk)


def test_the_rendered_request_goes_out_with_a_stable_idempotency_key(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    request = owed(headers={"X-Api-Key": "s3cret-key"})

    after = dispatched(request)

    (received,) = provider_server.received("/api")
    assert after.status == Status.SUCCEEDED
    assert received.json() == {"session": "S-1", "id": str(request.pk)}
    assert received.headers["idempotency-key"] == str(request.pk)
    assert received.headers["content-type"] == "application/json"
    assert received.headers["x-api-key"] == "s3cret-key"


def test_a_template_may_set_the_idempotency_key_itself(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed(headers={"idempotency-key": "mine-@requestId"})

    dispatched(request)

    assert provider_server.received("/api")[0].headers["idempotency-key"] == f"mine-{request.pk}"


def test_dispatching_twice_sends_once(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed()

    dispatched(request)
    dispatched(request)

    assert len(provider_server.received("/api")) == 1


def test_the_providers_call_id_is_kept(owed: MakeRequest, provider_server: ProviderServer) -> None:
    provider_server.answer("/api", Answer(body=b'{"data":{"call_id":"C-7"},"message":"queued"}'))

    after = dispatched(owed(call_id_path="data.call_id"))

    assert (after.status, after.provider_call_id, after.message) == (Status.SUCCEEDED, "C-7", "queued")
    assert after.finished_at is not None
    assert after.claimed_until is None


@pytest.mark.parametrize(
    ("purpose", "answer", "status"),
    [
        (CLICK, Answer(200, b"OK"), Status.SUCCEEDED),
        (CLICK, Answer(204, b""), Status.SUCCEEDED),
        (CLICK, Answer(401, b"bad key"), Status.REFUSED),
        (CLICK, Answer(429, b"slow down"), Status.REFUSED),
        (CLICK, Answer(503, b"busy"), Status.REFUSED),
        (CLICK, Answer(302, b"", {"Location": "/other"}), Status.FAILED),
        (DISPOSITION, Answer(200, b"OK"), Status.SUCCEEDED),
        (DISPOSITION, Answer(400, b"no such call"), Status.REFUSED),
        (DISPOSITION, Answer(404, b"?"), Status.REFUSED),
        (DISPOSITION, Answer(302, b"", {"Location": "/other"}), Status.FAILED),
        (DISPOSITION, Answer(408, b""), Status.PENDING),
        (DISPOSITION, Answer(425, b""), Status.PENDING),
        (DISPOSITION, Answer(429, b""), Status.PENDING),
        (DISPOSITION, Answer(500, b""), Status.PENDING),
        (DISPOSITION, Answer(503, b""), Status.PENDING),
    ],
)
def test_what_an_answer_means(
    owed: MakeRequest, provider_server: ProviderServer, purpose: str, answer: Answer, status: str
) -> None:
    provider_server.answer("/api", answer)

    after = dispatched(owed(purpose))

    assert after.status == status
    assert len(provider_server.requests) == 1


def test_a_200_without_the_keyword_is_a_refusal_in_the_providers_words(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    provider_server.answer("/api", Answer(200, b'{"status":"fail","message":"Agent is not logged in"}'))

    after = dispatched(owed(response_keyword="queued"))

    assert (after.status, after.message) == (Status.REFUSED, "Agent is not logged in")


def test_retry_after_is_honoured_and_the_database_holds_the_date(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    provider_server.answer("/api", Answer(429, b"slow down", {"Retry-After": "600"}))

    after = dispatched(owed(DISPOSITION))

    pause = after.next_attempt_at - timezone.now() if after.next_attempt_at else timedelta()
    assert after.status == Status.PENDING
    assert timedelta(seconds=590) < pause < timedelta(seconds=725)
    assert after.message == "slow down"


def test_a_retried_disposition_carries_the_same_id(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed(DISPOSITION)
    provider_server.answer("/api", Answer(503))
    dispatched(request)
    OutboundRequest.objects.update(next_attempt_at=timezone.now())
    provider_server.answer("/api", Answer(200))

    after = dispatched(request)

    assert (after.status, after.attempt_count) == (Status.SUCCEEDED, 2)
    assert {received.headers["idempotency-key"] for received in provider_server.requests} == {str(request.pk)}
    assert [attempt.number for attempt in request.attempts.all()] == [1, 2]


def test_a_request_that_is_not_due_is_not_sent(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed(DISPOSITION)
    OutboundRequest.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=30))

    after = dispatched(request)

    assert (after.status, provider_server.requests) == (Status.PENDING, [])


def test_the_last_failed_attempt_is_given_up(owed: MakeRequest, provider_server: ProviderServer) -> None:
    provider_server.answer("/api", Answer(500, b"still broken"))
    request = owed(DISPOSITION)
    OutboundRequest.objects.update(attempt_count=MAXIMUM_ATTEMPTS - 1)

    after = dispatched(request)

    assert after.status == Status.DEAD
    assert "still broken" in after.message


@pytest.mark.parametrize(("purpose", "status"), [(CLICK, Status.FAILED), (DISPOSITION, Status.PENDING)])
def test_a_provider_that_cannot_be_reached(owed: MakeRequest, purpose: str, status: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    after = dispatched(owed(purpose, url=f"http://127.0.0.1:{port}/api"))

    assert after.status == status
    assert "could not be reached" in after.message


@pytest.mark.parametrize(("purpose", "status"), [(CLICK, Status.UNKNOWN), (DISPOSITION, Status.PENDING)])
def test_a_provider_that_answers_too_late(
    owed: MakeRequest, provider_server: ProviderServer, purpose: str, status: str
) -> None:
    provider_server.answer("/api", Answer(delay_seconds=2))

    after = dispatched(owed(purpose, timeout_seconds=1))

    assert after.status == status
    assert "did not answer" in after.message


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """The URL of a server that reads a request and closes the connection without a word."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/api"
    server.close()


@pytest.mark.parametrize(("purpose", "status"), [(CLICK, Status.UNKNOWN), (DISPOSITION, Status.PENDING)])
def test_a_connection_that_breaks_off(owed: MakeRequest, hanging_up: str, purpose: str, status: str) -> None:
    after = dispatched(owed(purpose, url=hanging_up))

    assert after.status == status


def test_an_unknown_click_is_never_sent_again(owed: MakeRequest, provider_server: ProviderServer) -> None:
    provider_server.answer("/api", Answer(delay_seconds=2))
    request = owed(timeout_seconds=1)
    dispatched(request)

    after = dispatched(request)

    assert (after.status, len(provider_server.requests)) == (Status.UNKNOWN, 1)


def test_an_address_that_is_not_allowed_fails_and_says_what_to_change(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    request = owed(DISPOSITION)
    Connector.objects.update(allowed_networks=[])

    after = dispatched(request)

    assert (after.status, provider_server.requests) == (Status.FAILED, [])
    assert "allowed networks" in after.message


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://127.0.0.1/@noSuchField"},
        {"url": "not a url"},
        {"is_enabled": False},
        {"success_path": "a.[b"},
    ],
)
def test_a_template_that_cannot_be_used_fails_with_a_message_for_the_administrator(
    owed: MakeRequest, change: dict[str, object]
) -> None:
    request = owed(DISPOSITION)
    template = RequestTemplate.objects.get()
    for name, value in change.items():
        setattr(template, name, value)
    template.save()

    after = dispatched(request)

    assert after.status == Status.FAILED
    assert after.message.startswith("The disposition request of Acme cannot be sent: ")


def test_an_undecryptable_secret_fails_without_an_endless_claim(owed: MakeRequest, settings: object) -> None:
    request = owed(DISPOSITION)
    settings.FIELD_ENCRYPTION_KEYS = ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="]  # type: ignore[attr-defined]  # pytest-django's

    after = dispatched(request)

    assert after.status == Status.FAILED
    assert "FIELD_ENCRYPTION_KEYS" in after.message


def test_the_value_table_gives_the_providers_word(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed(DISPOSITION, body='{"value":"@dispositionValue"}', values={"Call back": "CB"})
    request.context["call"]["Disposition"] = "Call back"
    request.save()

    dispatched(request)

    assert provider_server.received("/api")[0].json() == {"value": "CB"}


def test_a_free_field_that_this_lead_lacks_renders_its_default(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    dispatched(owed(body='{"budget":"@{Lead:Budget,none}"}'))

    assert provider_server.received("/api")[0].json() == {"budget": "none"}


def test_the_attempt_is_recorded_without_secrets(owed: MakeRequest, provider_server: ProviderServer) -> None:
    provider_server.answer("/api", Answer(200, b'{"you sent":"s3cret-key","message":"key s3cret-key is fine"}'))
    request = owed(headers={"X-Api-Key": "s3cret-key"}, url=f"{provider_server.url}/api?token=hunter2hunter2")
    template_header = RequestTemplate.objects.get().headers.get()
    template_header.is_secret = True
    template_header.save()

    after = dispatched(request)

    attempt = OutboundAttempt.objects.get()
    recorded = f"{attempt.url} {attempt.request_headers} {attempt.request_body} {attempt.response_body} {attempt.error}"
    assert "s3cret" not in recorded + after.message
    assert "hunter2" not in recorded
    assert (attempt.number, attempt.method, attempt.response_status) == (1, "POST", 200)
    assert attempt.request_headers["Idempotency-Key"] == str(request.pk)
    assert attempt.duration_ms is not None
    assert [check["name"] for check in attempt.checks] == ["status"]


@pytest.mark.parametrize("before", [285, 290, 9_990])
def test_a_secret_is_not_cut_in_two_and_half_of_it_shown(
    owed: MakeRequest, provider_server: ProviderServer, before: int
) -> None:
    secret = "s3cret-key-of-length"
    provider_server.answer("/api", Answer(400, b"x" * before + secret.encode() + b"y" * 500))
    request = owed(headers={"X-Api-Key": secret})
    RequestTemplate.objects.get().headers.update(is_secret=True)

    after = dispatched(request)

    attempt = OutboundAttempt.objects.get()
    assert after.status == Status.REFUSED
    assert "s3cr" not in f"{after.message} {attempt.response_body} {attempt.checks}"


def test_credentials_of_the_url_are_not_shown_as_the_provider_got_them(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    provider_server.answer("/api", lambda asked: Answer(200, f'{{"you": "{asked.headers["authorization"]}"}}'.encode()))
    address = provider_server.url.removeprefix("http://")

    after = dispatched(owed(url=f"http://usr:pa55word@{address}/api"))

    sent = base64.b64encode(b"usr:pa55word").decode().rstrip("=")
    assert provider_server.received("/api")[0].headers["authorization"].startswith(f"Basic {sent}")
    assert sent not in after.message + OutboundAttempt.objects.get().response_body


def test_an_answer_with_a_nul_or_of_great_length_can_be_recorded(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    provider_server.answer("/api", Answer(200, b"\x00" + b"x" * 50_000))

    after = dispatched(owed())

    assert after.status == Status.SUCCEEDED
    assert len(OutboundAttempt.objects.get().response_body) == 10_000


@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"])
def test_what_a_database_cannot_hold_is_replaced_in_the_providers_words(
    owed: MakeRequest, provider_server: ProviderServer, character: str
) -> None:
    provider_server.answer("/api", Answer(200, f'{{"message":"a{character}b","id":"1{character}2"}}'.encode()))

    after = dispatched(owed(call_id_path="id", success_path="message"))

    assert after.status == Status.SUCCEEDED
    assert (after.message[0], after.message[-1]) == ("a", "b")
    assert (after.provider_call_id[0], after.provider_call_id[-1]) == ("1", "2")


def test_a_click_that_waited_too_long_is_not_sent(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed()
    OutboundRequest.objects.update(created_at=timezone.now() - timedelta(minutes=3))

    dispatched(request)

    assert provider_server.requests == []


def test_an_unknown_id_is_nothing_to_do(db: None) -> None:
    dispatch(OutboundRequestFactory.build().pk)
