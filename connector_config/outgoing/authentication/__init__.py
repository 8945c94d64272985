"""How we prove ourselves to a provider: a closed registry of kinds, each with its settings. Pure.

Settings come as ``{"kind": …, …}`` in the configuration file; here the kind and the other keys are apart.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

from connector_config.outgoing.authentication.base import (
    AuthenticationError,
    AuthenticationKind,
    AuthenticationSettings,
    Headers,
    Moment,
)
from connector_config.outgoing.authentication.fixed import (
    BasicAuthentication,
    BearerAuthentication,
    HeaderAuthentication,
    NoAuthentication,
)
from connector_config.outgoing.authentication.hmac_signing import HmacAuthentication
from connector_config.outgoing.authentication.json_web_token import JwtAuthentication
from connector_config.outgoing.authentication.oauth import (
    ClientCredentials,
    IssuedToken,
    JwtBearer,
    OAuthAuthentication,
    RefreshToken,
    TokenRefusedError,
    TokenRequest,
    read_token,
)
from connector_config.rendering import RenderedRequest
from connector_config.verification.settings import SettingError, as_text, nearest, schema_errors

__all__ = [
    "KINDS", "TOKEN_KINDS", "AuthenticationError", "AuthenticationSettings", "IssuedToken", "Moment",
    "TokenRefusedError", "TokenRequest", "authenticate", "header_names", "normalised", "read_token", "secret_names",
    "settings_of", "shown_headers", "token_request", "validate_authentication",
]  # fmt: skip

KINDS: dict[str, AuthenticationKind] = {
    kind.kind: kind
    for kind in (
        NoAuthentication(),
        BasicAuthentication(),
        BearerAuthentication(),
        HeaderAuthentication(),
        ClientCredentials(),
        RefreshToken(),
        JwtBearer(),
        JwtAuthentication(),
        HmacAuthentication(),
    )
}
"""Every kind by its name in ``authentication: {kind: …}``."""

TOKEN_KINDS = frozenset(name for name, kind in KINDS.items() if isinstance(kind, OAuthAuthentication))
"""Kinds that need an access token before a request can go out."""

_LONGEST_SENT_SECRET = 512
"""Longer ones are private keys, which are never sent."""


def normalised(config: Mapping[str, object]) -> dict[str, object]:
    """Settings as they are stored: texts, empty ones left out; a mapping (``claims``) becomes JSON."""
    values = {
        str(name): json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else as_text(value)
        for name, value in config.items()
    }
    return {name: value for name, value in values.items() if value}


def secret_names(kind: str) -> frozenset[str]:
    """The settings of a kind that are never shown."""
    schema = KINDS[kind].settings_schema if kind in KINDS else ()
    return frozenset(setting.name for setting in schema if setting.secret)


def settings_of(kind: str, config: Mapping[str, object]) -> AuthenticationSettings:
    """Typed settings with the kind's defaults; keys of other kinds are left out. Raises AuthenticationError."""
    return AuthenticationSettings({
        setting.name: as_text(config.get(setting.name)) or setting.default
        for setting in _kind(kind).settings_schema
    })  # fmt: skip


def validate_authentication(kind: str, config: Mapping[str, object], *, has_secret: bool = False) -> list[SettingError]:
    """Everything that is wrong with a kind's settings; empty when they are good. Messages hold no secret.

    ``has_secret``: a secret that is missing is no fault, since it is still to be entered.
    """
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"; did you mean {near}?" if near else f"; known are {', '.join(KINDS)}"
        return [SettingError("kind", "unknown kind of authentication" + hint)]
    errors = schema_errors(KINDS[kind].settings_schema, config, has_secret=has_secret)
    if (
        not errors
        and kind == JwtBearer.kind
        and not has_secret
        and not (config.get("assertion") or config.get("private_key"))
    ):
        errors = [SettingError("assertion", "is required, or else a private key")]
    return errors or KINDS[kind].settings_errors(settings_of(kind, config))


def header_names(kind: str, config: Mapping[str, object]) -> frozenset[str]:
    """The headers that the authentication sets, in small letters."""
    if kind not in KINDS:
        return frozenset()
    return frozenset(name.casefold() for name in KINDS[kind].header_names(settings_of(kind, config)))


def shown_headers(kind: str, config: Mapping[str, object]) -> Headers:
    """The headers that the authentication sets, for the eye: secrets masked. Raises AuthenticationError."""
    return _kind(kind).shown(_complete(kind, config))


def authenticate(
    request: RenderedRequest, kind: str, config: Mapping[str, object], moment: Moment, token: str = ""
) -> RenderedRequest:
    """The request with what its kind adds, in place of headers of the same names. Raises AuthenticationError."""
    settings = _complete(kind, config)
    added = _kind(kind).headers(request, settings, moment, token)
    names = {name.casefold() for name, _ in added}
    kept = tuple(header for header in request.headers if header[0].casefold() not in names)
    # Behind the scheme of Authorization, if there is one: its word alone is no secret.
    sent = [value.rpartition(" ")[2] for _, value in added]
    own = [settings.text(name) for name in secret_names(kind)]
    secrets = [text for text in own if text and len(text) <= _LONGEST_SENT_SECRET]
    return dataclasses.replace(
        request,
        headers=(*kept, *added),
        secrets=tuple(dict.fromkeys((*request.secrets, *secrets, *filter(None, sent)))),
    )


def token_request(kind: str, config: Mapping[str, object], moment: Moment, refresh_token: str = "") -> TokenRequest:
    """What to ask the token URL; only for TOKEN_KINDS. Raises AuthenticationError."""
    found = _kind(kind)
    if not isinstance(found, OAuthAuthentication):
        raise AuthenticationError(f"{found.label} needs no token")
    return found.token_request(_complete(kind, config), moment, refresh_token)


def _kind(kind: str) -> AuthenticationKind:
    if kind not in KINDS:
        raise AuthenticationError("the template names a kind of authentication that does not exist")
    return KINDS[kind]


def _complete(kind: str, config: Mapping[str, object]) -> AuthenticationSettings:
    """Raises AuthenticationError when something is missing that was still to be entered."""
    settings = settings_of(kind, config)
    for setting in _kind(kind).settings_schema:
        if setting.required and not settings.text(setting.name):
            raise AuthenticationError(f"the authentication's {setting.label.lower()} is not set; enter it in its tab")
    return settings
