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

_Ways = dict[str, tuple[str, ...]]
"""In which ways a character may be written, by how they begin; percent-encodings in capitals."""

_BACKSLASHES = (0, 1, 2, 3, 7)
_ENCODED_END = re.compile(r"%[0-9A-Fa-f]{2}\Z")
_HOOK_KEY = re.compile(r"(/hooks/)[^/?#\s\"'<>]+", re.IGNORECASE)
_ALIAS_KEY = re.compile(r"(/api/Telephony/[A-Za-z0-9]+/)[^?#\s\"'<>]+", re.IGNORECASE)
_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,20}://)[^/?#\s\"'<>]*@")


def mask_secrets(text: str, secrets: Iterable[str], mask: str = MASK) -> str:
    """The text with every secret masked, in whatever encoding a request gives it.

    A secret of digits alone is masked where it stands by itself: inside a longer number it is that number's.
    """
    known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    for secret in sorted(known, key=len, reverse=True):
        text = _masked(text, secret, mask)
    return text


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the secrets (see ``mask_secrets``), hook keys and userinfo."""
    text = mask_secrets(text, secrets)
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


def _masked(text: str, secret: str, mask: str) -> str:
    """The text with the secret masked in any mix of writings: plain, percent-encoded, JSON- or XML-escaped.

    All writings are followed side by side, so that it takes no longer when a text quotes most of a key and then
    differs, as in "invalid key sk_live_12…"; a regular expression would try every combination of writings.
    """
    first, rest = _writings_of(secret)
    is_number = secret.isascii() and secret.isdigit()
    pieces: list[str] = []
    shown_from = 0
    for found in first.finditer(text):
        start = found.start()
        if start < shown_from or not (end := _end_of(text, start, rest)):
            continue
        if not (is_number and _is_inside_number(text, start, end)):
            pieces += [text[shown_from:start], mask]
            shown_from = end
    return "".join([*pieces, text[shown_from:]])


def _is_inside_number(text: str, start: int, end: int) -> bool:
    """Whether a digit touches; the end of a percent-encoded character is none."""
    touches_before = text[start - 1 : start].isdigit() and not _ENCODED_END.search(text[max(0, start - 3) : start])
    return touches_before or text[end : end + 1].isdigit()


def _end_of(text: str, start: int, writings: tuple[_Ways, ...]) -> int:
    """Where the longest writing of the secret that begins at ``start`` ends; 0 when none does."""
    ends = {start}
    for ways in writings:
        ends = {
            end + len(way) for end in ends for way in ways.get(text[end : end + 1], ()) if _stands_at(text, end, way)
        }
        if not ends:
            return 0
    return max(ends)


def _stands_at(text: str, position: int, way: str) -> bool:
    if text.startswith(way, position):
        return True
    return len(way) > 1 and way[0] == "%" and text[position : position + len(way)].upper() == way


@lru_cache(maxsize=1024)
def _writings_of(secret: str) -> tuple[re.Pattern[str], tuple[_Ways, ...]]:
    """What finds the places where the secret may begin, and the writings of its characters."""
    writings = tuple(_writings(character) for character in secret)
    # Looked ahead at, so that no place is passed over inside another one. A few characters of a secret find its places
    # fast and have few combinations.
    beginning = "".join(f"(?:{'|'.join(map(re.escape, ways))})" for ways in writings[:SHORTEST_SECRET])
    return re.compile(f"(?=(?i:{beginning}))"), tuple(_by_beginning(ways) for ways in writings)


@lru_cache(maxsize=4096)
def _by_beginning(ways: tuple[str, ...]) -> _Ways:
    beginnings = dict.fromkeys(way[0] for way in ways)
    return {first: tuple(way for way in ways if way[0] == first) for first in beginnings}


@lru_cache(maxsize=4096)
def _writings(character: str) -> tuple[str, ...]:
    """One character as encoders write it, also one encoder after another: ``\\\"``, ``&amp;quot;``, ``\\&quot;``."""
    encoded = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
    if character.isascii() and character.isalnum():
        return encoded, character
    code = ord(character)
    plain = [json.dumps(character)[1:-1], *_references(character), character]
    # PHP writes "\/", .NET "\u002B"; JSON within JSON doubles the backslashes of the inner one.
    quoted = ["\\" * count + way for count in (_BACKSLASHES if character != "\\" else (0,)) for way in plain]
    escaped = ["\\" * count + f"u{digits}" for count in (1, 2, 4) for digits in (f"{code:04x}", f"{code:04X}")]
    plus = ["+"] if character == " " else []
    return tuple(dict.fromkeys([encoded, *escaped, *quoted, *plus]))


def _references(character: str) -> list[str]:
    """The character in HTML and XML, and these in HTML again."""
    code = ord(character)
    names = [
        html.escape(character),
        "&apos;" if character == "'" else "",
        f"&#{code};",
        f"&#x{code:x};",
        f"&#x{code:X};",
    ]
    found = [name for name in names if len(name) > 1]
    return [f"&{'amp;' * nesting}{name[1:]}" for name in found for nesting in range(3)]
