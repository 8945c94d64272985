"""Authentication that is the same for every request: none, Basic, Bearer, an API key in a header."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from connector_config.outgoing.authentication.base import (
    AuthenticationError,
    AuthenticationKind,
    AuthenticationSettings,
    Headers,
    Moment,
)
from connector_config.rendering import RenderedRequest
from connector_config.verification.settings import Setting, SettingError
from telephony_connector.common.redaction import MASK

AUTHORIZATION = "Authorization"
HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def plain_header(name: str, value: str) -> tuple[str, str]:
    """The header. Raises AuthenticationError when the value holds a line break or another control character."""
    if CONTROL.search(value):
        raise AuthenticationError(f"the authentication's header {name} holds a line break or another control character")
    return name, value


class NoAuthentication(AuthenticationKind):
    """Nothing is added: the template itself holds what the provider asks for."""

    kind = "none"
    label = "None, or within the URL, headers or body"

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        return ()

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return ()


class BasicAuthentication(AuthenticationKind):
    """User name and password in UTF-8 (RFC 7617)."""

    kind = "basic"
    label = "Basic: user name and password"
    settings_schema = (
        Setting("username", "User name", required=True),
        Setting("password", "Password", required=True, secret=True),
    )

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        return (basic_header(settings.text("username"), settings.text("password")),)

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return (AUTHORIZATION,)

    def shown(self, settings: AuthenticationSettings) -> Headers:
        return ((AUTHORIZATION, f"Basic {MASK}"),)

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        has_colon = ":" in settings.text("username")
        return [SettingError("username", "may hold no colon: it parts name and password")] if has_colon else []


class BearerAuthentication(AuthenticationKind):
    """A token that does not change (RFC 6750)."""

    kind = "bearer"
    label = "Bearer token"
    settings_schema = (Setting("token", "Token", required=True, secret=True),)

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        return (plain_header(AUTHORIZATION, f"Bearer {settings.text('token')}"),)

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return (AUTHORIZATION,)

    def shown(self, settings: AuthenticationSettings) -> Headers:
        return ((AUTHORIZATION, f"Bearer {MASK}"),)


class HeaderAuthentication(AuthenticationKind):
    """An API key in a header of the provider's own."""

    kind = "header"
    label = "API key in a header"
    settings_schema = (
        Setting("header", "Header", required=True, help="Its name, such as X-Api-Key."),
        Setting("value", "Value", required=True, secret=True),
    )

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        return (plain_header(settings.text("header"), settings.text("value")),)

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return (settings.text("header"),)

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        is_name = HEADER_NAME.fullmatch(settings.text("header"))
        return [] if is_name else [SettingError("header", "is no header name: letters, digits and hyphens only")]


def basic_header(username: str, password: str) -> tuple[str, str]:
    """Authorization for a name and a password."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return AUTHORIZATION, f"Basic {pair}"
