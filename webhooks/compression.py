"""Unpacking compressed bodies, within a limit."""

from __future__ import annotations

import zlib

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class TooLargeError(Exception):
    """The body would be larger than the limit once unpacked."""


def unpacked(body: bytes, *, content_encoding: str, limit: int) -> bytes:
    """The body without its compression; as it came when it has none, or one that is broken or unknown to us.

    Gzip is told by its first bytes: proxies unpack bodies and leave the header, and senders pack them and forget it.
    Raises TooLargeError when more than ``limit`` bytes come out.
    """
    if body.startswith(_GZIP_MAGIC):
        return _inflated(body, _GZIP, limit) or body
    if content_encoding.strip().lower() == "deflate":
        # Meant is zlib (RFC 9110 §8.4.1.2); a good part of the senders leaves its header out.
        return _inflated(body, _ZLIB, limit) or _inflated(body, _RAW, limit) or body
    return body


def _inflated(body: bytes, window_bits: int, limit: int) -> bytes:
    """What comes out of all members, one after the other; empty when one of them is broken or cut off."""
    found = b""
    while body:
        unpacker = zlib.decompressobj(window_bits)
        try:
            found += unpacker.decompress(body, limit + 1 - len(found))
        except zlib.error:
            return b""
        if len(found) > limit:
            raise TooLargeError
        if not unpacker.eof:
            return b""
        body = unpacker.unused_data
    return found
