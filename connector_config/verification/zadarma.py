"""Zadarma's signature over two or three fields of the form, other ones for each event.

Source: zadarma.com/support/api, github.com/zadarma/user-api-v1 ``lib/Webhook``.
"""

from __future__ import annotations

import re

from connector_config.verification.base import ChallengeReply, SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import require_match, sign, to_bytes
from connector_config.verification.settings import IP_ALLOW_LIST, VerificationSettings, secret_settings

_INCOMING = ("caller_id", "called_did", "call_start")
_OUTGOING = ("internal", "destination", "call_start")
SIGNED_FIELDS = {
    "NOTIFY_START": _INCOMING,
    "NOTIFY_INTERNAL": _INCOMING,
    "NOTIFY_IVR": _INCOMING,
    "NOTIFY_END": _INCOMING,
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": _OUTGOING,
    "NOTIFY_OUT_END": _OUTGOING,
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
    "SPEECH_RECOGNITION": ("result",),
    "SMS": ("result",),
}
"""The vendor's table. All other fields (status, duration) are covered by nothing: allow its addresses too."""

_ECHO = re.compile(r"[A-Za-z0-9_.=-]{1,200}")


class ZadarmaVerifier(Verifier):
    """Base64 of the hexadecimal HMAC-SHA1 over the event's own fields."""

    scheme = "zadarma"
    label = "Zadarma"
    help = "Only numbers and start time are signed: allow Zadarma's addresses too (185.45.152.42)."
    settings_schema = (*secret_settings("API secret"), IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the fields that this event signs give the signature."""
        names = SIGNED_FIELDS.get(_field(request, "event"))
        if names is None:
            raise VerificationError("the field event names no event whose signature is known")
        message = to_bytes("".join(_field(request, name) for name in names))
        expected = [sign(s, message, algorithm="sha1", encoding="base64_hex") for s in settings.secrets]
        require_match([request.required_header("Signature")], expected)

    def challenge(self, request: SignedRequest, settings: VerificationSettings) -> ChallengeReply | None:
        """``?zd_echo=…`` is answered by its own value when the URL is being registered."""
        echo = request.query.get("zd_echo", [])
        is_echo = request.method == "GET" and len(echo) == 1 and _ECHO.fullmatch(echo[0])
        return ChallengeReply(body=echo[0].encode()) if is_echo else None


def _field(request: SignedRequest, name: str) -> str:
    values = request.form.get(name, [""])
    if len(values) != 1:
        raise VerificationError(f"the field {name} is there more than once")
    return values[0]
