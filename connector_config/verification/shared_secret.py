"""Schemes in which the provider shows a secret: a token, a password, a bearer; and the scheme that checks nothing."""

from __future__ import annotations

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.bodies import body_text
from connector_config.verification.comparison import decode_base64, require_match
from connector_config.verification.settings import (
    IP_ALLOW_LIST,
    Setting,
    SettingError,
    VerificationSettings,
    secret_settings,
)


class NoVerifier(Verifier):
    """The key in the hook's path is the only credential."""

    scheme = "none"
    label = "None (the hook's own key)"
    help = "Anyone who knows the hook URL can send events. Add allowed addresses where the provider publishes them."
    needs_secret = False
    settings_schema = (IP_ALLOW_LIST,)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Accept everything."""


class TokenVerifier(Verifier):
    """A constant text in a header, a query parameter or the body."""

    scheme = "token"
    label = "Token"
    settings_schema = (
        *secret_settings("Token"),
        Setting("location", "Where the token is", default="header", choices=("header", "query", "body")),
        Setting(
            "name", "Name", default="X-Webhook-Token", help="The header, the query parameter, or the body's field "
            "(dotted for a nested one, such as data.token).",
        ),
        Setting("prefix", "Prefix", help="What stands before the token, such as “Token ”.", advanced=True),
        IP_ALLOW_LIST,
    )  # fmt: skip

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the token stands where it should, exactly once."""
        presented = self._presented(request, settings)
        prefix = settings.text("prefix")
        if not presented:
            raise VerificationError(f"the {settings.text('location')} has no token at {settings.text('name')}")
        if not presented.startswith(prefix):
            raise VerificationError("the token does not match")
        require_match([presented.removeprefix(prefix).strip()], settings.secrets, "token")

    def presented_secrets(self, request: SignedRequest, settings: VerificationSettings) -> tuple[str, ...]:
        """The token."""
        return (self._presented(request, settings).removeprefix(settings.text("prefix")).strip(),)

    def _presented(self, request: SignedRequest, settings: VerificationSettings) -> str:
        name = settings.text("name")
        match settings.text("location"):
            case "header":
                return request.header(name)
            case "query":
                values = request.query.get(name, [])
                return values[0] if len(values) == 1 else ""
            case _:
                return body_text(request, name)


class BasicVerifier(Verifier):
    """HTTP Basic (RFC 7617); the provider takes ``https://user:password@…`` or two fields."""

    scheme = "basic"
    label = "User name and password (Basic)"
    settings_schema = (
        Setting("username", "User name", required=True),
        *secret_settings("Password"),
        IP_ALLOW_LIST,
    )

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless user name and password are right; which of the two was wrong is not told."""
        kind, _, encoded = request.required_header("Authorization").partition(" ")
        if kind.lower() != "basic":
            raise VerificationError("the header Authorization is not of the kind Basic")
        presented = decode_base64(encoded).decode("utf-8", "replace")
        username = settings.text("username")
        expected = [f"{username}:{secret}" for secret in settings.secrets]
        require_match([presented], expected, "user name or password")

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """A colon would end the user name early."""
        has_colon = ":" in settings.text("username")
        return [SettingError("username", "must not contain a colon")] if has_colon else []


class BearerVerifier(Verifier):
    """A constant token in ``Authorization: Bearer …`` (RFC 6750)."""

    scheme = "bearer"
    label = "Bearer token"
    settings_schema = (*secret_settings("Token"), IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the bearer token is right."""
        require_match([bearer_token(request)], settings.secrets, "token")


def bearer_token(request: SignedRequest) -> str:
    """What follows ``Bearer``; VerificationError when the header is missing or of another kind."""
    kind, _, token = request.required_header("Authorization").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise VerificationError("the header Authorization is not of the kind Bearer")
    return token.strip()
