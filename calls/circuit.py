"""A circuit breaker a connector: what waits for a provider that is down does not all go and ask it (ADR 0020).

Each unanswered request holds a worker's thread for the whole time-out; without this, one dead provider would keep the
clicks of all others waiting. The state lives in Redis, for all workers; while Redis is down the circuit is closed.
"""

from __future__ import annotations

import redis

from telephony_connector.common.broker import redis_client

FAILURES_TO_OPEN = 5
PROBE_SECONDS = 10
MEMORY_SECONDS = 600


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
        else:
            client.incr(key)
            client.expire(key, MEMORY_SECONDS)
    except redis.RedisError:
        return


def _failures_key(connector_id: int) -> str:
    return f"telephony-connector:unanswered:{connector_id}"
