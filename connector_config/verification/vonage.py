"""Vonage's signed webhooks: a JWT in the header that holds the body's digest.

Source: developer.vonage.com/getting-started/concepts/webhooks (decoding signed webhooks).
"""

from __future__ import annotations

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import is_any_equal
from connector_config.verification.jwt import claims_of
from connector_config.verification.settings import IP_ALLOW_LIST, VerificationSettings, secret_settings
from connector_config.verification.shared_secret import bearer_token
from connector_config.verification.timestamps import TOLERANCE, require_fresh


class VonageVerifier(Verifier):
    """JWT HS256 in ``Authorization: Bearer``; a body must agree with the claim ``payload_hash``."""

    scheme = "vonage"
    label = "Vonage (signed webhooks)"
    settings_schema = (*secret_settings("Signature secret"), TOLERANCE, IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the token is genuine and current and the body is the one that it names."""
        claims = _claims(request, settings)
        issued_at = claims.get("iat")
        if isinstance(issued_at, bool) or not isinstance(issued_at, int):
            raise VerificationError("the token does not tell when it was issued")
        require_fresh(str(issued_at), request.received_at, settings.number("tolerance_seconds"))
        # A GET has no body and its token no digest; a body without a digest would be anybody's.
        if request.body and not is_any_equal([str(claims.get("payload_hash", "")).lower()], [request.body_digest]):
            raise VerificationError("the body is not the one that was signed")

    def replay_key(self, request: SignedRequest, settings: VerificationSettings) -> str | None:
        """The token's own id and time, where it has an id."""
        claims = _claims(request, settings)
        return f"{claims['jti']}.{claims.get('iat', '')}" if claims.get("jti") else None


def _claims(request: SignedRequest, settings: VerificationSettings) -> dict[str, object]:
    now = request.received_at.timestamp()
    return claims_of(
        bearer_token(request), settings.secrets, now=now, leeway_seconds=settings.number("tolerance_seconds")
    )
