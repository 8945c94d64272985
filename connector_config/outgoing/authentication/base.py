"""What every kind of authentication shares: its settings, the moment of sending, and the contract of a kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector_config.outgoing.grammar import TemplateError
from connector_config.rendering import RenderedRequest
from connector_config.verification.settings import Setting, SettingError, is_whole_number
from telephony_connector.common.redaction import MASK

Headers = tuple[tuple[str, str], ...]


class AuthenticationError(TemplateError):
    """A request that cannot be authenticated with its settings; the message says what to change and holds no secret."""


@dataclass(frozen=True, slots=True)
class AuthenticationSettings:
    """A kind's settings as text, with its defaults filled in; ``repr`` shows none, as secrets are among them."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """The value, empty when it is not set."""
        return self.values.get(name, "")

    def number(self, name: str) -> int:
        """The whole number, 0 when it is none."""
        return int(self.text(name)) if is_whole_number(self.text(name)) else 0


@dataclass(frozen=True, slots=True)
class Moment:
    """What a signature takes from outside: an aware time, and a text that is never used twice."""

    now: datetime
    nonce: str


class AuthenticationKind(ABC):
    """One way of proving ourselves to a provider. Stateless and pure: no clock, no database, no network."""

    kind: str
    label: str
    help: str = ""
    settings_schema: tuple[Setting, ...] = ()

    @abstractmethod
    def headers(
        self, request: RenderedRequest, settings: AuthenticationSettings, moment: Moment, token: str = ""
    ) -> Headers:
        """The headers to add to a rendered request; ``token`` is the access token where ``token_request`` gives one.

        Raises AuthenticationError.
        """

    @abstractmethod
    def header_names(self, settings: AuthenticationSettings) -> Sequence[str]:
        """The names of these headers, which no header row of the template may have."""

    def shown(self, settings: AuthenticationSettings) -> Headers:
        """These headers as people may see them."""
        return tuple((name, MASK) for name in self.header_names(settings))

    def settings_errors(self, settings: AuthenticationSettings) -> list[SettingError]:
        """Faults that no single setting's description tells. Settings that are missing are found elsewhere."""
        return []
