"""The security suite that every scheme passes."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta

import pytest

from connector_config.verification import (
    VERIFIERS,
    SignedRequest,
    VerificationError,
    VerificationSettings,
    validate_settings,
    verifier_for,
)
from tests.verifiers.cases import CASES, NOW, Case, request

every_scheme = pytest.mark.parametrize("case", CASES, ids=[case.name or case.scheme for case in CASES])
with_covered_body = pytest.mark.parametrize(
    "case", [c for c in CASES if c.tamper], ids=[c.name or c.scheme for c in CASES if c.tamper]
)
timed = pytest.mark.parametrize(
    "case", [c for c in CASES if c.is_timed], ids=[c.name or c.scheme for c in CASES if c.is_timed]
)


def refusal(case: Case, tried: SignedRequest, settings: VerificationSettings | None = None) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        verifier_for(case.scheme).verify(tried, settings or case.settings())
    return caught.value


def test_every_scheme_but_none_has_a_case() -> None:
    assert {case.scheme for case in CASES} | {"none"} == set(VERIFIERS)


def test_none_accepts_whoever_knows_the_path() -> None:
    verifier_for("none").verify(request(), VerificationSettings())


@every_scheme
def test_settings_of_the_case_are_valid(case: Case) -> None:
    assert validate_settings(case.scheme, {**case.config, "secret": case.secret}) == []


@every_scheme
def test_genuine_request_is_accepted(case: Case) -> None:
    verifier_for(case.scheme).verify(case.genuine(), case.settings())


@every_scheme
def test_previous_secret_is_accepted(case: Case) -> None:
    verifier_for(case.scheme).verify(case.genuine(), case.settings(case.other_secret, case.secret))


@every_scheme
def test_missing_credential_is_refused(case: Case) -> None:
    refusal(case, case.without_credential(case.genuine()))


@every_scheme
@pytest.mark.parametrize(
    "text",
    [
        "", " ", ",", ",,,", "=", "v1,", "t=,v1=", "Bearer", "Bearer ", "Basic", "Basic ====", "Application :", "..",
        "\x00",
        "\udcff\udcfe", "\ud800", "é" * 50, "٣" * 20, "a" * 1_000_000, "," * 100_000, "a," * 5_000, "." * 10_000,
        "eyJhbGciOiJub25lIn0.e30.", "t=99999999999999999999999,v1=00", "sha256=", "v0=", "[" * 100_000,
    ],
    ids=range(27),
)  # fmt: skip
def test_garbage_credential_is_refused(case: Case, text: str) -> None:
    refusal(case, case.with_credential(case.genuine(), text))


@every_scheme
def test_wrong_secret_is_refused(case: Case) -> None:
    refusal(case, case.genuine(secret=case.other_secret))


@every_scheme
@pytest.mark.parametrize("secrets", [(), ("",), (" ", "")], ids=["none", "empty", "blank"])
def test_absent_secret_refuses_everything(case: Case, secrets: tuple[str, ...]) -> None:
    settings = replace(case.settings(), secrets=secrets)

    refusal(case, case.without_credential(case.genuine()), settings)
    assert "no secret is set" in refusal(case, case.genuine(), settings).reason


@pytest.mark.parametrize("case", [c for c in CASES if "25519" not in c.scheme and c.scheme != "telnyx"])
def test_request_signed_with_an_empty_secret_is_refused(case: Case) -> None:
    forged = case.sign("", NOW)

    refusal(case, forged)
    refusal(case, forged, replace(case.settings(), secrets=("",)))


@pytest.mark.parametrize("case", [c for c in CASES if not c.put], ids=[c.name or c.scheme for c in CASES if not c.put])
def test_single_changed_character_of_the_credential_is_refused(case: Case) -> None:
    genuine = case.genuine()
    text = genuine.headers[case.credential]
    place = len(text) - 6
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]

    refusal(case, replace(genuine, headers={**genuine.headers, case.credential: changed}))


@with_covered_body
def test_tampered_body_is_refused(case: Case) -> None:
    assert case.tamper
    refusal(case, case.tamper(case.genuine()))


@timed
@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_stale_and_future_timestamps_are_refused(case: Case, seconds: int) -> None:
    genuine = case.genuine()

    assert "timestamp" in refusal(case, replace(genuine, received_at=NOW + timedelta(seconds=seconds))).reason


@timed
@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_timestamps_within_the_tolerance_are_accepted(case: Case, seconds: int) -> None:
    late = replace(case.genuine(), received_at=NOW + timedelta(seconds=seconds))

    verifier_for(case.scheme).verify(late, case.settings())


@timed
def test_moving_the_timestamp_breaks_the_signature(case: Case) -> None:
    later = NOW + timedelta(hours=1)
    genuine, other = case.genuine(), case.genuine(later)
    headers = {
        name: other.headers[name] if "time" in name else value for name, value in genuine.headers.items()
    }  # fmt: skip

    refusal(case, replace(genuine, headers=headers, received_at=later))


@every_scheme
def test_replay_key_is_the_same_for_the_same_request_and_only_where_there_is_a_nonce(case: Case) -> None:
    verifier, settings = verifier_for(case.scheme), case.settings()

    keys = {verifier.replay_key(case.genuine(), settings) for _ in range(2)}

    assert len(keys) == 1
    assert (keys != {None}) is case.has_replay_key


@every_scheme
def test_refusal_holds_no_secret_and_no_signature(case: Case) -> None:
    settings = case.settings(case.secret, case.other_secret)
    presented = "presented-credential-123456"

    error = refusal(case, case.with_credential(case.genuine(), presented), settings)

    texts = [str(error), repr(error), error.reason, repr(settings), repr(case.genuine())]
    texts += ["".join(traceback.format_exception_only(error))]
    for secret in (case.secret, case.other_secret, presented):
        assert not any(secret in text for text in texts)


@every_scheme
def test_huge_body_is_judged_not_crashed_on(case: Case) -> None:
    refusal(case, replace(case.without_credential(case.genuine()), body=b"[" * 1_000_000))


@every_scheme
def test_doubled_header_is_not_a_way_in(case: Case) -> None:
    forged = case.with_credential(case.genuine(), "x, x")

    refusal(case, forged)


@every_scheme
def test_ordinary_request_is_no_challenge(case: Case) -> None:
    assert verifier_for(case.scheme).challenge(case.genuine(), case.settings()) is None
