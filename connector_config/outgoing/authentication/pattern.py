"""Patterns of signatures and headers: text with ``{name}`` and ``{function:name}``; ``{{`` and ``}}`` are braces."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from connector_config.outgoing.authentication.base import AuthenticationError

_PIECE = re.compile(r"\{\{|\}\}|\{(?:(?P<function>[a-z0-9_]+):)?(?P<name>[a-z0-9_]+)\}|[{}]")


def _hashed(algorithm: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


FUNCTIONS: Mapping[str, Callable[[str], str]] = MappingProxyType({
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "sha512": _hashed("sha512"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "lower": str.lower,
    "upper": str.upper,
})  # fmt: skip
"""What may stand before the colon. Hashes are in small hexadecimal letters."""


def fill_in(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its values, in one pass. Raises AuthenticationError for what is not known."""

    def piece(found: re.Match[str]) -> str:
        if found["name"] is None:
            return found.group()[0]
        value = values[found["name"]]
        return FUNCTIONS[found["function"]](value) if found["function"] else value

    check(pattern, values)
    return _PIECE.sub(piece, pattern)


def check(pattern: str, names: Collection[str]) -> None:
    """Raises AuthenticationError for a name or function that does not exist, and for a single brace."""
    for found in _PIECE.finditer(pattern):
        name, function = found["name"], found["function"]
        if name is None:
            if len(found.group()) == 1:
                raise AuthenticationError(f"a single {found.group()} stands in it: write {found.group() * 2}")
        elif name not in names:
            raise AuthenticationError(f"{{{name}}} is not known; known are {', '.join(sorted(names))}")
        elif function and function not in FUNCTIONS:
            raise AuthenticationError(f"{function}: is not known; known are {', '.join(sorted(FUNCTIONS))}")


def uses(pattern: str, name: str) -> bool:
    """True when the pattern asks for the name."""
    return any(found["name"] == name for found in _PIECE.finditer(pattern))
