"""Settings of the schemes: what is refused when they are saved, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector_config.verification import VERIFIERS, VerificationError, settings_for, validate_settings, verifier_for
from connector_config.verification.networks import is_in_networks, parse_networks
from tests.verifiers.cases import SECRET

GOOD_HMAC: dict[str, object] = {"header": "X-Sig", "secret": SECRET}


def messages(scheme: str, config: dict[str, object], *, has_secret: bool = False) -> dict[str, str]:
    return {error.setting: error.message for error in validate_settings(scheme, config, has_secret=has_secret)}


@pytest.mark.parametrize(
    ("scheme", "config", "setting", "message"),
    [
        ("hmca", {}, "scheme", "did you mean hmac?"),
        ("q", {}, "scheme", "known are basic, bearer"),
        ("hmac", {**GOOD_HMAC, "headre": "x"}, "headre", "did you mean header?"),
        ("hmac", {"secret": SECRET}, "header", "is required"),
        ("hmac", {"header": "X"}, "secret", "is required"),
        ("hmac", {"header": "X", "secret": "  "}, "secret", "is required"),
        ("hmac", {**GOOD_HMAC, "algorithm": "sha3"}, "algorithm", "must be one of sha256, sha1"),
        ("hmac", {**GOOD_HMAC, "tolerance_seconds": "5 min"}, "tolerance_seconds", "whole number from 0 to 86400"),
        ("hmac", {**GOOD_HMAC, "tolerance_seconds": -1}, "tolerance_seconds", "whole number from 0 to 86400"),
        ("hmac", {**GOOD_HMAC, "tolerance_seconds": 10**9}, "tolerance_seconds", "whole number from 0 to 86400"),
        ("hmac", {**GOOD_HMAC, "template": "{url}"}, "template", "must hold {body}"),
        ("hmac", {**GOOD_HMAC, "template": "{body}{bdy}"}, "template", "{bdy} is not known here"),
        ("hmac", {**GOOD_HMAC, "timestamp_header": "X-T"}, "template", "must hold {timestamp}"),
        ("hmac", {**GOOD_HMAC, "signature_key": "v1"}, "template", "must hold {timestamp}"),
        ("hmac", {**GOOD_HMAC, "template": "{timestamp}{body}"}, "timestamp_header", "is required"),
        ("hmac", {**GOOD_HMAC, "template": "{nonce}{body}"}, "nonce_header", "is required"),
        ("hmac", {**GOOD_HMAC, "secret_encoding": "hex"}, "secret", "is not hex"),
        ("hmac", {**GOOD_HMAC, "header": "x" * 5000}, "header", "longer than 4096"),
        ("hmac", {**GOOD_HMAC, "header": {"a": 1}}, "header", "single value"),
        ("none", {"ip_allow_list": ["10.0.0.0/8", "10.0.0.300"]}, "ip_allow_list", "'10.0.0.300' is not an address"),
        ("none", {"ip_allow_list": "10.0.0.1/8"}, "ip_allow_list", "'10.0.0.1/8' is not an address"),
        ("none", {"secret": SECRET}, "secret", "unknown setting"),
        ("basic", {"username": "a:b", "secret": SECRET}, "username", "colon"),
        ("basic", {"username": "a", "password": SECRET}, "password", "unknown setting; known are username, secret,"),
        ("telnyx", {"secret": SECRET}, "secret", "Ed25519"),
        ("standard_webhooks", {"secret": "!"}, "secret", "Base64"),
        ("standard_webhooks", {"secret": "whsec_"}, "secret", "Base64"),
        ("sinch", {"application_key": "k", "secret": "!"}, "secret", "Base64"),
        ("token", {"location": "cookie", "secret": SECRET}, "location", "header, query, body"),
    ],
)
def test_bad_settings_are_named(scheme: str, config: dict[str, object], setting: str, message: str) -> None:
    assert message in messages(scheme, config)[setting]


def test_good_settings_give_no_errors() -> None:
    assert messages("none", {"ip_allow_list": ["103.21.77.0/24", "2001:db8::/32"]}) == {}
    assert messages("hmac", {**GOOD_HMAC, "previous_secret": "old", "tolerance_seconds": 60}) == {}


def test_stored_secret_need_not_be_given_again() -> None:
    assert messages("bearer", {}, has_secret=True) == {}


def test_messages_hold_no_secret() -> None:
    secret = "s3cret-value-" + "x" * 5000

    for scheme in VERIFIERS:
        assert secret not in str(validate_settings(scheme, {"secret": secret, "secrte": "y"}))


def test_current_secret_comes_before_previous_and_stored_ones() -> None:
    settings = settings_for("bearer", {"secret": "new", "previous_secret": "old"}, ["stored", "new", " "])

    assert settings.secrets == ("new", "old", "stored")
    assert not {"secret", "previous_secret"} & set(settings.values)


def test_defaults_are_filled_in_and_values_become_text() -> None:
    settings = settings_for("hmac", {"header": " X-Sig ", "tolerance_seconds": 60, "ip_allow_list": ["10.0.0.1"]})

    assert settings.text("header") == "X-Sig"
    assert settings.text("algorithm") == "sha256"
    assert settings.number("tolerance_seconds") == 60
    assert settings.text("ip_allow_list") == "10.0.0.1"


@pytest.mark.parametrize("scheme", sorted(VERIFIERS))
def test_every_schema_can_build_a_form(scheme: str) -> None:
    verifier = verifier_for(scheme)

    names = [setting.name for setting in verifier.settings_schema]
    assert verifier.label
    assert len(names) == len(set(names))
    assert "ip_allow_list" in names
    assert ("secret" in names) is verifier.needs_secret
    assert all(setting.label for setting in verifier.settings_schema)
    assert all(not setting.choices or setting.default in setting.choices for setting in verifier.settings_schema)
    assert "scheme" not in names


def test_unknown_scheme_verifies_nothing() -> None:
    with pytest.raises(VerificationError):
        verifier_for("nothing")


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("11.0.0.1", False),
        ("2001:db8::5", True), ("2001:db9::5", False),
        ("", False), ("10.1.2.3, 1.1.1.1", False), ("localhost", False), ("10.1.2", False),
    ],
)  # fmt: skip
def test_address_is_looked_for_in_networks(address: str, is_inside: bool) -> None:
    networks = parse_networks("10.0.0.0/8; 2001:db8::/32")

    assert is_in_networks(address, networks) is is_inside


def test_guide_names_every_scheme_and_setting() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "verification.md").read_text()

    for scheme, verifier in VERIFIERS.items():
        assert f"| `{scheme}` |" in guide
        assert all(f"`{setting.name}`" in guide for setting in verifier.settings_schema)
