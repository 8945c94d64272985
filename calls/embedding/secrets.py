"""Random secrets of which only a digest is kept, and marks of credentials by which a change is noticed."""

from __future__ import annotations

import hashlib
import secrets

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from connector_config.selectors import ConnectorConfig

_SECRET_BYTES = 32
_LONGEST = 200


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def signed(secret: str) -> str:
    """The secret with our signature, by which a made-up one is refused without a look at the database."""
    return _signer().sign(secret)


def is_signed(text: str) -> bool:
    """True for what ``signed`` made."""
    if len(text) > _LONGEST:
        return False
    try:
        _signer().unsign(text)
    except BadSignature:
        return False
    return True


def credential_mark(credential: str) -> str:
    """Stands for a server credential in a row; empty for none."""
    return salted_hmac("calls.embedding.credential", credential, algorithm="sha256").hexdigest() if credential else ""


def is_mark_current(mark: str, connector: ConnectorConfig) -> bool:
    """Whether the marked credential is still one of the connector's own."""
    known = (connector.server_credential, connector.previous_server_credential)
    return any(constant_time_compare(mark, credential_mark(credential)) for credential in known if credential)


def _signer() -> Signer:
    return Signer(salt="calls.embedding.session")
