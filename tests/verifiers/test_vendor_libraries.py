"""Signed by the vendor's library and verified here, and the other way round: same verdict on both sides."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt as pyjwt
import pytest
from django.utils.datastructures import MultiValueDict
from plivo.utils import (  # type: ignore[import-untyped]  # ships no types
    validate_signature,
    validate_v3_signature,
)
from plivo.utils.signature_v3 import (  # type: ignore[import-untyped]  # ships no types
    construct_get_url,
    construct_post_url,
    get_signature_v3,
)
from standardwebhooks import Webhook, WebhookVerificationError
from telnyx.lib.webhook_verification import WebhookVerificationError as TelnyxError
from telnyx.lib.webhook_verification import verify_webhook_signature
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types
from vonage_jwt import verify_signature  # type: ignore[import-untyped]  # ships no types

from connector_config.verification import SignedRequest, VerificationError, settings_for, verifier_for
from tests.verifiers.cases import (
    BODY,
    CASES,
    FORM,
    OTHER_PUBLIC_KEY,
    PUBLIC_KEY,
    SECRET,
    URL,
    form_request,
    jwt,
    request,
)

NOW = datetime.fromtimestamp(int(time.time()), UTC)


@pytest.fixture
def now() -> datetime:
    """The vendors' libraries read the clock themselves: the module's own moment may be minutes old by then."""
    return datetime.fromtimestamp(int(time.time()), UTC)


def is_accepted(scheme: str, tried: SignedRequest, **config: object) -> bool:
    try:
        verifier_for(scheme).verify(tried, settings_for(scheme, {"secret": SECRET, **config}))
    except VerificationError:
        return False
    return True


def case_of(scheme: str) -> Any:
    return next(case for case in CASES if case.scheme == scheme)


@pytest.mark.parametrize(
    "url",
    [
        URL, f"{URL}?a=1&b=%20x", f"{URL}/", "http://127.0.0.1:8000/hooks/k", "https://calls.example.test:443/hooks/k",
        "http://calls.example.test/hooks/k", "http://calls.example.test:80/hooks/k?x=",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "form",
    [{}, FORM, {"a": ["2", "1", "2"], "A": ["é"]}, {"empty": [""]}, {"From": ["+1 & = %"], "ÿ": ["€"]}],
    ids=["none", "usual", "duplicates", "empty value", "special"],
)
def test_twilio_signatures_agree(url: str, form: dict[str, list[str]]) -> None:
    signature = RequestValidator(SECRET).compute_signature(url, MultiValueDict(form))
    signed = replace(form_request({"x-twilio-signature": signature}, form), url=url)

    assert is_accepted("twilio", signed)
    assert RequestValidator(SECRET).validate(url, MultiValueDict(form), signature)


@pytest.mark.parametrize(
    ("signed_url", "called_url"),
    [
        ("https://calls.example.test:443/h?a=1", "https://calls.example.test/h?a=1"),
        ("https://calls.example.test/h?a=1", "https://calls.example.test:443/h?a=1"),
        ("http://calls.example.test:80/h", "http://calls.example.test/h"),
    ],
)
def test_twilio_accepts_the_url_with_and_without_default_port(signed_url: str, called_url: str) -> None:
    signature = RequestValidator(SECRET).compute_signature(signed_url, MultiValueDict(FORM))

    assert is_accepted("twilio", replace(form_request({"x-twilio-signature": signature}), url=called_url))


def test_twilio_accepts_a_further_candidate_of_the_url() -> None:
    signature = RequestValidator(SECRET).compute_signature(URL, MultiValueDict(FORM))
    behind_proxy = form_request({"x-twilio-signature": signature})

    assert is_accepted("twilio", replace(behind_proxy, url="http://10.0.0.1/h", url_candidates=(URL,)))
    assert not is_accepted("twilio", replace(behind_proxy, url="http://10.0.0.1/h"))


@pytest.mark.parametrize("query", ["", "?b=2&a=1&a=0", "?x=%2B1&y="])
@pytest.mark.parametrize("form", [{}, FORM, {"a": ["2", "1"], "B": [""]}], ids=["none", "usual", "several"])
def test_plivo_v3_signatures_agree(query: str, form: dict[str, list[str]]) -> None:
    url = URL + query
    signature = get_signature_v3(SECRET.encode(), construct_post_url(url, form), b"n-1").decode()
    headers = {"x-plivo-signature-v3": f"other,{signature}", "x-plivo-signature-v3-nonce": "n-1"}

    assert is_accepted("plivo", replace(form_request(headers, form), url=url))
    assert validate_v3_signature("POST", url, "n-1", SECRET, signature, form)


@pytest.mark.parametrize("query", ["", "?b=2&a=1&a=0", "?x=%2B1&y="])
def test_plivo_v3_get_signatures_agree(query: str) -> None:
    url = URL + query
    signature = get_signature_v3(SECRET.encode(), construct_get_url(url, {}), b"n-1").decode()
    headers = {"x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": "n-1"}

    assert is_accepted("plivo", request(b"", headers, url=url, method="GET"))
    assert validate_v3_signature("GET", url, "n-1", SECRET, signature)


def test_plivo_library_accepts_our_cases() -> None:
    v3, v2 = [case.genuine() for case in CASES if case.scheme == "plivo"]

    assert validate_v3_signature("POST", URL, "nonce-1", SECRET, v3.headers["x-plivo-signature-v3"], FORM)
    assert validate_signature(URL, "nonce-1", v2.headers["x-plivo-signature-v2"], SECRET)


def test_plivo_v2_is_not_accepted_where_v3_is_set() -> None:
    assert not is_accepted("plivo", [case.genuine() for case in CASES if case.scheme == "plivo"][1])


def test_plivo_refuses_a_body_that_nothing_signs() -> None:
    url_only = get_signature_v3(SECRET.encode(), construct_post_url(URL, {}), b"n-1").decode()
    headers = {"x-plivo-signature-v3": url_only, "x-plivo-signature-v3-nonce": "n-1"}

    assert is_accepted("plivo", request(b"", headers))
    assert not is_accepted("plivo", request(b'{"CallUUID":"forged"}', headers))


def test_standard_webhooks_signatures_agree(now: datetime) -> None:
    signature = Webhook(f"whsec_{SECRET}").sign("msg_9", now, BODY.decode())
    headers = {
        "webhook-id": "msg_9",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    signed = request(BODY, headers, received_at=now)

    assert is_accepted("standard_webhooks", signed)
    assert is_accepted("standard_webhooks", signed, secret=f"whsec_{SECRET}")
    Webhook(SECRET).verify(BODY, dict(case_of("standard_webhooks").genuine(now).headers))


def test_standard_webhooks_library_refuses_what_we_refuse(now: datetime) -> None:
    forged = replace(case_of("standard_webhooks").genuine(now), body=b"{}", received_at=now)

    assert not is_accepted("standard_webhooks", forged)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(forged.body, dict(forged.headers))


def test_telnyx_library_agrees(now: datetime) -> None:
    genuine = replace(case_of("telnyx").genuine(now), received_at=now)

    verify_webhook_signature(genuine.body, genuine.headers, PUBLIC_KEY)
    assert is_accepted("telnyx", genuine, secret=PUBLIC_KEY)
    assert not is_accepted("telnyx", genuine, secret=OTHER_PUBLIC_KEY)
    with pytest.raises(TelnyxError):
        verify_webhook_signature(genuine.body, genuine.headers, OTHER_PUBLIC_KEY)


def test_vonage_and_jwt_libraries_agree(now: datetime) -> None:
    token = case_of("vonage").genuine(now).headers["authorization"].removeprefix("Bearer ")

    assert verify_signature(token, SECRET)
    assert not verify_signature(token, "another secret of 32 characters!")
    assert pyjwt.decode(token, SECRET, algorithms=["HS256"])["iss"] == "Vonage"


@pytest.mark.parametrize(
    ("claims", "is_good"),
    [
        ({"a": 1}, True), ({"exp": NOW.timestamp() + 100}, True), ({"exp": int(NOW.timestamp()) - 100}, False),
        ({"nbf": int(NOW.timestamp()) + 100}, False), ({"exp": "soon"}, False), ({"exp": True}, False),
        ({"exp": 0}, False), ({"exp": 10**400}, False),
    ],
)  # fmt: skip
def test_bodies_signed_by_pyjwt(claims: dict[str, object], is_good: bool) -> None:
    token = pyjwt.encode(claims, SECRET, algorithm="HS256")

    assert is_accepted("jwt_body", request(token.encode(), received_at=NOW)) is is_good


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256", "", "hs256"])
def test_algorithm_that_the_token_names_is_never_followed(algorithm: str) -> None:
    assert is_accepted("jwt_body", request(jwt(SECRET, {"a": 1}).encode()))
    assert not is_accepted("jwt_body", request(jwt(SECRET, {"a": 1}, algorithm).encode()))


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
def test_other_jwt_algorithms_are_refused(algorithm: str) -> None:
    token = pyjwt.encode({"a": 1}, SECRET * 4 if algorithm != "none" else "", algorithm=algorithm)

    assert not is_accepted("jwt_body", request(token.encode(), received_at=NOW), secret=SECRET * 4)
