"""The doorbell: tells the stream servers whose desk changed. The rows are the truth; a lost ring only costs time."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

import redis

from telephony_connector.common.broker import redis_client

CHANNEL = "telephony:doorbell"
logger = logging.getLogger(__name__)


def ring_doorbell(agent_ids: Iterable[int]) -> None:
    """Publish the agents whose stream has news, after the commit. Never raises: streams also look by themselves."""
    agents = sorted(set(agent_ids))
    if not agents:
        return
    try:
        redis_client().publish(CHANNEL, json.dumps(agents))
    except redis.RedisError as error:
        logger.warning("Doorbell not rung: %s", type(error).__name__)
