"""Mistakes in the authentication of a request template, in the words and places of the configuration file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from connector_config.models import RequestHeader, RequestTemplate
from connector_config.outgoing.authentication import header_names, secret_names, validate_authentication
from connector_config.validators import BARRED_HEADERS, FieldError

AUTHORIZATION = "authorization"


def authentication_faults(template: RequestTemplate, headers: Sequence[RequestHeader]) -> Iterator[FieldError]:
    """Bad settings, and what stands in the way of others; fields are ``authentication.…``, ``headers.0.name``, ``url``.

    Secrets of a template that is switched off may still be missing, as a preset's are.
    """
    kind, settings = template.authentication_kind, template.authentication_settings
    errors = validate_authentication(kind, settings, has_secret=not template.is_enabled)
    yield from (FieldError(f"authentication.{error.setting}", error.message) for error in errors)
    if errors:
        return
    own = header_names(kind, settings)
    for name in own & BARRED_HEADERS:
        yield FieldError("authentication.kind", f"the header {name} is set by the connector itself")
    for index, header in enumerate(headers):
        if header.name.casefold() in own:
            yield FieldError(
                f"headers.{index}.name", f"{header.name} is set by the authentication; take one of them out"
            )
    if AUTHORIZATION in own and _has_userinfo(template.url):
        yield FieldError("url", "the authentication takes the place of user and password; take them out of the URL")


def is_missing_secret(template: RequestTemplate, field_name: str) -> bool:
    """True when a fault's field is a secret of the authentication that is not stored."""
    section, _, name = field_name.partition(".")
    is_secret = section == "authentication" and name in secret_names(template.authentication_kind)
    return is_secret and not template.authentication_settings.get(name)


def _has_userinfo(url: str) -> bool:
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return False
