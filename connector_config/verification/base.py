"""What every verifier shares: the request as it was signed, the verdict, and the contract of a verifier."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector_config.verification.settings import Setting, SettingError, VerificationSettings


class VerificationError(Exception):
    """The request does not prove that the provider sent it. ``reason`` is for the administrator and holds no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as its sender signed it; its ``repr`` shows nothing that could be a credential.

    ``url`` is the public address that the provider called, query and all; ``url_candidates`` are further writings of
    it (behind a proxy the outside may see another host or scheme). ``headers`` have lower-cased names. ``form`` holds
    the fields of a form-encoded body and nothing else (query parameters stay in ``query``). ``received_at`` is aware.
    """

    method: str
    url: str = field(repr=False)
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    path: str = field(default="", repr=False)
    query_string: str = field(default="", repr=False)
    query: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    form: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    url_candidates: tuple[str, ...] = field(default=(), repr=False)

    def header(self, name: str) -> str:
        """The header's value without surrounding blanks, empty when it was not sent."""
        return self.headers.get(name.lower(), "").strip()

    def required_header(self, name: str) -> str:
        """The header's value; VerificationError when it is missing or empty."""
        value = self.header(name)
        if not value:
            raise VerificationError(f"the header {name} is missing or empty")
        return value

    @property
    def body_digest(self) -> str:
        """SHA-256 of the body, in hexadecimal digits."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def urls(self) -> tuple[str, ...]:
        """Every writing of the address, without repetition, the public one first."""
        return tuple(dict.fromkeys((self.url, *self.url_candidates)))


@dataclass(frozen=True, slots=True)
class ChallengeReply:
    """The exact answer to a provider's set-up handshake; nothing of such a request is recorded as an event."""

    body: bytes = b""
    content_type: str = "text/plain"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Verifier(ABC):
    """One way of proving the sender. Stateless and pure: no clock, no database, no network.

    Subclasses implement ``check``; ``verify`` is the door, so that the test for a configured secret cannot be skipped.
    """

    scheme: str
    label: str
    help: str = ""
    needs_secret: bool = True
    settings_schema: tuple[Setting, ...] = ()

    def verify(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Return when the request is genuine, else raise VerificationError (never anything else)."""
        if self.needs_secret and not settings.secrets:
            raise VerificationError("no secret is set for this connector")
        self.check(request, settings)

    @abstractmethod
    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise VerificationError unless genuine; ``settings.secrets`` holds at least one secret if one is needed."""

    def challenge(self, request: SignedRequest, settings: VerificationSettings) -> ChallengeReply | None:
        """The answer to a validation handshake, or None for an ordinary request. Ask this before ``verify``."""
        return None

    def replay_key(self, request: SignedRequest, settings: VerificationSettings) -> str | None:
        """What makes this delivery unique, where the scheme has a nonce or a message id; ask after ``verify``.

        A key that was seen already is the same delivery again: answer 2xx and do nothing. Providers repeat a request
        word for word when our answer was lost, so it must not be refused.
        """
        return None

    def sender_headers(
        self, request: SignedRequest, settings: VerificationSettings, nonce: str
    ) -> Mapping[str, str] | None:
        """What a sender adds to this request, at its ``received_at``, so that it is found genuine; for simulators.

        None where we do not know how. ``nonce`` is a word used once.
        """
        return None

    def presented_secrets(self, request: SignedRequest, settings: VerificationSettings) -> tuple[str, ...]:
        """What the request's query or body shows as its secret, right or wrong: no record may hold it."""
        return ()

    def verified_body(self, request: SignedRequest, settings: VerificationSettings) -> bytes:
        """The body to journal and to map: another one than was sent where the body is an envelope (a JWT)."""
        return request.body

    def settings_errors(self, settings: VerificationSettings) -> list[SettingError]:
        """Faults that lie in several settings together; single ones are found by the schema."""
        return []
