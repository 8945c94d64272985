"""Proving that a request comes from the provider: a closed registry of schemes, each with its settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector_config.verification.aliases import HMAC_ALIASES
from connector_config.verification.base import ChallengeReply, SignedRequest, VerificationError, Verifier
from connector_config.verification.ed25519 import Ed25519Verifier
from connector_config.verification.hmac_signature import HmacVerifier
from connector_config.verification.justcall import JustCallVerifier
from connector_config.verification.jwt_body import JwtBodyVerifier
from connector_config.verification.plivo import PlivoVerifier
from connector_config.verification.settings import (
    Setting,
    SettingError,
    VerificationSettings,
    complete,
    nearest,
    schema_errors,
)
from connector_config.verification.shared_secret import BasicVerifier, BearerVerifier, NoVerifier, TokenVerifier
from connector_config.verification.sinch import SinchVerifier
from connector_config.verification.standard_webhooks import StandardWebhooksVerifier
from connector_config.verification.subscriptions import RingCentralVerifier, TeamsVerifier
from connector_config.verification.twilio import TwilioVerifier
from connector_config.verification.vonage import VonageVerifier
from connector_config.verification.zadarma import ZadarmaVerifier
from connector_config.verification.zoom import ZOOM

__all__ = [
    "VERIFIERS", "ChallengeReply", "Setting", "SettingError", "SignedRequest", "VerificationError",
    "VerificationSettings", "Verifier", "settings_for", "validate_settings", "verifier_for",
]  # fmt: skip

VERIFIERS: dict[str, Verifier] = {
    verifier.scheme: verifier
    for verifier in (
        NoVerifier(),
        TokenVerifier(),
        BasicVerifier(),
        BearerVerifier(),
        HmacVerifier("hmac", "HMAC signature"),
        StandardWebhooksVerifier(),
        Ed25519Verifier("ed25519", "Ed25519 signature"),
        JwtBodyVerifier("jwt_body", "Body is a JWT (HS256)"),
        JwtBodyVerifier("dialpad", "Dialpad"),
        TwilioVerifier("twilio", "Twilio", "X-Twilio-Signature", "Auth token"),
        TwilioVerifier("signalwire", "SignalWire", "X-SignalWire-Signature", "Signing key"),
        PlivoVerifier("plivo", "Plivo", "X-Plivo-Signature-", covers_form=True),
        PlivoVerifier("vobiz", "Vobiz", "X-Vobiz-Signature-", covers_form=False),
        VonageVerifier(),
        Ed25519Verifier("telnyx", "Telnyx", "telnyx-signature-ed25519", "telnyx-timestamp"),
        SinchVerifier(),
        ZadarmaVerifier(),
        ZOOM,
        RingCentralVerifier(),
        TeamsVerifier(),
        JustCallVerifier(),
        *HMAC_ALIASES,
    )
}
"""Every scheme by its name in ``verification: {scheme: …}``."""


def verifier_for(scheme: str) -> Verifier:
    """The verifier of a scheme; VerificationError when there is none (settings are validated when saved)."""
    verifier = VERIFIERS.get(scheme)
    if verifier is None:
        raise VerificationError("the connector names a verification scheme that does not exist")
    return verifier


def settings_for(scheme: str, config: Mapping[str, object], secrets: Sequence[str] = ()) -> VerificationSettings:
    """Typed settings with the scheme's defaults.

    ``secrets`` are those stored apart, the current one first; ``secret`` and ``previous_secret`` inside ``config`` come
    before them. Unknown keys are left out: ``validate_settings`` reports them.
    """
    return complete(verifier_for(scheme).settings_schema, config, secrets)


def validate_settings(scheme: str, config: Mapping[str, object], *, has_secret: bool = False) -> list[SettingError]:
    """Everything that is wrong with a scheme's settings; empty when they are good.

    ``config`` is the mapping without the key ``scheme``, secrets included where they are given; ``has_secret`` tells
    that one is stored already, so that its absence here is no fault. Messages hold no secret.
    """
    verifier = VERIFIERS.get(scheme)
    if verifier is None:
        near = nearest(scheme, VERIFIERS)
        hint = f"; did you mean {near}?" if near else f"; known are {', '.join(sorted(VERIFIERS))}"
        return [SettingError("scheme", "unknown verification scheme" + hint)]
    errors = schema_errors(verifier.settings_schema, config, has_secret=has_secret)
    return errors or verifier.settings_errors(settings_for(scheme, config))
