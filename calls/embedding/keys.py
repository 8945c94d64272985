"""Keys of single sign-on: made for one agent and one page, good once and for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from calls.embedding.secrets import credential_mark, digest_of, is_mark_current, new_secret
from calls.models import EmbedTarget, SsoKey
from connector_config.selectors import ConnectorConfig, connectors_of
from crm.models import Agent

KEY_LIFETIME = timedelta(seconds=60)
KEPT = timedelta(days=1)
"""Used and expired keys are kept so long, so that a second use is told from a made-up key."""
MOST_A_MINUTE_FOR_AGENT = 30
MOST_A_MINUTE_FOR_CONNECTOR = 1200


class KeyRefusedError(Exception):
    """A key that opens nothing. ``status`` is 401 or 403; the message tells the agent what to do."""

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.message, self.status = message, status


class TooManyKeysError(Exception):
    """More keys were asked for within a minute than anybody opens pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """To whom a page is to be opened, and which."""

    agent: Agent
    connector: ConnectorConfig
    target: EmbedTarget
    lead_id: UUID | None = None
    opportunity_id: UUID | None = None


def issue_key(*, grant: Grant, credential: str) -> str:
    """A new key; ``credential`` is the server credential with which it was asked for. Raises TooManyKeysError."""
    now = timezone.now()
    recent = SsoKey.objects.filter(connector_id=grant.connector.id, created_at__gt=now - timedelta(minutes=1))
    if (
        recent.filter(agent=grant.agent).count() >= MOST_A_MINUTE_FOR_AGENT
        or recent.count() >= MOST_A_MINUTE_FOR_CONNECTOR
    ):
        raise TooManyKeysError
    key = new_secret()
    SsoKey.objects.create(
        digest=digest_of(key),
        agent=grant.agent,
        connector_id=grant.connector.id,
        target=grant.target,
        lead_id=grant.lead_id,
        opportunity_id=grant.opportunity_id,
        credential=credential_mark(credential),
        expires_at=now + KEY_LIFETIME,
    )
    return key


def find_key(*, key: str, connector: ConnectorConfig, targets: frozenset[EmbedTarget]) -> SsoKey:
    """The key's row, where it may open such a page. Raises KeyRefusedError; the key stays good for its own page."""
    rows = SsoKey.objects.select_related("agent__user", "agent__team", "lead", "opportunity__lead")
    found = rows.filter(digest=digest_of(key), connector_id=connector.id).first()
    if found is None:
        raise KeyRefusedError("This link is not known here.")
    if found.target not in targets:
        raise KeyRefusedError("This link was made for another page.", status=403)
    if not is_mark_current(found.credential, connector):
        raise KeyRefusedError("The provider's access was changed since this link was made.")
    if not may_use(found.agent, connector):
        raise KeyRefusedError("Your account may not use this page. Ask your administrator.", status=403)
    return found


def use_up(key: SsoKey) -> None:
    """Let the key open its page: of two who come at once, one may. Raises KeyRefusedError for the other."""
    now = timezone.now()
    if not SsoKey.objects.filter(pk=key.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        raise KeyRefusedError("This link has been used already, or its minute is over.")


def may_use(agent: Agent, connector: ConnectorConfig) -> bool:
    """Whether the agent's account is open and works with the connector, which is enabled."""
    return agent.user.is_active and connectors_of(agent).filter(pk=connector.id).exists()


def purge_keys() -> int:
    """Delete keys that expired long ago; how many."""
    return SsoKey.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()[0]
