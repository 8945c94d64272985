"""Authenticated requests on the wire: what arrives, how tokens are kept and renewed, and that secrets stay secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from calls import access_tokens
from calls.dispatch import dispatch
from calls.models import AccessToken, OutboundAttempt, OutboundRequest
from calls.outbox import claim
from connector_config.models import RequestTemplate
from tests.authentication.keys import as_pem, rsa_key
from tests.environment.provider import Answer, ProviderServer, RecordedRequest
from tests.outbound.conftest import MakeRequest

Status = OutboundRequest.Status
CLIENT_SECRET = "cl1ent-s3cret"
TOKENS = ("t0ken-one", "t0ken-two", "t0ken-three")


class TokenUrl:
    """Gives one token after the other, and remembers what it was asked."""

    def __init__(self, server: ProviderServer) -> None:
        self.server = server
        self.extra: dict[str, Any] = {"expires_in": 3600}
        self.tokens: Iterator[str] = iter(TOKENS)
        server.answer("/token", self.answer)

    @property
    def asked(self) -> list[RecordedRequest]:
        return self.server.received("/token")

    def answer(self, _request: RecordedRequest) -> Answer:
        return Answer(200, json.dumps({"access_token": next(self.tokens), **self.extra}).encode())

    def settings(self, **more: str) -> dict[str, str]:
        return {"token_url": f"{self.server.url}/token", "client_id": "app", "client_secret": CLIENT_SECRET, **more}


@pytest.fixture
def token_url(provider_server: ProviderServer) -> TokenUrl:
    return TokenUrl(provider_server)


def oauth(token_url: TokenUrl, kind: str = "oauth2_client_credentials", **more: str) -> dict[str, Any]:
    return {"authentication_kind": kind, "authentication_settings": token_url.settings(**more)}


def sent(request: OutboundRequest) -> OutboundRequest:
    dispatch(request.pk)
    return OutboundRequest.objects.get(pk=request.pk)


def another(request: OutboundRequest) -> OutboundRequest:
    copy = OutboundRequest.objects.get(pk=request.pk)
    copy.pk = None
    copy.status, copy.next_attempt_at, copy.attempt_count = Status.PENDING, timezone.now(), 0
    copy._state.adding = True
    copy.save()
    return copy


def authorizations(server: ProviderServer) -> list[str]:
    return [request.headers["authorization"] for request in server.received("/api")]


@pytest.mark.parametrize(
    ("kind", "settings", "header", "value"),
    [
        ("basic", {"username": "u", "password": "pä:ss"}, "authorization",
         "Basic " + base64.b64encode("u:pä:ss".encode()).decode()),
        ("bearer", {"token": "b3arer"}, "authorization", "Bearer b3arer"),
        ("header", {"header": "X-Api-Key", "value": "k3y"}, "x-api-key", "k3y"),
    ],
)  # fmt: skip
def test_fixed_credentials_arrive(
    owed: MakeRequest, provider_server: ProviderServer, kind: str, settings: dict[str, str], header: str, value: str
) -> None:
    after = sent(owed(authentication_kind=kind, authentication_settings=settings))

    assert after.status == Status.SUCCEEDED
    assert provider_server.received("/api")[0].headers[header] == value


def test_a_jwt_that_we_sign_is_taken_by_who_has_the_public_key(
    owed: MakeRequest, provider_server: ProviderServer
) -> None:
    settings = {"private_key": as_pem(rsa_key()), "claims": '{"application_id":"app-1"}'}
    first = owed(authentication_kind="jwt", authentication_settings=settings)

    sent(first)
    sent(another(first))

    tokens = [value.removeprefix("Bearer ") for value in authorizations(provider_server)]
    claims = [jwt.decode(token, rsa_key().public_key(), algorithms=["RS256"]) for token in tokens]
    assert [claim["application_id"] for claim in claims] == ["app-1", "app-1"]
    assert claims[0]["jti"] != claims[1]["jti"]


def test_a_signature_covers_the_request_as_it_arrives(owed: MakeRequest, provider_server: ProviderServer) -> None:
    settings = {"secret": "s", "string_to_sign": "{method}{path}{sha256:body}", "signature_headers": "X-S: {signature}"}

    sent(owed(authentication_kind="hmac", authentication_settings=settings))

    (received,) = provider_server.received("/api")
    text = f"POST/api{hashlib.sha256(received.body).hexdigest()}"
    assert received.headers["x-s"] == hmac.new(b"s", text.encode(), "sha256").hexdigest()


def test_a_token_is_fetched_once_and_kept(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    first = owed(**oauth(token_url))

    sent(first)
    sent(another(first))

    (asked,) = token_url.asked
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"]}
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"app:{CLIENT_SECRET}".encode()).decode()
    assert authorizations(provider_server) == ["Bearer t0ken-one"] * 2


def test_both_requests_of_a_connector_share_a_token(owed: MakeRequest, token_url: TokenUrl) -> None:
    first = owed(**oauth(token_url))
    template = RequestTemplate.objects.get()
    other = RequestTemplate.objects.create(
        connector=template.connector, purpose="disposition", url=template.url, **oauth(token_url)
    )

    sent(first)
    request = another(first)
    OutboundRequest.objects.filter(pk=request.pk).update(purpose=other.purpose)
    sent(request)

    assert len(token_url.asked) == 1


def test_a_token_is_renewed_before_it_expires(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    first = owed(**oauth(token_url))
    sent(first)
    AccessToken.objects.update(renew_at=timezone.now() - timedelta(seconds=1))

    sent(another(first))

    assert authorizations(provider_server) == ["Bearer t0ken-one", "Bearer t0ken-two"]


@pytest.mark.parametrize(("lifetime", "renewed_after"), [(3600, 3540), (60, 54), (7200, 7140)])
def test_when_a_token_is_renewed(owed: MakeRequest, token_url: TokenUrl, lifetime: int, renewed_after: int) -> None:
    token_url.extra = {"expires_in": lifetime}
    before = datetime.now(UTC)

    sent(owed(**oauth(token_url)))

    after = (AccessToken.objects.get().renew_at - before).total_seconds()  # type: ignore[operator]  # it is set
    assert renewed_after <= after < renewed_after + 5


def test_a_kept_token_that_is_refused_is_renewed_once_and_the_request_sent_again(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    first = owed(**oauth(token_url))
    sent(first)
    provider_server.answer(
        "/api", lambda request: Answer(401 if request.headers["authorization"].endswith("one") else 200)
    )

    after = sent(another(first))

    assert after.status == Status.SUCCEEDED
    assert authorizations(provider_server) == ["Bearer t0ken-one", "Bearer t0ken-one", "Bearer t0ken-two"]
    assert after.attempts.count() == 1


def test_a_fresh_token_that_is_refused_is_not_renewed(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    provider_server.answer("/api", Answer(401, b"no such scope"))

    after = sent(owed(**oauth(token_url)))

    assert (after.status, len(token_url.asked), len(provider_server.received("/api"))) == (Status.REFUSED, 1, 1)


def test_a_401_is_never_answered_by_more_than_one_renewal(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    first = owed(**oauth(token_url))
    sent(first)
    provider_server.answer("/api", Answer(401))

    after = sent(another(first))

    assert (after.status, len(token_url.asked), len(provider_server.received("/api"))) == (Status.REFUSED, 2, 3)


def test_a_replaced_refresh_token_is_used_next_time(owed: MakeRequest, token_url: TokenUrl) -> None:
    token_url.extra = {"expires_in": 3600, "refresh_token": "r3fresh-two"}
    first = owed(**oauth(token_url, "oauth2_refresh_token", refresh_token="r3fresh-one"))
    sent(first)
    AccessToken.objects.update(renew_at=timezone.now())

    sent(another(first))

    used = [parse_qs(asked.body.decode())["refresh_token"] for asked in token_url.asked]
    assert used == [["r3fresh-one"], ["r3fresh-two"]]


def test_changed_settings_ask_anew(owed: MakeRequest, token_url: TokenUrl) -> None:
    first = owed(**oauth(token_url))
    sent(first)
    RequestTemplate.objects.update(authentication_settings=token_url.settings(scope="calls"))

    sent(another(first))

    assert len(token_url.asked) == 2


def test_a_token_that_no_key_opens_is_fetched_anew(owed: MakeRequest, token_url: TokenUrl) -> None:
    first = owed(**oauth(token_url))
    sent(first)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE calls_accesstoken SET token = 'gAAAAA-broken'")

    after = sent(another(first))

    assert after.status == Status.SUCCEEDED


@pytest.mark.parametrize("purpose", ["click_to_call", "disposition"])
@pytest.mark.parametrize(
    ("answer", "click", "disposition", "words"),
    [
        (Answer(400, b'{"error":"invalid_client"}'), Status.FAILED, Status.FAILED, "invalid_client"),
        (Answer(200, b"hello"), Status.FAILED, Status.FAILED, "no access token"),
        (Answer(503), Status.FAILED, Status.PENDING, "answered 503"),
        (Answer(429), Status.FAILED, Status.PENDING, "answered 429"),
    ],
)
def test_without_a_token_nothing_is_sent(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl, purpose: str, answer: Answer,
    click: str, disposition: str, words: str,
) -> None:  # fmt: skip
    provider_server.answer("/token", answer)

    after = sent(owed(purpose, **oauth(token_url)))

    assert after.status == (click if purpose == "click_to_call" else disposition)
    assert words in after.message
    assert provider_server.received("/api") == []


def test_the_address_policy_holds_for_the_token_url(owed: MakeRequest, provider_server: ProviderServer) -> None:
    settings = {"token_url": "http://169.254.169.254/token", "client_id": "a", "client_secret": "b3e"}

    after = sent(owed(authentication_kind="oauth2_client_credentials", authentication_settings=settings))

    assert after.status == Status.FAILED
    assert "may not be reached" in after.message
    assert provider_server.requests == []


def test_one_worker_at_a_time_fetches(owed: MakeRequest, token_url: TokenUrl) -> None:
    sent(owed(**oauth(token_url)))
    row = AccessToken.objects.get()

    first, second = access_tokens._claim(row), access_tokens._claim(row)
    AccessToken.objects.update(fetching_until=timezone.now())
    third = access_tokens._claim(row)

    assert first is not None
    assert second is None
    assert third is not None


def test_a_failed_fetch_lets_the_next_one_try(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    first = owed(**oauth(token_url))
    provider_server.answer("/token", Answer(503))
    sent(first)
    provider_server.answer("/token", token_url.answer)

    assert sent(another(first)).status == Status.SUCCEEDED


def test_the_lease_covers_fetching_tokens(owed: MakeRequest, token_url: TokenUrl) -> None:
    plain, with_token = owed(), owed(**oauth(token_url))

    short, long = claim(plain.pk), claim(with_token.pk)

    assert short is not None
    assert long is not None
    assert long.claimed_until - short.claimed_until > timedelta(seconds=2 * access_tokens.LONGEST_WAIT_SECONDS)


@pytest.mark.parametrize("status", [200, 400])
def test_secrets_stand_in_no_log_no_attempt_and_no_request(
    owed: MakeRequest,
    provider_server: ProviderServer,
    token_url: TokenUrl,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider_server.answer(
        "/api", lambda request: Answer(status, f'{{"message":"you sent {request.headers["authorization"]}"}}'.encode())
    )

    after = sent(owed(**oauth(token_url), success_path="message = x"))

    attempt = OutboundAttempt.objects.get()
    shown = str([vars(attempt), vars(after), caplog.text])
    assert attempt.request_headers["Authorization"] == "••••"
    assert not any(secret in shown for secret in (CLIENT_SECRET, TOKENS[0]))


def test_a_token_url_that_repeats_the_secret_is_not_quoted(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    provider_server.answer(
        "/token", Answer(400, f'{{"error":"invalid_client","error_description":"{CLIENT_SECRET}?"}}'.encode())
    )

    after = sent(owed(**oauth(token_url)))

    assert CLIENT_SECRET not in after.message + str(OutboundAttempt.objects.values())
    assert "••••" in after.message


def test_settings_and_tokens_are_encrypted_in_the_database(owed: MakeRequest, token_url: TokenUrl) -> None:
    sent(owed(**oauth(token_url)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT authentication_settings FROM connector_config_requesttemplate")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT * FROM calls_accesstoken")
        stored += str(cursor.fetchall())
    assert not any(secret in stored for secret in (CLIENT_SECRET, TOKENS[0]))
    call_command("check")


def test_a_token_url_that_asks_to_wait_is_waited_for(
    owed: MakeRequest, provider_server: ProviderServer, token_url: TokenUrl
) -> None:
    provider_server.answer("/token", Answer(429, headers={"Retry-After": "1800"}))

    waiting = sent(owed("disposition", **oauth(token_url)))

    assert waiting.status == Status.PENDING
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at - timezone.now() > timedelta(seconds=1790)
