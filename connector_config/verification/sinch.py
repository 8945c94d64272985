"""Sinch's signed callbacks (Application scheme).

Source: developers.sinch.com callback-signed-request, sinch-sdk-node ``callbacks-webhook``.
"""

from __future__ import annotations

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import body_md5, decode_base64, encode, require_match, sign, to_bytes
from connector_config.verification.settings import (
    IP_ALLOW_LIST,
    Setting,
    SettingError,
    VerificationSettings,
    secret_settings,
)
from connector_config.verification.timestamps import TOLERANCE, require_fresh


class SinchVerifier(Verifier):
    """``Application key:signature`` over method, MD5 of the body, content type, ``x-timestamp`` and path."""

    scheme = "sinch"
    label = "Sinch (application signature)"
    settings_schema = (
        Setting("application_key", "Application key", required=True),
        *secret_settings("Application secret"),
        TOLERANCE,
        IP_ALLOW_LIST,
    )

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless key and signature are right and the timestamp is fresh."""
        kind, _, credentials = request.required_header("Authorization").partition(" ")
        if kind.lower() != "application":
            raise VerificationError("the header Authorization is not of the kind Application")
        timestamp = request.required_header("x-timestamp")
        # Sinch's own test sends the header's name inside its value.
        require_fresh(timestamp.removeprefix("x-timestamp:"), request.received_at, settings.number("tolerance_seconds"))
        digest = encode(body_md5(request.body), "base64") if request.body else ""
        lines = (request.method, digest, request.header("content-type"), f"x-timestamp:{timestamp}", request.path)
        message = to_bytes("\n".join(lines))
        key = settings.text("application_key")
        expected = [f"{key}:{sign(decode_base64(s), message, encoding='base64')}" for s in settings.secrets]
        require_match([credentials.strip()], expected, "application key or signature")

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """A secret that is no Base64 would refuse every request."""
        try:
            for secret in settings.secrets:
                decode_base64(secret)
        except VerificationError:
            return [SettingError("secret", "must be the Base64 text that Sinch shows")]
        return []
