"""Plivo's signatures, version 3 and 2, and Vobiz's, which were built after them.

Source: plivo.com/docs/voice/concepts/signature-validation, plivo-python ``signature_v3``; docs.vobiz.ai.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import is_any_equal, listed, sign, to_bytes
from connector_config.verification.settings import IP_ALLOW_LIST, Setting, VerificationSettings, secret_settings

_VERSION = Setting(
    "version", "Version", default="V3", choices=("V3", "V2"), advanced=True,
    help="V2 covers the URL alone: whoever has seen one request can send another body with it.",
)  # fmt: skip


class PlivoVerifier(Verifier):
    """Base64 of HMAC-SHA256 over URL, nonce and (``covers_form``, version 3) the sorted parameters."""

    def __init__(self, scheme: str, label: str, header: str, *, covers_form: bool) -> None:
        self.scheme, self.label = scheme, label
        self._header, self._covers_form = header, covers_form
        self.settings_schema = (*secret_settings("Auth token"), _VERSION, IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless one of the listed signatures is right. The version is set, never the sender's choice."""
        header = self._header + settings.text("version")
        signatures = listed(request.required_header(header))
        nonce = request.required_header(f"{header}-Nonce")
        is_genuine = False
        for url in request.urls:
            message = to_bytes(self._signed_text(request, url, settings.text("version")) + nonce)
            expected = [sign(secret, message, encoding="base64") for secret in settings.secrets]
            is_genuine |= is_any_equal(signatures, expected)
        if not is_genuine:
            raise VerificationError(
                "the signature does not match; it covers the URL: is PUBLIC_URL what the provider calls?"
            )

    def replay_key(self, request: SignedRequest, settings: VerificationSettings) -> str | None:
        """The nonce."""
        return request.header(f"{self._header}{settings.text('version')}-Nonce") or None

    def _signed_text(self, request: SignedRequest, url: str, version: str) -> str:
        base, _, query = url.partition("?")
        if version == "V2":
            return base
        if not self._covers_form:
            return f"{url}."
        if request.body and (request.method == "GET" or not request.form):
            raise VerificationError("the body is not a form, and nothing else is signed")
        pairs = _joined(parse_qs(query, keep_blank_values=True), "=", "&")
        form = _joined(request.form, "", "")
        if not form:
            return f"{base}?{pairs}." if pairs else f"{base}."
        return f"{base}?{pairs}.{form}." if pairs else f"{base}?{form}."


def _joined(fields: Mapping[str, list[str]], between: str, after: str) -> str:
    return after.join(f"{name}{between}{value}" for name in sorted(fields) for value in sorted(fields[name]))
