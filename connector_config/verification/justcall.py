"""JustCall's dynamic webhook signatures.

Source: developer.justcall.io/docs/dynamic-webhook-signatures.
"""

from __future__ import annotations

from urllib.parse import quote

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.bodies import at_path, json_body
from connector_config.verification.comparison import is_any_equal, require_match, sign, to_bytes
from connector_config.verification.settings import IP_ALLOW_LIST, VerificationSettings, secret_settings
from connector_config.verification.timestamps import TOLERANCE, require_fresh


class JustCallVerifier(Verifier):
    """HMAC-SHA256 over secret, URL, event type and timestamp. The event's data is covered by nothing."""

    scheme = "justcall"
    label = "JustCall"
    help = "JustCall signs the address, the kind of event and the time, not the call's data."
    settings_schema = (*secret_settings("API secret"), TOLERANCE, IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the signature was made for one of our addresses, this kind of event and a fresh time."""
        signature = request.required_header("x-justcall-signature").lower()
        timestamp = request.required_header("x-justcall-request-timestamp")
        require_fresh(timestamp, request.received_at, settings.number("tolerance_seconds"))
        tree = json_body(request.body)
        url, kind = at_path(tree, "webhook_url"), at_path(tree, "type")
        if not isinstance(url, str) or not isinstance(kind, str):
            raise VerificationError("the body lacks webhook_url or type")
        if not is_any_equal([url], request.urls):
            raise VerificationError("the request was signed for another address; is PUBLIC_URL what JustCall calls?")
        tail = f"|{quote(url, safe='', errors='replace')}|{kind}|{timestamp}"
        require_match([signature], [sign(secret, to_bytes(secret + tail)) for secret in settings.secrets])
