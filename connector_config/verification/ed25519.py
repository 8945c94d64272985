"""Ed25519 signatures: the provider signs with its private key, we hold the public one. Telnyx is the known user.

Source: developers.telnyx.com, telnyx-python ``lib/webhook_verification``.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import decode_base64, to_bytes
from connector_config.verification.settings import (
    IP_ALLOW_LIST,
    Setting,
    SettingError,
    VerificationSettings,
    secret_settings,
)
from connector_config.verification.timestamps import TOLERANCE, require_fresh


class Ed25519Verifier(Verifier):
    """Base64 Ed25519 over timestamp, separator and body. The secret is the provider's public key (Base64 or hex)."""

    def __init__(self, scheme: str, label: str, header: str = "", timestamp_header: str = "") -> None:
        self.scheme, self.label = scheme, label
        is_alias = bool(header)
        self.settings_schema = (
            *secret_settings("Public key"),
            Setting("header", "Signature header", required=True, default=header, advanced=is_alias),
            Setting("timestamp_header", "Timestamp header", required=True, default=timestamp_header, advanced=is_alias),
            Setting("separator", "Between timestamp and body", default="|", advanced=True),
            TOLERANCE,
            IP_ALLOW_LIST,
        )

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless one of the public keys verifies the signature and the timestamp is fresh."""
        signature = decode_base64(request.required_header(settings.text("header")))
        timestamp = request.required_header(settings.text("timestamp_header"))
        require_fresh(timestamp, request.received_at, settings.number("tolerance_seconds"))
        message = to_bytes(timestamp + settings.text("separator")) + request.body
        if not any(_is_signed(_public_key(key), signature, message) for key in settings.secrets):
            raise VerificationError("the signature does not match")

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """A key that is no Ed25519 key would refuse every request."""
        try:
            for key in settings.secrets:
                _public_key(key)
        except VerificationError:
            return [SettingError("secret", "must be an Ed25519 public key (32 bytes, in Base64 or hexadecimal)")]
        return []


def _public_key(text: str) -> Ed25519PublicKey:
    try:
        raw = bytes.fromhex(text) if len(text.strip()) == 64 else decode_base64(text)
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise VerificationError("the public key set for this connector is not an Ed25519 key") from None


def _is_signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
