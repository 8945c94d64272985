"""What is particular to single schemes: set-up handshakes, envelopes, and what each of them covers."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from connector_config.verification import ChallengeReply, SignedRequest, VerificationError, settings_for, verifier_for
from tests.verifiers.cases import CASES, SECRET, URL, b64, form_request, jwt, mac, request


def answer(scheme: str, asked: SignedRequest) -> ChallengeReply | None:
    return verifier_for(scheme).challenge(asked, settings_for(scheme, {"secret": SECRET}))


def zoom_validation(token: object, event: str = "endpoint.url_validation") -> SignedRequest:
    return request(json.dumps({"event": event, "payload": {"plainToken": token}}).encode())


def test_zoom_validation_is_answered_with_the_signed_token() -> None:
    reply = answer("zoom", zoom_validation("qgg8vlvZRS6UYooatFL8Aw"))

    signed = hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    assert reply is not None
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": signed}


@pytest.mark.parametrize(
    "token",
    ['v0:1773480413:{"event":"phone.callee_missed"}', "v0:1:", "a b", "", "x" * 129, 5, None, ["a"], "é", "a\n"],
)
def test_zoom_validation_signs_nothing_that_could_be_an_event(token: object) -> None:
    assert answer("zoom", zoom_validation(token)) is None


def test_zoom_event_is_no_validation() -> None:
    assert answer("zoom", zoom_validation("abc", "phone.callee_missed")) is None


def test_zoom_without_a_secret_answers_no_validation() -> None:
    assert verifier_for("zoom").challenge(zoom_validation("abc"), settings_for("zoom", {})) is None


def test_zadarma_echo_is_answered() -> None:
    reply = answer("zadarma", request(b"", method="GET", query={"zd_echo": ["abc123"]}))

    assert reply == ChallengeReply(body=b"abc123")


@pytest.mark.parametrize("echo", [["<script>"], ["a", "b"], [], [""], ["a\r\nb"], ["x" * 201]])
def test_zadarma_echo_shows_no_markup(echo: list[str]) -> None:
    assert answer("zadarma", request(b"", method="GET", query={"zd_echo": echo})) is None


def test_ringcentral_registration_gets_its_token_back() -> None:
    reply = answer("ringcentral", request(b"", {"validation-token": "abc-1"}))

    assert reply == ChallengeReply(headers={"Validation-Token": "abc-1"})


@pytest.mark.parametrize("token", ["", "a\r\nSet-Cookie: x=1", "é", "x" * 513])
def test_ringcentral_token_cannot_break_the_header(token: str) -> None:
    assert answer("ringcentral", request(b"", {"validation-token": token})) is None


def test_ringcentral_notification_with_a_validation_token_is_an_event() -> None:
    assert answer("ringcentral", request(headers={"validation-token": SECRET})) is None


def test_ringcentral_notification_may_show_its_token_in_the_older_header() -> None:
    settings = settings_for("ringcentral", {"secret": SECRET, "header": "Validation-Token"})

    verifier_for("ringcentral").verify(request(headers={"validation-token": SECRET}), settings)


def test_teams_validation_gets_its_token_back_as_plain_text() -> None:
    reply = answer("teams", request(b"", query={"validationToken": ["Validation: <b>1</b>"]}))

    assert reply == ChallengeReply(body=b"Validation: <b>1</b>", content_type="text/plain")


def test_verified_body_of_a_jwt_is_its_claims() -> None:
    settings = settings_for("dialpad", {"secret": SECRET})
    signed = request(jwt(SECRET, {"call_id": 7, "name": "é"}).encode())

    body = verifier_for("dialpad").verified_body(signed, settings)

    assert json.loads(body) == {"call_id": 7, "name": "é"}


def test_jwt_sent_as_a_json_string_is_read() -> None:
    settings = settings_for("dialpad", {"secret": SECRET})
    signed = request(json.dumps(jwt(SECRET, {"call_id": 7})).encode())

    verifier_for("dialpad").verify(signed, settings)


def test_verified_body_of_other_schemes_is_what_was_sent() -> None:
    asked = request()

    assert verifier_for("twilio").verified_body(asked, settings_for("twilio", {})) == asked.body


def test_teams_batch_with_one_foreign_notification_is_refused() -> None:
    settings = settings_for("teams", {"secret": SECRET})
    good, bad = {"clientState": SECRET}, {"clientState": "other"}
    verifier = verifier_for("teams")

    verifier.verify(request(json.dumps({"value": [good, good]}).encode()), settings)
    for batch in ([good, bad], [good, {}], [good, None], [], "x"):
        with pytest.raises(VerificationError):
            verifier.verify(request(json.dumps({"value": batch}).encode()), settings)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("NOTIFY_END", ("caller_id", "called_did", "call_start")),
        ("NOTIFY_ANSWER", ("caller_id", "destination", "call_start")),
        ("NOTIFY_OUT_END", ("internal", "destination", "call_start")),
        ("NOTIFY_RECORD", ("pbx_call_id", "call_id_with_rec")),
    ],
)
def test_zadarma_signs_other_fields_for_each_event(event: str, fields: tuple[str, ...]) -> None:
    form = {name: [name] for name in ("caller_id", "called_did", "call_start", "destination", "internal")}
    form |= {"pbx_call_id": ["p"], "call_id_with_rec": ["r"], "event": [event]}
    text = "".join(form[name][0] for name in fields)
    signed = form_request({"signature": b64(mac(SECRET, text.encode(), "sha1").hex().encode())}, form)
    settings = settings_for("zadarma", {"secret": SECRET})

    verifier_for("zadarma").verify(signed, settings)
    doubled = replace(signed, form={**form, fields[0]: ["a", "b"]})
    with pytest.raises(VerificationError, match="more than once"):
        verifier_for("zadarma").verify(doubled, settings)


def test_justcall_signature_for_another_address_is_refused() -> None:
    justcall = next(case for case in CASES if case.scheme == "justcall")
    genuine = justcall.genuine()
    verifier = verifier_for("justcall")

    verifier.verify(replace(genuine, url="http://10.0.0.1/h", url_candidates=(URL,)), justcall.settings())
    with pytest.raises(VerificationError, match="another address"):
        verifier.verify(replace(genuine, url="https://other.example.test/h"), justcall.settings())


def test_token_given_twice_in_the_query_or_form_is_refused() -> None:
    verifier = verifier_for("token")
    in_query = settings_for("token", {"location": "query", "name": "t", "secret": SECRET})
    in_body = settings_for("token", {"location": "body", "name": "t", "secret": SECRET})

    verifier.verify(request(query={"t": [SECRET]}), in_query)
    verifier.verify(form_request({}, {"t": [SECRET]}), in_body)
    for asked, settings in (
        (request(query={"t": [SECRET, "x"]}), in_query),
        (form_request({}, {"t": [SECRET, "x"]}), in_body),
    ):
        with pytest.raises(VerificationError):
            verifier.verify(asked, settings)
