"""The generic HMAC scheme: most providers' signatures are settings of this one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from connector_config.verification.base import SignedRequest, VerificationError, Verifier
from connector_config.verification.comparison import (
    ALGORITHMS,
    ENCODINGS,
    body_md5,
    decode_base64,
    encode,
    is_any_equal,
    listed,
    sign,
    to_bytes,
)
from connector_config.verification.settings import (
    IP_ALLOW_LIST,
    Setting,
    SettingError,
    VerificationSettings,
    secret_settings,
)
from connector_config.verification.timestamps import TOLERANCE, require_fresh

_PLACEHOLDER = re.compile(r"\{(body|body_md5|timestamp|nonce|url|method|path|header:[A-Za-z0-9_-]{1,80})\}")
_LOOKS_LIKE_PLACEHOLDER = re.compile(r"\{[^{}]*\}")

_SETTINGS = (
    *secret_settings(),
    Setting("header", "Signature header", required=True),
    Setting("algorithm", "Algorithm", default="sha256", choices=ALGORITHMS),
    Setting("encoding", "Encoding", default="hex", choices=ENCODINGS),
    Setting("prefix", "Prefix", help="What stands before the signature, such as sha256= or v0=."),
    Setting(
        "template", "Signed text", default="{body}", help="{body} {body_md5} {timestamp} {nonce} {url} {method} {path} "
        "{header:Name}; write \\n for a line end. It must hold the body.",
    ),
    Setting("timestamp_header", "Timestamp header", help="Unix seconds, milliseconds or ISO 8601."),
    Setting("nonce_header", "Nonce header", advanced=True),
    Setting(
        "signature_key", "Key of the signature", advanced=True,
        help="For a header such as t=1614265330,v1=5257a8…: v1. The timestamp is then taken from the header too.",
    ),
    Setting("timestamp_key", "Key of the timestamp", default="t", advanced=True),
    Setting("secret_encoding", "Secret written as", default="text", choices=("text", "base64", "hex"), advanced=True),
    TOLERANCE,
    IP_ALLOW_LIST,
)  # fmt: skip


class HmacVerifier(Verifier):
    """HMAC over a text composed by a template. A named alias is the same with other defaults."""

    def __init__(self, scheme: str, label: str, help_text: str = "", defaults: dict[str, str] | None = None) -> None:
        self.scheme, self.label, self.help = scheme, label, help_text
        self.settings_schema = tuple(_with_default(setting, defaults or {}) for setting in _SETTINGS)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the header holds the right signature, and a fresh timestamp where one is signed."""
        signatures, timestamp = _presented(request, settings)
        if timestamp:
            require_fresh(timestamp, request.received_at, settings.number("tolerance_seconds"))
        encoding, algorithm = settings.text("encoding"), settings.text("algorithm")
        is_genuine = False
        for url in request.urls:
            message = signed_text(request, settings, timestamp=timestamp, url=url)
            expected = [
                sign(_key(secret, settings), message, algorithm=algorithm, encoding=encoding).rstrip("=")
                for secret in settings.secrets
            ]
            is_genuine |= is_any_equal(signatures, expected)
        if not is_genuine:
            raise VerificationError("the signature does not match")

    def replay_key(self, request: SignedRequest, settings: VerificationSettings) -> str | None:
        """Nonce, timestamp and body (which is always signed), where the settings name a nonce."""
        nonce = request.header(settings.text("nonce_header")) if settings.text("nonce_header") else ""
        return f"{nonce}.{_presented(request, settings)[1]}.{request.body_digest}" if nonce else None

    def sender_headers(self, request: SignedRequest, settings: VerificationSettings, nonce: str) -> Mapping[str, str]:
        """The signature, and time and nonce where the settings name headers of them."""
        timestamp = str(int(request.received_at.timestamp()))
        pairs = ((settings.text("timestamp_header"), timestamp), (settings.text("nonce_header"), nonce))
        added = {name: value for name, value in pairs if name}
        sent = replace(request, headers={**request.headers, **{name.lower(): added[name] for name in added}})
        message = signed_text(sent, settings, timestamp=timestamp, url=request.url)
        key, encoding = _key(settings.secrets[0], settings), settings.text("encoding")
        signature = settings.text("prefix") + sign(
            key, message, algorithm=settings.text("algorithm"), encoding=encoding
        )
        if name := settings.text("signature_key"):
            signature = f"{settings.text('timestamp_key')}={timestamp},{name}={signature}"
        return added | {settings.text("header"): signature}

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """A signature that leaves out the body, or a timestamp that nobody signed, proves nothing."""
        return [*_template_errors(settings), *_timestamp_errors(settings), *_secret_errors(settings)]


def signed_text(request: SignedRequest, settings: VerificationSettings, *, timestamp: str, url: str) -> bytes:
    """The template filled in, in one pass: what stands in the body is never read as a placeholder."""

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("header:"):
            return request.required_header(name.removeprefix("header:"))
        simple = {"timestamp": timestamp, "url": url, "method": request.method, "path": request.path}
        return simple[name] if name in simple else request.required_header(settings.text("nonce_header"))

    parts = []
    template = settings.text("template").replace("\\n", "\n")
    for piece in re.split(r"(\{[^{}]*\})", template):
        if piece == "{body}":
            parts.append(request.body)
        elif piece == "{body_md5}":
            parts.append(encode(body_md5(request.body), "base64").encode())
        else:
            parts.append(to_bytes(_PLACEHOLDER.sub(value_of, piece)))
    return b"".join(parts)


def _presented(request: SignedRequest, settings: VerificationSettings) -> tuple[list[str], str]:
    """The signatures that the header holds, without prefix and padding, and the timestamp (empty: none is used)."""
    header = request.required_header(settings.text("header"))
    signature_key, prefix = settings.text("signature_key"), settings.text("prefix")
    entries = listed(header)
    timestamp = request.required_header(settings.text("timestamp_header")) if settings.text("timestamp_header") else ""
    if signature_key:
        pairs = [entry.partition("=")[::2] for entry in entries]
        entries = [value for key, value in pairs if key == signature_key]
        if not timestamp:
            times = [value for key, value in pairs if key == settings.text("timestamp_key")]
            if len(times) != 1 or not times[0]:
                raise VerificationError(f"the header {settings.text('header')} does not hold one timestamp")
            timestamp = times[0]
    is_hex = settings.text("encoding") == "hex"
    found = [entry.removeprefix(prefix).rstrip("=") for entry in entries if entry.startswith(prefix)]
    return [entry.lower() if is_hex else entry for entry in found], timestamp


def _key(secret: str, settings: VerificationSettings) -> bytes:
    match settings.text("secret_encoding"):
        case "base64":
            return decode_base64(secret)
        case "hex":
            try:
                return bytes.fromhex(secret)
            except ValueError:
                raise VerificationError("the secret is not hexadecimal") from None
        case _:
            return to_bytes(secret)


def _template_errors(settings: VerificationSettings) -> list[SettingError]:
    template = settings.text("template")
    errors = [
        SettingError("template", f"{found[:80]} is not known here")
        for found in _LOOKS_LIKE_PLACEHOLDER.findall(template)
        if not _PLACEHOLDER.fullmatch(found)
    ]
    if "{body}" not in template and "{body_md5}" not in template:
        errors.append(SettingError("template", "must hold {body}: else anyone could change it"))
    if "{nonce}" in template and not settings.text("nonce_header"):
        errors.append(SettingError("nonce_header", "is required by {nonce} in the signed text"))
    return errors


def _timestamp_errors(settings: VerificationSettings) -> list[SettingError]:
    template, header = settings.text("template").lower(), settings.text("timestamp_header")
    has_timestamp = bool(header or settings.text("signature_key"))
    if has_timestamp and "{timestamp}" not in template and f"{{header:{header.lower()}}}" not in template:
        return [SettingError("template", "must hold {timestamp} when there is a timestamp")]
    if "{timestamp}" in template and not has_timestamp:
        return [SettingError("timestamp_header", "is required by {timestamp} in the signed text")]
    return []


def _secret_errors(settings: VerificationSettings) -> list[SettingError]:
    try:
        for secret in settings.secrets:
            _key(secret, settings)
    except VerificationError:
        return [SettingError("secret", f"is not {settings.text('secret_encoding')}")]
    return []


def _with_default(setting: Setting, defaults: dict[str, str]) -> Setting:
    is_preset = setting.name in defaults
    return replace(setting, default=defaults[setting.name], advanced=True) if is_preset else setting
