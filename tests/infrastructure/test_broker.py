"""What a web request feels of a broker that is down: nothing but a quick error, or none."""

import time
from pathlib import Path
from typing import Any

import pytest
import redis
from kombu.exceptions import OperationalError

from telephony_connector.celery import app
from telephony_connector.common import broker
from telephony_connector.environment import celery_broker_url


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nonexistent/valkey.sock"])
def test_client_fails_at_once(settings: Any, url: str) -> None:
    settings.REDIS_URL = url
    started_at = time.monotonic()

    with pytest.raises(redis.RedisError):
        broker.redis_client().publish("doorbell", "1")

    assert time.monotonic() - started_at < 0.5


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nonexistent/valkey.sock"])
def test_publishing_a_task_fails_at_once(url: str) -> None:
    with app.connection_for_write(url=celery_broker_url(url)) as connection:
        started_at = time.monotonic()

        with pytest.raises(OperationalError):
            app.send_task("any.task", connection=connection)

    assert time.monotonic() - started_at < 1


def test_clients_of_both_kinds_are_shared(settings: Any, valkey_url: str) -> None:
    settings.REDIS_URL = valkey_url
    broker.redis_client().set("infrastructure-test", "é")

    assert broker.redis_client() is broker.redis_client()
    assert broker.redis_client().get("infrastructure-test") == "é"
    assert broker.redis_client(decode_responses=False).get("infrastructure-test") == "é".encode()


def test_unix_socket_is_spelled_as_the_task_queue_wants_it(tmp_path: Path) -> None:
    assert celery_broker_url(f"unix://{tmp_path}/valkey.sock") == f"redis+socket://{tmp_path}/valkey.sock"
    assert celery_broker_url("redis://host:6379/0") == "redis://host:6379/0"
