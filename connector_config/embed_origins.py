"""Origins whose pages may show ours in a frame: read strictly, because they end up in a security policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LIMIT = 50
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]+\]"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_BARRED = re.compile(r"[\s;,'\"\\<>]")


class OriginError(ValueError):
    """A text that is no origin; the message says what to write."""


def parse_origin(text: str) -> str:
    """The origin as browsers write it: ``https://crm.example.com[:8443]``. Raises OriginError.

    No path, no wildcard (it would let in every page of a shared domain), no plain http but on this very machine.
    """
    text = text.strip()
    if "*" in text:
        raise OriginError(f"{text!r} has a wildcard; list each origin by itself")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise OriginError(f"{text!r} is no origin; write one such as https://crm.example.com") from None
    is_bare = not (
        parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or _BARRED.search(text)
    )
    host = _host(parts.hostname or "")
    if parts.scheme not in _DEFAULT_PORTS or not host or not is_bare or text.endswith(("?", "#", ":")):
        raise OriginError(f"{text!r} is no origin; write one such as https://crm.example.com, without a path")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise OriginError(f"{text!r} must begin with https://: pages over http can be changed on their way")
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, _DEFAULT_PORTS[parts.scheme]} else "")


def known_origins(texts: Iterable[object]) -> tuple[str, ...]:
    """The origins among the stored texts, each once; what is none is left out (the administrator is told on saving)."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[parse_origin(str(text))] = None
        except OriginError:
            continue
    return tuple(found)


def _host(name: str) -> str:
    """The host in ASCII; empty when it is none."""
    if ":" in name:
        name = f"[{name}]"
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        return ""
    return name if _HOST.fullmatch(name) else ""
