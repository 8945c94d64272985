"""Hiding credentials in what is recorded: known secrets are masked, headers are shown by allow-list only."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

MASK = "••••"
SHOWN_HEADERS = frozenset({
    "accept", "accept-encoding", "cache-control", "content-length", "content-type", "date", "idempotency-key",
    "retry-after", "server", "user-agent", "x-request-id",
})  # fmt: skip
"""Headers whose values a record may show."""

SHORTEST_SECRET = 3
"""Shorter texts are no secrets, and masking them would make every record unreadable."""

# Access tokens: no encoder changes these letters, and a pattern of every writing would take a second to compile.
_LONG_TOKEN = re.compile(r"[A-Za-z0-9._~\-]{200,}")
_HOOK_KEY = re.compile(r"(/hooks/)[^/?#\s\"'<>]+", re.IGNORECASE)
_ALIAS_KEY = re.compile(r"(/api/Telephony/[A-Za-z0-9]+/)[^?#\s\"'<>]+", re.IGNORECASE)
_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,20}://)[^/?#\s\"'<>]*@")


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with every secret masked, in whatever encoding a request gives it, and hook keys and userinfo too."""
    known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    for secret in sorted(known, key=len, reverse=True):
        text = _pattern(secret).sub(MASK, text)
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _HOOK_KEY.sub(rf"\1{MASK}", text)
    return _ALIAS_KEY.sub(rf"\1{MASK}", text)


def redact_url(url: str, secrets: Iterable[str] = ()) -> str:
    """The URL without userinfo, known secrets and the key of a hook path."""
    return redact_text(url, secrets)


def redact_headers(
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    allowed: Iterable[str] = SHOWN_HEADERS,
    secrets: Iterable[str] = (),
) -> dict[str, str]:
    """Headers for a record: the allowed names' values (compared without case), secrets masked; •••• for all others."""
    shown = {name.casefold() for name in allowed}
    known = tuple(secrets)
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {name: redact_text(value, known) if name.casefold() in shown else MASK for name, value in pairs}


@lru_cache(maxsize=1024)
def _pattern(secret: str) -> re.Pattern[str]:
    """Matches the secret in any mix of writings: plain, percent-encoded, JSON- or XML-escaped."""
    if _LONG_TOKEN.fullmatch(secret):
        return re.compile(re.escape(secret))
    return re.compile("".join(f"(?:{'|'.join(_writings(character))})" for character in secret))


def _writings(character: str) -> list[str]:
    encoded = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    in_json = json.dumps(character)[1:-1]
    references = [html.escape(character), f"&#{ord(character)};", "&apos;" if character == "'" else ""]
    plus = [r"\+"] if character == " " else []
    # Longer writings first: a backslash alone would otherwise take half of an escaped one.
    exact = [re.escape(text) for text in (in_json, *references, character) if text]
    return [f"(?i:{encoded})", *exact, *plus]
