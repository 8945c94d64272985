"""Standard Webhooks (standardwebhooks.com), symmetric signatures ``v1``."""

from __future__ import annotations

from collections.abc import Mapping

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import decode_base64, listed, require_match, sign, to_bytes
from connector_config.verification.settings import IP_ALLOW_LIST, SettingError, VerificationSettings, secret_settings
from connector_config.verification.timestamps import TOLERANCE, require_fresh


class StandardWebhooksVerifier(Verifier):
    """``v1,`` and Base64 of HMAC-SHA256 over id, timestamp and body; several signatures stand with blanks between."""

    scheme = "standard_webhooks"
    label = "Standard Webhooks"
    settings_schema = (*secret_settings("Secret", "As given: whsec_ and Base64."), TOLERANCE, IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless one signature is right and the timestamp is fresh."""
        message_id = request.required_header("webhook-id")
        timestamp = request.required_header("webhook-timestamp")
        signatures = listed(request.required_header("webhook-signature"), " ")
        require_fresh(timestamp, request.received_at, settings.number("tolerance_seconds"))
        message = to_bytes(f"{message_id}.{timestamp}.") + request.body
        expected = ["v1," + sign(_key(secret), message, encoding="base64") for secret in settings.secrets]
        require_match(signatures, expected)

    def replay_key(self, request: SignedRequest, settings: VerificationSettings) -> str | None:
        """Id, timestamp and body: a retry has a new timestamp, and careless senders give two messages one id."""
        return f"{request.header('webhook-id')}.{request.header('webhook-timestamp')}.{request.body_digest}"

    def sender_headers(self, request: SignedRequest, settings: VerificationSettings, nonce: str) -> Mapping[str, str]:
        """The nonce as the message's id, the time, and the signature over both and the body."""
        timestamp = str(int(request.received_at.timestamp()))
        message = to_bytes(f"{nonce}.{timestamp}.") + request.body
        signature = sign(_key(settings.secrets[0]), message, encoding="base64")
        return {"webhook-id": nonce, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """A secret that is no Base64 would refuse every request."""
        try:
            is_good = all(_key(secret) for secret in settings.secrets)
        except VerificationError:
            is_good = False
        return [] if is_good else [SettingError("secret", "must be Base64, with or without whsec_ before it")]


def _key(secret: str) -> bytes:
    return decode_base64(secret.removeprefix("whsec_"))
