"""Zoom's webhook signature and its validation of a URL, repeated every 72 hours.

Source: developers.zoom.us/docs/api/webhooks.
"""

from __future__ import annotations

import json
import re

from connector_config.verification.base import ChallengeReply, SignedRequest
from connector_config.verification.bodies import at_path, json_body
from connector_config.verification.comparison import sign, to_bytes
from connector_config.verification.hmac_signature import HmacVerifier
from connector_config.verification.settings import VerificationSettings

# The reply signs what the sender chose with the key of the events. No signed event is of this form (each holds
# colons), so that the handshake cannot be used to have a forged event signed.
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


class ZoomVerifier(HmacVerifier):
    """``v0=`` and HMAC-SHA256 over ``v0:timestamp:body``, by the settings of the generic scheme."""

    def challenge(self, request: SignedRequest, settings: VerificationSettings) -> ChallengeReply | None:
        """``endpoint.url_validation`` is answered by its token and the token's HMAC under the current secret."""
        tree = json_body(request.body)
        token = at_path(tree, "payload.plainToken")
        if at_path(tree, "event") != "endpoint.url_validation" or not isinstance(token, str):
            return None
        if not settings.secrets or not _PLAIN_TOKEN.fullmatch(token):
            return None
        reply = {"plainToken": token, "encryptedToken": sign(settings.secrets[0], to_bytes(token))}
        return ChallengeReply(body=json.dumps(reply).encode(), content_type="application/json")


ZOOM = ZoomVerifier(
    "zoom", "Zoom",
    defaults={
        "header": "x-zm-signature", "prefix": "v0=", "template": "v0:{timestamp}:{body}",
        "timestamp_header": "x-zm-request-timestamp",
    },
)  # fmt: skip
