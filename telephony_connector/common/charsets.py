"""Character sets that others declare for what they send."""

from __future__ import annotations

import codecs

# Python knows more than the world does. Reading a megabyte of Punycode takes it minutes, in which nothing else is done.
_NOT_FOR_DOCUMENTS = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"})
_LONGEST_NAME = 40


def known_charset(name: str) -> str:
    """The codec that reads documents in this character set; empty when there is none."""
    try:
        codec = codecs.lookup(name) if len(name) <= _LONGEST_NAME else None
    except (LookupError, ValueError):
        return ""
    found = codec.name.replace("-", "_") if codec is not None and codec._is_text_encoding else ""  # noqa: SLF001
    return "" if found in _NOT_FOR_DOCUMENTS else found
