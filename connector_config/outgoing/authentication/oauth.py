"""OAuth 2.0: what is asked of a token URL, and what its answer says. Sending and remembering is another's business.

The protocol's texts are written and read by oauthlib, which opens no connections itself (docs/adr/0021).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth2 import OAuth2Error
from oauthlib.oauth2.rfc6749.parameters import parse_token_response, prepare_token_request

from connector_config.outgoing.address import compile_url
from connector_config.outgoing.authentication.base import (
    AuthenticationError,
    AuthenticationKind,
    AuthenticationSettings,
    Headers,
    Moment,
)
from connector_config.outgoing.authentication.fixed import AUTHORIZATION, HEADER_NAME, basic_header, plain_header
from connector_config.outgoing.authentication.json_web_token import CLAIM_SETTINGS, claim_errors, mint
from connector_config.outgoing.authentication.pattern import check, fill_in, uses
from connector_config.outgoing.grammar import TemplateError
from connector_config.rendering import CONTENT_TYPES, RenderedRequest
from connector_config.verification.settings import Setting, SettingError
from telephony_connector.common.redaction import MASK, redact_text

DEFAULT_LIFETIME_SECONDS = 3600
"""Of a token whose answer names none."""

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN_HEADER = "Authorization: Bearer {token}"  # noqa: S105 - a pattern
_TOKEN_URL = Setting("token_url", "Token URL", required=True, help="Where access tokens are asked for.")
_CLIENT = (
    Setting("client_id", "Client id", required=True),
    Setting("client_secret", "Client secret", secret=True),
)
_USUAL = (
    Setting("scope", "Scope", help="Several parted by blanks; empty: the provider's default.", advanced=True),
    Setting("extra_parameters", "Further parameters", help="As account_id=…&audience=…", advanced=True),
    Setting("secret_parameters", "Secret parameters", secret=True, advanced=True, help="As password=…; never shown."),
    Setting("client_authentication", "Client id and secret are sent", default="basic", choices=("basic", "body"),
            help="basic: in the header Authorization; body: as form fields.", advanced=True),
    Setting("token_header", "Header", default=_TOKEN_HEADER, help="How the token is sent on.", advanced=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What to POST to get an access token. ``secrets`` are the texts that no record may show."""

    url: str = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token; ``refresh_token`` is the one to use next time, empty when none was given."""

    access_token: str = field(repr=False)
    lifetime_seconds: int
    refresh_token: str = field(default="", repr=False)


class TokenRefusedError(Exception):
    """The token URL answered, but gave no token; the message is its own words, without secrets."""


class OAuthAuthentication(AuthenticationKind):
    """An access token that is asked for, kept until shortly before it expires, and asked for anew."""

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        name, pattern = _token_header(settings)
        return (plain_header(name, fill_in(pattern, {"token": token})),)

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return (_token_header(settings)[0],)

    def shown(self, settings: AuthenticationSettings) -> Headers:
        name, pattern = _token_header(settings)
        return ((name, fill_in(pattern, {"token": MASK})),)

    def token_request(self, settings: AuthenticationSettings, moment: Moment, refresh_token: str = "") -> TokenRequest:
        """What to send; ``refresh_token`` is the latest that an answer gave. Raises AuthenticationError."""
        further = [*_pairs(settings, "extra_parameters"), *_pairs(settings, "secret_parameters")]
        parameters = self.grant(settings, moment, refresh_token)
        if settings.text("scope"):
            parameters["scope"] = settings.text("scope")
        client_id, client_secret = settings.text("client_id"), settings.text("client_secret")
        headers: Headers = (("Content-Type", CONTENT_TYPES["form"]), ("Accept", "application/json"))
        if client_secret and settings.text("client_authentication") == "basic":
            headers = (*headers, basic_header(client_id, client_secret))
        else:
            parameters |= {"client_id": client_id} | ({"client_secret": client_secret} if client_secret else {})
        body = str(prepare_token_request(body=urlencode(further), **parameters))  # type: ignore[arg-type]  # form fields
        return TokenRequest(
            url=settings.text("token_url"),
            headers=headers,
            body=body.encode(),
            secrets=_secrets(settings, parameters, headers),
        )

    @abstractmethod
    def grant(self, settings: AuthenticationSettings, moment: Moment, refresh_token: str) -> dict[str, str]:
        """The parameters of this grant, ``grant_type`` among them."""

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        errors = []
        try:
            if compile_url(settings.text("token_url")).placeholders:
                errors.append(SettingError("token_url", "may hold no merge field: tokens are shared by all requests"))
        except TemplateError as error:
            errors.append(SettingError("token_url", str(error)))
        name, pattern = _token_header(settings)
        try:
            check(pattern, {"token"})
        except AuthenticationError as error:
            errors.append(SettingError("token_header", str(error)))
        if not HEADER_NAME.fullmatch(name) or not uses(pattern, "token"):
            errors.append(SettingError("token_header", f"write a header with {{token}}: {_TOKEN_HEADER}"))
        return errors


class ClientCredentials(OAuthAuthentication):
    """The application's own token (RFC 6749 §4.4); ``account_credentials`` is Zoom's name for it."""

    kind = "oauth2_client_credentials"
    label = "OAuth 2.0: client credentials"
    settings_schema = (
        _TOKEN_URL, *_CLIENT,
        Setting("grant_type", "Grant type", default="client_credentials",
                choices=("client_credentials", "account_credentials"), advanced=True,
                help="Zoom's server-to-server applications want account_credentials, and account_id=… further below."),
        *_USUAL,
    )  # fmt: skip

    def grant(self, settings: AuthenticationSettings, moment: Moment, refresh_token: str) -> dict[str, str]:
        return {"grant_type": settings.text("grant_type")}


class RefreshToken(OAuthAuthentication):
    """A token for a person who has agreed once (RFC 6749 §6); a new refresh token takes the old one's place."""

    kind = "oauth2_refresh_token"
    label = "OAuth 2.0: refresh token"
    settings_schema = (
        _TOKEN_URL, *_CLIENT, Setting("refresh_token", "Refresh token", required=True, secret=True), *_USUAL,
    )  # fmt: skip

    def grant(self, settings: AuthenticationSettings, moment: Moment, refresh_token: str) -> dict[str, str]:
        return {"grant_type": "refresh_token", "refresh_token": refresh_token or settings.text("refresh_token")}


class JwtBearer(OAuthAuthentication):
    """A JWT in exchange for a token (RFC 7523 §2.1): one that the provider made (RingCentral), or one that we sign."""

    kind = "jwt_bearer"
    label = "OAuth 2.0: JWT bearer"
    settings_schema = (
        _TOKEN_URL,
        Setting("client_id", "Client id"),
        _CLIENT[1],
        Setting("assertion", "JWT", secret=True, help="One that the provider made for you; else give a private key."),
        Setting("private_key", "Private key", secret=True, help="In PEM: the JWT is signed with it."),
        *CLAIM_SETTINGS, *_USUAL,
    )  # fmt: skip

    def grant(self, settings: AuthenticationSettings, moment: Moment, refresh_token: str) -> dict[str, str]:
        if not (settings.text("assertion") or settings.text("private_key")):
            raise AuthenticationError("the authentication lacks its JWT, or the private key to sign one")
        audience = settings.text("token_url")
        return {
            "grant_type": JWT_BEARER,
            "assertion": settings.text("assertion") or mint(settings, moment, aud=audience),
        }

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        return [*super().settings_errors(settings), *claim_errors(settings)]


def read_token(status: int, body: str, secrets: Sequence[str] = ()) -> IssuedToken:
    """The token of an answer. Raises TokenRefusedError with the provider's words."""
    try:
        answer = parse_token_response(body)
    except OAuth2Error as error:
        words = f"{error.error}: {error.description}" if error.description else str(error.error)
        raise TokenRefusedError(_told(status, words, secrets)) from None
    except (ValueError, TypeError, AttributeError, RecursionError, Warning):
        raise TokenRefusedError(_told(status, "the answer is no OAuth answer", secrets)) from None
    token, lifetime = answer.get("access_token"), answer.get("expires_in")
    if not 200 <= status < 300 or not isinstance(token, str) or not token:
        raise TokenRefusedError(_told(status, "the answer holds no access token", secrets))
    refresh_token = answer.get("refresh_token")
    return IssuedToken(
        access_token=token,
        lifetime_seconds=lifetime if isinstance(lifetime, int) and lifetime > 0 else DEFAULT_LIFETIME_SECONDS,
        refresh_token=refresh_token if isinstance(refresh_token, str) else "",
    )


def _told(status: int, words: str, secrets: Sequence[str]) -> str:
    return f"status {status}, {redact_text(words, secrets)[:300]}"


def _token_header(settings: AuthenticationSettings) -> tuple[str, str]:
    name, _, pattern = (settings.text("token_header") or _TOKEN_HEADER).partition(":")
    return name.strip(), pattern.strip()


def _pairs(settings: AuthenticationSettings, name: str) -> list[tuple[str, str]]:
    return parse_qsl(settings.text(name), keep_blank_values=True)


def _secrets(settings: AuthenticationSettings, parameters: Mapping[str, str], headers: Headers) -> tuple[str, ...]:
    named = [settings.text("client_secret"), *(value for _, value in _pairs(settings, "secret_parameters"))]
    sent = [parameters.get("assertion", ""), parameters.get("refresh_token", "")]
    basic = [value.removeprefix("Basic ") for name, value in headers if name == AUTHORIZATION]
    return tuple(text for text in (*named, *sent, *basic) if text)
