"""Each kind of authentication: what it adds to a request, and what is refused when it is saved."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from connector_config.outgoing.authentication import (
    KINDS,
    AuthenticationError,
    Moment,
    TokenRefusedError,
    authenticate,
    normalised,
    read_token,
    secret_names,
    shown_headers,
    token_request,
    validate_authentication,
)
from connector_config.outgoing.authentication.json_web_token import pem
from connector_config.outgoing.authentication.pattern import FUNCTIONS, check, fill_in
from connector_config.rendering import RenderedRequest
from tests.authentication.keys import as_pem, ec_key, rsa_key

MOMENT = Moment(now=datetime(2026, 8, 20, 12, 56, 38, tzinfo=UTC), nonce="nonce-1")
TOKEN_URL = "https://id.example.com/oauth/token"
SETTINGS: dict[str, dict[str, Any]] = {
    "none": {},
    "basic": {"username": "user", "password": "pa:ss wörd"},
    "bearer": {"token": "t0ken-secret"},
    "header": {"header": "X-Api-Key", "value": "k3y-secret"},
    "oauth2_client_credentials": {"token_url": TOKEN_URL, "client_id": "app", "client_secret": "cl1ent-secret"},
    "oauth2_refresh_token": {"token_url": TOKEN_URL, "client_id": "app", "refresh_token": "r3fresh-secret"},
    "jwt_bearer": {"token_url": TOKEN_URL, "assertion": "a.b.c-secret", "client_id": "app",
                   "client_secret": "x-secret"},
    "jwt": {"private_key": as_pem(rsa_key()), "claims": '{"application_id": "app"}'},
    "hmac": {"key": "pub", "secret": "s3cret", "string_to_sign": "{path}{sorted_parameters}{md5:sorted_parameters}",
             "digest": "sha1", "encoding": "base64_hex"},
}  # fmt: skip


def request(url: str = "https://api.example.com/v1/x?b=2&a=1", **parts: Any) -> RenderedRequest:
    return RenderedRequest(**({"method": "GET", "url": url, "headers": (), "body": None} | parts))


def added(kind: str, of: RenderedRequest | None = None, **config: Any) -> dict[str, str]:
    sent = authenticate(of or request(), kind, SETTINGS[kind] | config, MOMENT, token="acc3ss-token")
    return dict(sent.headers)


def claims_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(head), json.loads(payload)


@pytest.mark.parametrize(
    ("kind", "config", "headers"),
    [
        ("none", {}, {}),
        ("basic", {}, {"Authorization": "Basic " + base64.b64encode("user:pa:ss wörd".encode()).decode()}),
        ("bearer", {}, {"Authorization": "Bearer t0ken-secret"}),
        ("header", {}, {"X-Api-Key": "k3y-secret"}),
        ("oauth2_client_credentials", {}, {"Authorization": "Bearer acc3ss-token"}),
        ("oauth2_refresh_token", {"token_header": "X-Token: {token}"}, {"X-Token": "acc3ss-token"}),
        ("jwt_bearer", {}, {"Authorization": "Bearer acc3ss-token"}),
    ],
)
def test_what_each_kind_adds(kind: str, config: dict[str, str], headers: dict[str, str]) -> None:
    assert added(kind, None, **config) == headers


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_added_is_secret_and_shown_masked(kind: str) -> None:
    sent = authenticate(request(), kind, SETTINGS[kind], MOMENT, token="acc3ss-token")

    shown = str(shown_headers(kind, SETTINGS[kind]))
    assert all(value.rpartition(" ")[2] in sent.secrets for _, value in sent.headers)
    assert not any(SETTINGS[kind].get(name, "\0") in shown for name in secret_names(kind))
    assert [name for name, _ in shown_headers(kind, SETTINGS[kind])] == [name for name, _ in sent.headers]
    assert "secret" not in repr(sent)


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_settings_are_good(kind: str) -> None:
    assert validate_authentication(kind, SETTINGS[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_missing_settings_are_told_when_saved_and_when_sent(kind: str) -> None:
    required = {setting.name for setting in KINDS[kind].settings_schema if setting.required}
    if not required:
        return

    assert {error.setting for error in validate_authentication(kind, {})} == required
    with pytest.raises(AuthenticationError, match="is not set"):
        authenticate(request(), kind, {}, MOMENT)


def test_a_secret_that_is_still_to_be_entered_is_no_fault() -> None:
    assert validate_authentication("basic", {"username": "u"}, has_secret=True) == []


def test_authentication_takes_the_place_of_a_header_of_the_same_name() -> None:
    headers = added("bearer", request(headers=(("authorization", "old"), ("X-Other", "1"))))

    assert headers == {"X-Other": "1", "Authorization": "Bearer t0ken-secret"}


@pytest.mark.parametrize(
    ("url", "body", "parameters"),
    [
        (
            "https://api.zadarma.com/v1/request/callback/?to=%2B919611795983&from=100&format=json",
            None,
            "format=json&from=100&to=%2B919611795983",
        ),
        ("https://api.zadarma.com/v1/request/callback/", b"to=a%20b&from=1", "from=1&to=a+b"),
    ],
)
def test_zadarmas_signature_is_that_of_its_own_library(url: str, body: bytes | None, parameters: str) -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),) if body else ()
    # As github.com/zadarma/user-api-py-v1 does: path + query + md5(query), SHA-1, Base64 of the hexadecimal digest.
    digest = hashlib.md5(parameters.encode()).hexdigest()
    mac = hmac.new(b"s3cret", f"/v1/request/callback/{parameters}{digest}".encode(), "sha1").hexdigest()

    signed = added("hmac", request(url, headers=headers, body=body))

    assert signed["Authorization"] == f"pub:{base64.b64encode(mac.encode()).decode()}"


def test_a_signature_may_cover_method_time_nonce_and_body_in_several_headers() -> None:
    pattern = "{method}{newline}{host}{path}{newline}{query}{newline}{timestamp}{newline}{nonce}{newline}{sha256:body}"
    headers = "X-Time: {timestamp} | X-Nonce: {nonce} | X-Signature: v1={signature} | Date: {date}"
    sent = request("https://u:p@api.example.com:8443?z=1", method="POST", body='{"a":"ü"}'.encode())
    body = hashlib.sha256('{"a":"ü"}'.encode()).hexdigest()
    text = f"POST\napi.example.com:8443/\nz=1\n1787230598\nnonce-1\n{body}"

    signed = added("hmac", sent, string_to_sign=pattern, signature_headers=headers, digest="sha512", encoding="hex")

    assert signed == {
        "X-Time": "1787230598",
        "X-Nonce": "nonce-1",
        "X-Signature": f"v1={hmac.new(b's3cret', text.encode(), 'sha512').hexdigest()}",
        "Date": "Thu, 20 Aug 2026 12:56:38 GMT",
    }


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("a{{b}}c", "a{b}c"),
        ("{one}{one}", "{two}{two}"),
        ("{upper:one}", "{TWO}"),
        ("{md5:one}", hashlib.md5(b"{two}").hexdigest()),
        ("{base64:one}", base64.b64encode(b"{two}").decode()),
    ],
)
def test_a_pattern_is_filled_in_by_a_single_pass(pattern: str, text: str) -> None:
    assert fill_in(pattern, {"one": "{two}", "two": "2"}) == text


@given(st.text(), st.text(max_size=20))
def test_any_pattern_is_filled_in_or_refused(pattern: str, value: str) -> None:
    try:
        check(pattern, {"one"})
    except AuthenticationError:
        with pytest.raises(AuthenticationError):
            fill_in(pattern, {"one": value})
        return
    assert isinstance(fill_in(pattern, {"one": value.encode("utf-8", "replace").decode()}), str)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_gives_one_line(name: str) -> None:
    assert "\n" not in FUNCTIONS[name]("ü" * 200)


def test_a_jwt_is_signed_with_rs256_for_each_request() -> None:
    token = added("jwt", key_id="k-1")["Authorization"].removeprefix("Bearer ")

    head, claims = claims_of(token)
    signed, _, signature = token.rpartition(".")
    rsa_key().public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert head == {"alg": "RS256", "typ": "JWT", "kid": "k-1"}
    assert claims == {"application_id": "app", "iat": 1787230588, "exp": 1787230898, "jti": "nonce-1"}


def test_a_pem_that_lost_its_line_breaks_still_signs() -> None:
    flat = as_pem(rsa_key()).replace("\n", "")
    escaped = as_pem(rsa_key()).replace("\n", "\\n")

    assert pem(flat) == pem(escaped) == pem(as_pem(rsa_key()))
    assert validate_authentication("jwt", {"private_key": flat}) == []
    assert added("jwt", private_key=escaped)


def test_es256_and_hs256_sign_too() -> None:
    shared = "0123456789abcdef0123456789abcdef"

    assert (
        claims_of(added("jwt", private_key=as_pem(ec_key()), algorithm="ES256")["Authorization"][7:])[0]["alg"]
        == "ES256"
    )
    assert claims_of(added("jwt", private_key=shared, algorithm="HS256")["Authorization"][7:])[0]["alg"] == "HS256"


@pytest.mark.parametrize(
    ("kind", "change", "setting"),
    [
        ("basic", {"username": "a:b"}, "username"),
        ("basic", {"user": "x"}, "user"),
        ("header", {"header": "X Api"}, "header"),
        ("hmac", {"string_to_sign": "{boddy}"}, "string_to_sign"),
        ("hmac", {"string_to_sign": "{md7:body}"}, "string_to_sign"),
        ("hmac", {"string_to_sign": "{signature}"}, "string_to_sign"),
        ("hmac", {"string_to_sign": "{"}, "string_to_sign"),
        ("hmac", {"signature_headers": "X-A: {timestamp}"}, "signature_headers"),
        ("hmac", {"signature_headers": "{signature}"}, "signature_headers"),
        ("hmac", {"digest": "sha3"}, "digest"),
        ("jwt", {"private_key": "no key"}, "private_key"),
        ("jwt", {"private_key": as_pem(ec_key())}, "private_key"),
        ("jwt", {"algorithm": "HS256", "private_key": "short"}, "private_key"),
        ("jwt", {"algorithm": "none"}, "algorithm"),
        ("jwt", {"claims": "[1]"}, "claims"),
        ("jwt", {"lifetime_seconds": "-1"}, "lifetime_seconds"),
        ("jwt_bearer", {"assertion": ""}, "assertion"),
        ("jwt_bearer", {"token_url": "ftp://x"}, "token_url"),
        ("oauth2_client_credentials", {"token_url": "https://x.example/@agentId"}, "token_url"),
        ("oauth2_client_credentials", {"token_header": "Authorization: Bearer"}, "token_header"),
        ("oauth2_client_credentials", {"grant_type": "password"}, "grant_type"),
        ("hmaac", {}, "kind"),
    ],
)
def test_what_is_refused_when_saved(kind: str, change: dict[str, str], setting: str) -> None:
    errors = validate_authentication(kind, SETTINGS.get(kind, {}) | change)

    assert setting in {error.setting for error in errors}
    assert "secret" not in str(errors).replace("client_secret", "")


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\x00b"])
@pytest.mark.parametrize(("kind", "name"), [("bearer", "token"), ("header", "value")])
def test_a_secret_cannot_begin_another_header(kind: str, name: str, value: str) -> None:
    with pytest.raises(AuthenticationError, match="control character"):
        added(kind, None, **{name: value})


@pytest.mark.parametrize(
    ("kind", "config", "form", "authorization"),
    [
        ("oauth2_client_credentials", {"scope": "calls read"},
         {"grant_type": "client_credentials", "scope": "calls read"}, "app:cl1ent-secret"),
        ("oauth2_client_credentials", {"grant_type": "account_credentials", "extra_parameters": "account_id=a%2Bb"},
         {"grant_type": "account_credentials", "account_id": "a+b"}, "app:cl1ent-secret"),
        ("oauth2_client_credentials", {"client_authentication": "body", "secret_parameters": "pin=1234"},
         {"grant_type": "client_credentials", "client_id": "app", "client_secret": "cl1ent-secret", "pin": "1234"}, ""),
        ("oauth2_refresh_token", {},
         {"grant_type": "refresh_token", "refresh_token": "r3fresh-secret", "client_id": "app"}, ""),
        ("jwt_bearer", {},
         {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c-secret"}, "app:x-secret"),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_token_url(
    kind: str, config: dict[str, str], form: dict[str, str], authorization: str
) -> None:
    asked = token_request(kind, SETTINGS[kind] | config, MOMENT)

    basic = base64.b64encode(authorization.encode()).decode()
    assert asked.url == TOKEN_URL
    assert {name: value for name, [value] in parse_qs(asked.body.decode()).items()} == form
    assert dict(asked.headers).get("Authorization", "Basic ") == f"Basic {basic}"
    assert "secret" not in repr(asked)
    assert all(text in asked.secrets for text in (*form.values(), basic) if "secret" in text or text == basic != "")


def test_a_jwt_bearer_may_be_signed_by_us() -> None:
    config = {"token_url": TOKEN_URL, "private_key": as_pem(rsa_key()), "claims": '{"iss": "app", "sub": "me"}'}

    asked = token_request("jwt_bearer", config, MOMENT)

    _, claims = claims_of(parse_qs(asked.body.decode())["assertion"][0])
    assert (claims["aud"], claims["iss"], claims["sub"]) == (TOKEN_URL, "app", "me")


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, '{"access_token":"t","expires_in":60,"refresh_token":"r"}', ("t", 60, "r")),
        (200, '{"access_token":"t","token_type":"bearer","expires_in":"60","scope":"a b"}', ("t", 60, "")),
        (201, '{"access_token":"t"}', ("t", 3600, "")),
        (200, "access_token=t&expires_in=5", ("t", 5, "")),
        (200, '{"access_token":"t","expires_in":-1}', ("t", 3600, "")),
    ],
)
def test_what_a_token_answer_says(status: int, body: str, found: tuple[str, int, str]) -> None:
    token = read_token(status, body)

    assert (token.access_token, token.lifetime_seconds, token.refresh_token) == found


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, '{"error":"invalid_client","error_description":"no such cl1ent-secret"}', "invalid_client: no such ••••"),
        (401, "<html>", "status 401"),
        (200, "", "no access token|Missing|missing"),
        (200, "[1]", "no OAuth answer"),
        (200, "null", "no OAuth answer"),
        (200, '{"access_token":{"a":1}}', "no access token"),
        (200, '{"access_token":"t","expires_in":"soon"}', "no OAuth answer"),
        (500, '{"access_token":"t"}', "no access token"),
    ],
)
def test_an_answer_without_a_token_is_told_in_words(status: int, body: str, words: str) -> None:
    with pytest.raises(TokenRefusedError, match=words):
        read_token(status, body, ["cl1ent-secret"])


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_answer_of_a_token_url_breaks_us(body: str) -> None:
    try:
        token = read_token(200, body)
    except TokenRefusedError:
        return
    assert token.access_token


def test_settings_are_stored_as_text() -> None:
    stored = normalised({"claims": {"a": 1}, "lifetime_seconds": 60, "key": None, "x": "", "y": True})

    assert stored == {"claims": '{"a": 1}', "lifetime_seconds": "60", "y": "true"}


def test_a_setting_of_one_name_is_the_same_in_every_kind_that_has_it() -> None:
    found: dict[str, tuple[bool, tuple[str, ...]]] = {}
    for kind in KINDS.values():
        for setting in kind.settings_schema:
            described = (setting.secret, setting.choices)
            assert found.setdefault(setting.name, described) == described, setting.name
