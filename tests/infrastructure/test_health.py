"""`/healthz`, `/readyz` and `/metrics`."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.metrics import outbox_lag_seconds
from calls.models import OutboundRequest
from telephony_connector.common import broker, health
from tests.factories import ConnectorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def answering_broker(settings: Any, valkey_url: str) -> None:
    settings.REDIS_URL = valkey_url
    broker.redis_client().flushdb()


@pytest.fixture
def silent_broker(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def started_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_started", time.monotonic() - 31)


def checks(client: Client) -> dict[str, bool]:
    body = client.get("/readyz").json()
    return {name: check["ok"] for name, check in body["checks"].items()}


def test_process_is_healthy_without_anything_else(client: Client, silent_broker: None) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_fresh_start_is_ready_before_the_first_beat(client: Client, answering_broker: None) -> None:
    health._started = time.monotonic()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["beat"]) == (200, {"ok": True, "detail": "starting"})


def test_missing_beat_makes_it_unready_later(client: Client, answering_broker: None, started_long_ago: None) -> None:
    assert checks(client) == {"database": True, "broker": True, "beat": False, "outbox": True}


def test_beat_makes_it_ready_again(client: Client, answering_broker: None, started_long_ago: None) -> None:
    health.record_heartbeat()

    assert client.get("/readyz").status_code == 200


def test_silent_broker_is_noticed_within_a_second(client: Client, silent_broker: None) -> None:
    started_at = time.monotonic()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "detail": "no answer"}
    assert time.monotonic() - started_at < 1


def test_outbox_that_is_minutes_behind_makes_it_unready(client: Client, answering_broker: None) -> None:
    owe_request(due=timezone.now() - timedelta(minutes=6))

    assert checks(client)["outbox"] is False
    assert outbox_lag_seconds() == pytest.approx(360, abs=5)


def test_metrics_are_refused_to_a_stranger(client: Client) -> None:
    assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "tokén", "Token s3cret-token"])
def test_metrics_are_refused_without_the_right_token(client: Client, settings: Any, header: str) -> None:
    settings.METRICS_TOKEN = "s3cret-token"

    assert client.get("/metrics", headers={"Authorization": header}).status_code == 403


def test_metrics_are_given_for_the_token(client: Client, settings: Any, silent_broker: None) -> None:
    settings.METRICS_TOKEN = "s3cret-token"
    owe_request(due=timezone.now() + timedelta(minutes=1))

    answer = client.get("/metrics", headers={"Authorization": "Bearer s3cret-token"})

    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    assert 'telephony_connector_ready{check="database"} 1.0' in lines
    assert 'telephony_connector_ready{check="broker"} 0.0' in lines
    assert 'telephony_connector_outbound_requests{purpose="disposition",status="pending"} 1.0' in lines
    assert "telephony_connector_outbox_lag_seconds 0.0" in lines


def test_metrics_are_given_to_an_allowed_address_that_connects_directly(client: Client, settings: Any) -> None:
    settings.METRICS_ALLOWED_ADDRESSES = ["127.0.0.0/8"]

    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 403


def owe_request(*, due: Any) -> OutboundRequest:
    return OutboundRequest.objects.create(
        connector=ConnectorFactory.create(), purpose="disposition", next_attempt_at=due
    )
