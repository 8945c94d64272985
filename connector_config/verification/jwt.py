"""Reading JSON Web Tokens signed with a shared secret (RFC 7519, HS256 alone)."""

from __future__ import annotations

from connector_config.verification.base import VerificationError
from connector_config.verification.bodies import json_body
from connector_config.verification.comparison import decode_base64, is_any_equal, sign, to_bytes

MAXIMUM_LENGTH = 2_000_000


def claims_of(token: str, secrets: tuple[str, ...], *, now: float, leeway_seconds: int = 0) -> dict[str, object]:
    """The claims of a token; VerificationError when it is forged, of another algorithm, expired or not yet valid.

    The algorithm is fixed here, never taken from the token: ``none`` and key confusion have no way in.
    """
    parts = token.split(".", 3)
    if len(parts) != 3 or len(token) > MAXIMUM_LENGTH:
        raise VerificationError("the token is not a JWT")
    header, payload, signature = parts
    head = json_body(decode_base64(header))
    if not isinstance(head, dict) or head.get("alg") != "HS256":
        raise VerificationError("the token is not signed with HS256")
    message = to_bytes(f"{header}.{payload}")
    expected = [sign(secret, message, encoding="base64url").rstrip("=") for secret in secrets]
    if not is_any_equal([signature.rstrip("=")], expected):
        raise VerificationError("the token's signature does not match")
    claims = json_body(decode_base64(payload))
    if not isinstance(claims, dict):
        raise VerificationError("the token holds no claims")
    _require_current(claims, now, leeway_seconds)
    return claims


def _require_current(claims: dict[str, object], now: float, leeway_seconds: int) -> None:
    expires_at, valid_from = claims.get("exp"), claims.get("nbf")
    if expires_at is not None and not now < _number(expires_at) + leeway_seconds:
        raise VerificationError("the token has expired")
    if valid_from is not None and not now >= _number(valid_from) - leeway_seconds:
        raise VerificationError("the token is not valid yet")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise VerificationError("the token's times cannot be read")
    return float(value)
