"""Embedded sessions: the token that a page in a frame sends with every request, where cookies do not come along."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from calls.embedding.keys import Grant, may_use
from calls.embedding.secrets import digest_of, is_mark_current, is_signed, new_secret, signed
from calls.models import EmbeddedSession, EmbedTarget, SsoKey
from connector_config.selectors import connector_config_by_id

HEADER = "X-Embedded-Token"
IDLE_LIFETIME = timedelta(hours=8)
LONGEST_LIFETIME = timedelta(hours=24)
_TOUCH_AFTER = timedelta(minutes=5)


def open_session(*, key: SsoKey) -> tuple[EmbeddedSession, str]:
    """A new session for a key that was used up, and its token; it reaches what the key named."""
    session = EmbeddedSession(
        agent=key.agent,
        connector_id=key.connector_id,
        target=key.target,
        lead=key.lead,
        opportunity=key.opportunity,
        proof=key.credential,
    )
    return session, _open(session)


def open_signed_in_session(*, grant: Grant) -> str:
    """The token of a new session for an agent who has logged in with their own password."""
    return _open(
        EmbeddedSession(
            agent=grant.agent,
            connector_id=grant.connector.id,
            target=EmbedTarget.POPUPS,
            proof=grant.agent.user.get_session_auth_hash(),
            is_signed_in=True,
        )
    )


def session_of(token: str) -> EmbeddedSession | None:
    """The live session of a token, kept alive by this; None once it has ended for whatever reason."""
    if not is_signed(token):
        return None
    rows = EmbeddedSession.objects.select_related("agent__user", "agent__team", "opportunity")
    now = timezone.now()
    found = rows.filter(digest=digest_of(token), expires_at__gt=now).first()
    if found is None or not _is_founded(found):
        return None
    if now - found.last_used_at > _TOUCH_AFTER:
        changes = {"last_used_at": now, "expires_at": _end(found.created_at, now)}
        EmbeddedSession.objects.filter(pk=found.pk).update(**changes)
    return found


def end_session(*, session: EmbeddedSession) -> None:
    """The agent signs out; the token opens nothing any more."""
    EmbeddedSession.objects.filter(pk=session.pk).delete()


def purge_sessions() -> int:
    """Delete sessions that are over; how many."""
    return EmbeddedSession.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _open(session: EmbeddedSession) -> str:
    token, now = signed(new_secret()), timezone.now()
    session.digest, session.last_used_at, session.expires_at = digest_of(token), now, _end(now, now)
    session.save(force_insert=True)
    return token


def _end(created_at: datetime, used_at: datetime) -> datetime:
    return min(used_at + IDLE_LIFETIME, created_at + LONGEST_LIFETIME)


def _is_founded(session: EmbeddedSession) -> bool:
    """Whether what the session rests on still holds: connector, agent, and the credential or password."""
    connector = connector_config_by_id(session.connector_id)
    if not may_use(session.agent, connector):
        return False
    if session.is_signed_in:
        return bool(constant_time_compare(session.proof, session.agent.user.get_session_auth_hash()))
    return is_mark_current(session.proof, connector)
