"""Comparing credentials in constant time, and the digests and encodings that signatures are written in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from connector_config.verification.base import VerificationError

ALGORITHMS = ("sha256", "sha1", "sha384", "sha512", "md5")
ENCODINGS = ("hex", "base64", "base64url", "base64_hex")
MAXIMUM_SIGNATURES = 16
"""A header that lists more signatures than this is refused: each would be compared with each secret."""


def to_bytes(text: str) -> bytes:
    """UTF-8, for any string that Python can hold (a header with stray bytes arrives with lone surrogates)."""
    return text.encode("utf-8", "surrogatepass")


def is_any_equal(presented: Iterable[str], expected: Iterable[str]) -> bool:
    """True when one presented text equals one expected; every pair is compared, in constant time each.

    Empty equals nothing: neither an absent credential nor an absent secret may match.
    """
    wanted = [to_bytes(text) for text in expected if text]
    found = False
    for text in presented:
        raw = to_bytes(text)
        for other in wanted:
            found |= hmac.compare_digest(raw, other)
    return found


def require_match(presented: Iterable[str], expected: Iterable[str], what: str = "signature") -> None:
    """VerificationError unless one of the presented texts is one of the expected."""
    if not is_any_equal(presented, expected):
        raise VerificationError(f"the {what} does not match")


def sign(secret: str | bytes, message: bytes, *, algorithm: str = "sha256", encoding: str = "hex") -> str:
    """The HMAC of the message, written in one of ENCODINGS; VerificationError for a bad algorithm or empty key."""
    if algorithm not in ALGORITHMS:
        raise VerificationError("the algorithm set for this connector does not exist")
    key = secret if isinstance(secret, bytes) else to_bytes(secret)
    if not key:
        raise VerificationError("the secret set for this connector is empty")
    return encode(hmac.new(key, message, algorithm).digest(), encoding)


def encode(digest: bytes, encoding: str) -> str:
    """A digest as text. ``base64_hex`` is Base64 of the hexadecimal text: what PHP's ``hash_hmac`` leads people to."""
    match encoding:
        case "base64":
            return base64.b64encode(digest).decode()
        case "base64url":
            return base64.urlsafe_b64encode(digest).decode()
        case "base64_hex":
            return base64.b64encode(digest.hex().encode()).decode()
        case _:
            return digest.hex()


def decode_base64(text: str) -> bytes:
    """Base64 in either alphabet, padded or not; VerificationError when it is none."""
    try:
        raw = text.strip().translate(str.maketrans("-_", "+/")).rstrip("=").encode("ascii")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except ValueError:
        raise VerificationError("a value that must be Base64 is not") from None


def body_md5(body: bytes) -> bytes:
    """The MD5 that some canonical strings hold; it identifies, it does not protect."""
    return hashlib.md5(body, usedforsecurity=False).digest()


def listed(header: str, separator: str = ",") -> list[str]:
    """The signatures of a header that may hold several; VerificationError when there are absurdly many."""
    entries = [entry.strip() for entry in header.split(separator, MAXIMUM_SIGNATURES)]
    if len(entries) > MAXIMUM_SIGNATURES:
        raise VerificationError("the header lists too many signatures")
    return [entry for entry in entries if entry]
