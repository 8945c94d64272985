"""JSON Web Tokens that we sign: sent as they are (Vonage), or exchanged for an access token (RFC 7523)."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence

import jwt

from connector_config.outgoing.authentication.base import (
    AuthenticationError,
    AuthenticationKind,
    AuthenticationSettings,
    Headers,
    Moment,
)
from connector_config.outgoing.authentication.fixed import AUTHORIZATION, plain_header
from connector_config.rendering import RenderedRequest
from connector_config.verification.settings import Setting, SettingError
from telephony_connector.common.redaction import MASK

ALGORITHMS = ("RS256", "ES256", "HS256")
SHORTEST_SHARED_SECRET = 32
"""Bytes, for HS256 (RFC 7518 §3.2)."""

_PEM = re.compile(r"-----BEGIN (?P<label>[A-Z ]+)-----(?P<text>.*?)-----END (?P=label)-----", re.DOTALL)

CLAIM_SETTINGS = (
    Setting("claims", "Claims", help='A JSON object such as {"application_id": "…"}; iat, exp and jti are added.'),
    Setting("algorithm", "Algorithm", default="RS256", choices=ALGORITHMS, advanced=True),
    Setting("lifetime_seconds", "Lifetime (seconds)", default="300", maximum=86_400, advanced=True),
    Setting("key_id", "Key id", help="The header kid, where the provider asks for one.", advanced=True),
)
_KEY_HELP = "In PEM, with its BEGIN and END lines; for HS256 the shared secret."


class JwtAuthentication(AuthenticationKind):
    """A token of its own for every request, as Vonage wants it."""

    kind = "jwt"
    label = "JWT signed for each request"
    settings_schema = (
        Setting("private_key", "Private key", required=True, secret=True, help=_KEY_HELP),
        *CLAIM_SETTINGS,
    )

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        return (plain_header(AUTHORIZATION, f"Bearer {mint(settings, moment)}"),)

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return (AUTHORIZATION,)

    def shown(self, settings: AuthenticationSettings) -> Headers:
        return ((AUTHORIZATION, f"Bearer {MASK}"),)

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        return claim_errors(settings)


def mint(settings: AuthenticationSettings, moment: Moment, **claims: str) -> str:
    """A signed token; ``claims`` yield to those of the settings. Raises AuthenticationError for an unusable key."""
    issued_at = int(moment.now.timestamp())
    # Ten seconds back, since the provider's clock may be behind ours.
    times = {"iat": issued_at - 10, "exp": issued_at + settings.number("lifetime_seconds"), "jti": moment.nonce}
    payload = {**claims, **times, **claims_of(settings.text("claims"))}
    kid = settings.text("key_id")
    try:
        return jwt.encode(
            payload,
            pem(settings.text("private_key")),
            algorithm=settings.text("algorithm"),
            headers={"kid": kid} if kid else None,
        )
    except (ValueError, TypeError, jwt.PyJWTError):
        # The libraries quote keys in their errors.
        raise AuthenticationError(f"the private key is no key for {settings.text('algorithm')}") from None


def claims_of(text: str) -> dict[str, object]:
    """The claims as written. Raises AuthenticationError."""
    try:
        claims = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise AuthenticationError('the claims are no JSON object: write {"iss": "…"}')
    return claims


def pem(text: str) -> str:
    """A PEM whose line breaks were lost in a form or an environment variable, with line breaks; other text as it is."""
    found = _PEM.search(text)
    if found is None:
        return text
    content = re.sub(r"\\n|\s+", "", found["text"])
    lines = "\n".join(textwrap.wrap(content, 64))
    return f"-----BEGIN {found['label']}-----\n{lines}\n-----END {found['label']}-----\n"


def claim_errors(settings: AuthenticationSettings) -> list[SettingError]:
    """Claims that cannot be read, and a key that cannot sign."""
    errors: list[SettingError] = []
    try:
        claims_of(settings.text("claims"))
    except AuthenticationError as error:
        errors.append(SettingError("claims", str(error)))
    key, algorithm = settings.text("private_key"), settings.text("algorithm")
    if key and algorithm in ALGORITHMS and not _can_sign(key, algorithm):
        errors.append(SettingError("private_key", f"is no key for {algorithm}: paste the whole PEM, BEGIN and END too"))
    return errors


def _can_sign(key: str, algorithm: str) -> bool:
    if algorithm == "HS256":
        return len(key.encode()) >= SHORTEST_SHARED_SECRET and _PEM.search(key) is None
    try:
        jwt.encode({}, pem(key), algorithm=algorithm)
    except (ValueError, TypeError, jwt.PyJWTError):
        return False
    return True
