"""The connection to Redis or Valkey for request paths, where waiting is worse than going without."""

from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_TIMEOUT_SECONDS = 0.5
SOCKET_TIMEOUT_SECONDS = 2.0


@lru_cache(maxsize=8)
def _client(url: str, decode_responses: bool) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        decode_responses=decode_responses,
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        # redis-py retries for seconds by default when the server is down.
        retry=Retry(NoBackoff(), 0),
    )


def redis_client(*, decode_responses: bool = True) -> redis.Redis:
    """A shared, thread-safe client that fails fast with `redis.RedisError` when the server is down."""
    return _client(settings.REDIS_URL, decode_responses)
