"""Requests signed with a shared secret, by patterns: what is signed, and which headers carry the signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from connector_config.outgoing.authentication.base import (
    AuthenticationError,
    AuthenticationKind,
    AuthenticationSettings,
    Headers,
    Moment,
)
from connector_config.outgoing.authentication.fixed import HEADER_NAME, plain_header
from connector_config.outgoing.authentication.pattern import check, fill_in, uses
from connector_config.rendering import CONTENT_TYPES, RenderedRequest
from connector_config.verification.comparison import sign
from connector_config.verification.settings import Setting, SettingError
from telephony_connector.common.redaction import MASK

SIGNED_NAMES = (
    "method", "url", "host", "path", "query", "body", "sorted_query", "sorted_form", "sorted_parameters", "key",
    "timestamp", "timestamp_ms", "date", "iso_date", "nonce", "newline",
)  # fmt: skip
"""What a signature may cover (docs/templates.md)."""

HEADER_VALUES = (*SIGNED_NAMES, "signature")
_DEFAULT_HEADERS = "Authorization: {key}:{signature}"


class HmacAuthentication(AuthenticationKind):
    """A keyed hash over parts of the request. Zadarma: ``{path}{sorted_parameters}{md5:sorted_parameters}``."""

    kind = "hmac"
    label = "HMAC signature of the request"
    help = "What is signed, and the headers, are patterns: {path}, {sorted_parameters}, {md5:body}, {timestamp} …"
    settings_schema = (
        Setting("key", "Key", help="The public key or id that stands beside the signature, if there is one."),
        Setting("secret", "Secret", required=True, secret=True),
        Setting("string_to_sign", "String to sign", required=True,
                help="A pattern such as {method}{newline}{path}{newline}{timestamp}{newline}{sha256:body}"),
        Setting("digest", "Hash", default="sha256", choices=("sha1", "sha256", "sha512", "md5")),
        Setting("encoding", "Signature's encoding", default="hex", choices=("hex", "base64", "base64url", "base64_hex"),
                help="base64_hex is Base64 of the hexadecimal digits, as PHP's hash_hmac gives them."),
        Setting("signature_headers", "Headers", default=_DEFAULT_HEADERS,
                help="Name: pattern; several parted by |, as X-Time: {timestamp} | X-Signature: {signature}"),
    )  # fmt: skip

    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        values = signed_values(request, moment) | {"key": settings.text("key")}
        text = fill_in(settings.text("string_to_sign"), values)
        values["signature"] = sign(
            settings.text("secret"),
            text.encode(),
            algorithm=settings.text("digest"),
            encoding=settings.text("encoding"),
        )
        return tuple(plain_header(name, fill_in(pattern, values)) for name, pattern in _header_patterns(settings))

    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        return [name for name, _ in _header_patterns(settings)]

    def shown(self, settings: AuthenticationSettings) -> Headers:
        return tuple(
            (name, MASK if uses(pattern, "signature") or uses(pattern, "key") else pattern)
            for name, pattern in _header_patterns(settings)
        )

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        errors = []
        patterns: list[tuple[str, str, tuple[str, ...]]]
        patterns = [("string_to_sign", settings.text("string_to_sign"), SIGNED_NAMES)]
        patterns += [("signature_headers", pattern, HEADER_VALUES) for _, pattern in _header_patterns(settings)]
        for name, pattern, known in patterns:
            try:
                check(pattern, known)
            except AuthenticationError as error:
                errors.append(SettingError(name, str(error)))
        if not all(HEADER_NAME.fullmatch(name) for name in self.header_names(settings)):
            errors.append(SettingError("signature_headers", "write Name: pattern, several parted by |"))
        if not any(uses(pattern, "signature") for _, pattern in _header_patterns(settings)):
            errors.append(SettingError("signature_headers", "no header holds {signature}"))
        return errors


def signed_values(request: RenderedRequest, moment: Moment) -> dict[str, str]:
    """What patterns may use of a request, each part as it goes over the wire.

    The ``sorted_…`` are the decoded pairs of query, form or both, sorted by name and encoded again with ``+`` for a
    blank, as PHP's http_build_query and Python's urlencode do.
    """
    parts = urlsplit(request.url)
    host = parts.netloc.rpartition("@")[2]
    body = (request.body or b"").decode("utf-8", "replace")
    is_form = ("Content-Type", CONTENT_TYPES["form"]) in request.headers
    query, form = _pairs(parts.query), _pairs(body if is_form else "")
    now = moment.now.astimezone(UTC)
    return {
        "method": request.method.upper(),
        "url": parts._replace(netloc=host).geturl(),
        "host": host,
        "path": parts.path or "/",
        "query": parts.query,
        "body": body,
        "sorted_query": _sorted(query),
        "sorted_form": _sorted(form),
        "sorted_parameters": _sorted([*query, *form]),
        "timestamp": str(int(now.timestamp())),
        "timestamp_ms": str(int(now.timestamp() * 1000)),
        "date": format_datetime(now, usegmt=True),
        "iso_date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "nonce": moment.nonce,
        "newline": "\n",
    }


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _sorted(pairs: Sequence[tuple[str, str]]) -> str:
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))


def _header_patterns(settings: AuthenticationSettings) -> list[tuple[str, str]]:
    return list(_split_headers(settings.values))


def _split_headers(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for line in values.get("signature_headers", _DEFAULT_HEADERS).replace("\n", "|").split("|"):
        if line.strip():
            name, _, pattern = line.partition(":")
            yield name.strip(), pattern.strip()
