"""Bodies that are a JWT themselves, as Dialpad sends them: what was signed is what gets journalled.

Source: developers.dialpad.com/docs/event-subscriptions.
"""

from __future__ import annotations

import json

from connector_config.verification.base import SignedRequest, Verifier
from connector_config.verification.bodies import json_body
from connector_config.verification.jwt import claims_of
from connector_config.verification.settings import IP_ALLOW_LIST, Setting, VerificationSettings, secret_settings


class JwtBodyVerifier(Verifier):
    """The whole body is a JWT HS256; its claims are the event."""

    settings_schema = (
        *secret_settings(),
        Setting(
            "leeway_seconds", "Leeway in seconds", default="60", maximum=3600, advanced=True,
            help="Allowed past the token's own times, where it has them.",
        ),
        IP_ALLOW_LIST,
    )  # fmt: skip

    def __init__(self, scheme: str, label: str) -> None:
        self.scheme, self.label = scheme, label

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the body is a genuine token."""
        self._claims(request, settings)

    def verified_body(self, request: SignedRequest, settings: VerificationSettings) -> bytes:
        """The claims as JSON; VerificationError when the token is not genuine."""
        return json.dumps(self._claims(request, settings), ensure_ascii=True).encode()

    def _claims(self, request: SignedRequest, settings: VerificationSettings) -> dict[str, object]:
        token = request.body.strip()
        # Sent with a JSON content type the token may come as a JSON string.
        quoted = json_body(token) if token.startswith(b'"') else None
        text = quoted if isinstance(quoted, str) else token.decode("ascii", "replace")
        now = request.received_at.timestamp()
        return claims_of(text, settings.secrets, now=now, leeway_seconds=settings.number("leeway_seconds"))
