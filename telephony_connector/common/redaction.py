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

_Writings = tuple[tuple[str, ...], ...]
"""For each character of a secret, the ways in which it may be written; percent-encodings in capitals."""

_HOOK_KEY = re.compile(r"(/hooks/)[^/?#\s\"'<>]+", re.IGNORECASE)
_ALIAS_KEY = re.compile(r"(/api/Telephony/[A-Za-z0-9]+/)[^?#\s\"'<>]+", re.IGNORECASE)
_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,20}://)[^/?#\s\"'<>]*@")


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with every secret masked, in whatever encoding a request gives it, and hook keys and userinfo too."""
    known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    for secret in sorted(known, key=len, reverse=True):
        text = _masked(text, secret)
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


def _masked(text: str, secret: str) -> str:
    """The text with the secret masked in any mix of writings: plain, percent-encoded, JSON- or XML-escaped.

    All writings are followed side by side, so that it takes no longer when a text quotes most of a key and then
    differs, as in "invalid key sk_live_12…"; a regular expression would try every combination of writings.
    """
    first, rest = _writings_of(secret)
    pieces: list[str] = []
    shown_from = 0
    for found in first.finditer(text):
        if found.start() >= shown_from and (end := _end_of(text, found.start(), rest)):
            pieces += [text[shown_from : found.start()], MASK]
            shown_from = end
    return "".join([*pieces, text[shown_from:]])


def _end_of(text: str, start: int, writings: _Writings) -> int:
    """Where the longest writing of the secret that begins at ``start`` ends; 0 when none does."""
    ends = {start}
    for ways in writings:
        ends = {end + len(way) for end in ends for way in ways if _stands_at(text, end, way)}
        if not ends:
            return 0
    return max(ends)


def _stands_at(text: str, position: int, way: str) -> bool:
    if text.startswith(way, position):
        return True
    return len(way) > 1 and way[0] == "%" and text[position : position + len(way)].upper() == way


@lru_cache(maxsize=1024)
def _writings_of(secret: str) -> tuple[re.Pattern[str], _Writings]:
    """What finds the places where the secret may begin, and the writings of its characters."""
    writings = tuple(_writings(character) for character in secret)
    # Looked ahead at, so that no place is passed over inside another one. A few characters of a secret find its places
    # fast and have few combinations.
    beginning = "".join(f"(?:{'|'.join(map(re.escape, ways))})" for ways in writings[:SHORTEST_SECRET])
    return re.compile(f"(?=(?i:{beginning}))"), writings


@lru_cache(maxsize=4096)
def _writings(character: str) -> tuple[str, ...]:
    encoded = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    in_json = json.dumps(character)[1:-1]
    references = [html.escape(character), f"&#{ord(character)};", "&apos;" if character == "'" else ""]
    plus = ["+"] if character == " " else []
    return tuple(dict.fromkeys(filter(None, [encoded, in_json, *references, character, *plus])))
