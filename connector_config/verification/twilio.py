"""Twilio's signature over URL and form, and SignalWire's, which is the same under another name.

Source: twilio.com/docs/usage/security, twilio-python ``request_validator``.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit, urlunsplit

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import is_any_equal, sign, to_bytes
from connector_config.verification.settings import IP_ALLOW_LIST, VerificationSettings, secret_settings

_DEFAULT_PORTS = {"https": 443, "http": 80}


class TwilioVerifier(Verifier):
    """Base64 of HMAC-SHA1 over the URL and every form field, sorted; a JSON body is covered by ``bodySHA256``."""

    def __init__(self, scheme: str, label: str, header: str, secret_label: str) -> None:
        self.scheme, self.label, self._header = scheme, label, header
        self.settings_schema = (*secret_settings(secret_label), IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless one writing of the URL, with or without its default port, gives the signature."""
        signature = request.required_header(self._header)
        is_genuine = False
        for url in url_writings(request):
            message = to_bytes(url + _covered_content(request, url))
            expected = [sign(secret, message, algorithm="sha1", encoding="base64") for secret in settings.secrets]
            is_genuine |= is_any_equal([signature], expected)
        if not is_genuine:
            raise VerificationError(
                "the signature does not match; it covers the URL: is PUBLIC_URL what the provider calls?"
            )


def url_writings(request: SignedRequest) -> list[str]:
    """Each address with and without its scheme's default port: the sender may sign either."""
    writings = []
    for url in request.urls:
        writings += [url, *_other_port_writing(url)]
    return writings


def _other_port_writing(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        default = _DEFAULT_PORTS.get(parts.scheme)
        if default is None or parts.port not in (None, default):
            return []
    except ValueError:
        return []
    netloc = parts.netloc.removesuffix(f":{default}") if parts.port else f"{parts.netloc}:{default}"
    return [urlunsplit(parts._replace(netloc=netloc))]


def _covered_content(request: SignedRequest, url: str) -> str:
    """The sorted form, or nothing for a JSON body whose digest the URL holds; other bodies are covered by nothing."""
    if request.form or not request.body:
        return "".join(name + value for name in sorted(request.form) for value in sorted(set(request.form[name])))
    claimed = parse_qs(url.partition("?")[2]).get("bodySHA256", [])
    if not is_any_equal(claimed[:1], [request.body_digest]):
        raise VerificationError("the body is not the one that was signed")
    return ""
