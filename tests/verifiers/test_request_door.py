"""From Django's request to the request as it was signed, and the caller's address behind proxies."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types

from connector_config.client_address import address_behind_proxies
from connector_config.mapping.parsers import parse_request
from connector_config.verification import VerificationError, settings_for, verifier_for
from connector_config.verification.networks import is_address_allowed
from tests.verifiers.cases import NOW, SECRET
from webhooks.verifiers import signed_request

PUBLIC = "https://calls.example.test/"


def test_signed_request_carries_the_public_url_and_what_django_saw() -> None:
    asked = RequestFactory().post(
        "/hooks/k/events?a=1&b=%20x|y", {"From": ["1", "2"]}, headers={"X-Sig": "s"}, HTTP_HOST="testserver"
    )

    signed = signed_request(asked, public_url=PUBLIC, received_at=NOW)

    assert signed.url == "https://calls.example.test/hooks/k/events?a=1&b=%20x|y"
    assert signed.urls[1] == "http://testserver/hooks/k/events?a=1&b=%20x|y"
    assert (signed.method, signed.path, signed.query_string) == ("POST", "/hooks/k/events", "a=1&b=%20x|y")
    assert signed.header("x-SIG") == "s"
    assert signed.query == {"a": ["1"], "b": [" x|y"]}
    assert signed.form == {"From": ["1", "2"]}
    assert b'name="From"' in signed.body


def test_json_body_has_no_form() -> None:
    asked = RequestFactory().post("/hooks/k/events", b'{"a":1}', content_type="application/json")

    signed = signed_request(asked, public_url=PUBLIC, received_at=NOW)

    assert (signed.form, signed.body) == ({}, b'{"a":1}')


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x", "multipart/form-data"),
        (b"--x", "multipart/form-data; boundary=\xc3\xa9"),
        (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
    ],
)
def test_form_that_cannot_be_read_has_no_fields(body: bytes, content_type: str | bytes) -> None:
    asked = RequestFactory().generic("POST", "/hooks/k/events", body, content_type=str(content_type))

    assert signed_request(asked, public_url=PUBLIC, received_at=NOW).form == {}


def test_request_signed_by_twilio_passes_the_door() -> None:
    form = {"From": "+14155550100", "SpeechResult": "é &=", "Empty": ""}
    url = "https://calls.example.test/hooks/k/events?tag=a%20b"
    signature = RequestValidator(SECRET).compute_signature(url, MultiValueDict({k: [v] for k, v in form.items()}))
    asked = RequestFactory().post(
        "/hooks/k/events?tag=a%20b",
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )

    signed = signed_request(asked, public_url=PUBLIC, received_at=NOW)

    verifier_for("twilio").verify(signed, settings_for("twilio", {"secret": SECRET}))


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", "", 0, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", 0, "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("203.0.113.9", "", 1, "203.0.113.9"),
        ("203.0.113.9", "6.6.6.6", 2, "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1:4711", 1, "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:443", 1, "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", 1, "2001:db8::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "unknown", 1, ""),
        ("10.0.0.1", "6.6.6.6,", 1, "6.6.6.6"),
        ("", "", 0, ""),
        ("not an address", "", 0, ""),
    ],
)
def test_client_address(remote: str, forwarded: str, proxies: int, expected: str) -> None:
    found = address_behind_proxies(remote_address=remote, forwarded_for=forwarded, trusted_proxy_count=proxies)

    assert found == expected


@given(remote=st.text(max_size=40), forwarded=st.text(max_size=80), proxies=st.integers(0, 10))
def test_any_forwarded_header_is_survived(remote: str, forwarded: str, proxies: int) -> None:
    address_behind_proxies(remote_address=remote, forwarded_for=forwarded, trusted_proxy_count=proxies)


@pytest.mark.parametrize(
    ("address", "allow_list", "is_allowed"),
    [
        ("198.51.100.1", "", True), ("198.51.100.1", "198.51.100.0/24", True),
        ("198.51.101.1", "198.51.100.0/24", False),
        ("", "198.51.100.0/24", False), ("198.51.100.1", "broken", False), ("", "", True),
    ],
)  # fmt: skip
def test_allow_list(address: str, allow_list: str, is_allowed: bool) -> None:
    assert is_address_allowed(address, allow_list) is is_allowed


FIELD = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


@pytest.mark.parametrize(
    "hidden",
    [
        '--B\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n{"From":"+15550001111"}\r\n',
        '--B\r\nX-Odd: name="data"\r\n\r\n{"From":"+15550001111"}\r\n',
        '--B\r\nX-Odd: name="From"\r\nContent-Disposition: form-data; name="Twice"\r\n\r\n+15550001111\r\n',
        '--B\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name="From"\r\n\r\nKzE1NTU=\r\n',
    ],
)
def test_signature_covers_every_part_that_events_are_read_from(hidden: str) -> None:
    form = {"From": "+14155550100", "CallSid": "CA1"}
    signature = RequestValidator(SECRET).compute_signature(f"{PUBLIC}hooks/k/events", form)
    honest = "".join(FIELD.format(name, value) for name, value in form.items()) + "--B--\r\n"

    def is_believed(body: str) -> bool:
        asked = RequestFactory().generic(
            "POST",
            "/hooks/k/events",
            body,
            "multipart/form-data; boundary=B",
            headers={"X-Twilio-Signature": signature},
        )
        try:
            verifier_for("twilio").verify(
                signed_request(asked, public_url=PUBLIC, received_at=NOW), settings_for("twilio", {"secret": SECRET})
            )
        except VerificationError:
            return False
        return True

    assert is_believed(honest)
    assert not is_believed(hidden + honest)


def test_form_is_read_as_the_mapping_reads_it() -> None:
    declared = "application/x-www-form-urlencoded; a=multipart/form-data; boundary=B"
    body = FIELD.format("From", "+15550001111").encode() + b"--B--"
    asked = RequestFactory().generic("POST", "/hooks/k/events", body, declared)

    events = parse_request(
        method="POST", endpoint="events", query_string="", headers={}, content_type=declared, body=body
    )

    form = signed_request(asked, public_url=PUBLIC, received_at=NOW).form
    assert [{name: [value] for name, value in event.items()} for event in events.bodies] == [form]
