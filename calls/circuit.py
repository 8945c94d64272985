"""A circuit breaker a connector: what waits for a provider that is down does not all go and ask it (ADR 0020).

Each unanswered request holds a worker's thread for the whole time-out; without this, one dead provider would keep the
clicks of all others waiting. The state lives in Redis, for all workers; while Redis is down the circuit is closed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import redis
from django.utils import timezone

from telephony_connector.common.broker import redis_client

logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 5
PROBE_SECONDS = 10
MEMORY_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a connector's provider answers. ``open_since`` is None while it does, or when nobody remembers."""

    unanswered: int = 0
    open_since: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True while dispositions are put off and only one every ten seconds goes out."""
        return self.unanswered >= FAILURES_TO_OPEN


def circuits(connector_ids: Sequence[int]) -> dict[int, Circuit] | None:
    """The circuit of each connector; None when Redis cannot tell, which also means that all are closed."""
    if not connector_ids:
        return {}
    keys = [_failures_key(connector_id) for connector_id in connector_ids]
    try:
        values = redis_client().mget([*keys, *(f"{key}:since" for key in keys)])
    except redis.RedisError:
        return None
    counts, since = values[: len(keys)], values[len(keys) :]
    return {
        connector_id: Circuit(int(str(count or 0)), datetime.fromisoformat(str(begun)) if begun else None)
        for connector_id, count, begun in zip(connector_ids, counts, since, strict=True)
    }


def may_send(connector_id: int) -> bool:
    """True while the provider answers; after five unanswered requests in a row, true once every ten seconds."""
    try:
        client = redis_client()
        failures = client.get(_failures_key(connector_id))
        if int(str(failures or 0)) < FAILURES_TO_OPEN:
            return True
        return bool(client.set(f"{_failures_key(connector_id)}:probe", "1", nx=True, ex=PROBE_SECONDS))
    except redis.RedisError:
        return True


def note_answer(connector_id: int, *, is_answered: bool) -> None:
    """Remember whether the provider answered, with whatever status. Never raises."""
    key = _failures_key(connector_id)
    try:
        client = redis_client()
        if is_answered:
            client.delete(key, f"{key}:probe")
            if client.delete(f"{key}:since"):
                logger.warning("The provider of connector %s answers again", connector_id)
        else:
            failures = int(str(client.incr(key)))
            client.expire(key, MEMORY_SECONDS)
            _note_opening(key, connector_id, failures)
    except redis.RedisError:
        return


def _note_opening(key: str, connector_id: int, failures: int) -> None:
    if failures < FAILURES_TO_OPEN:
        return
    client = redis_client()
    if client.set(f"{key}:since", timezone.now().isoformat(), nx=True, ex=MEMORY_SECONDS):
        logger.warning(
            "The provider of connector %s left %s dispositions in a row unanswered; one every %s s goes out now",
            connector_id, failures, PROBE_SECONDS,
        )  # fmt: skip
    client.expire(f"{key}:since", MEMORY_SECONDS)


def _failures_key(connector_id: int) -> str:
    return f"telephony-connector:unanswered:{connector_id}"
