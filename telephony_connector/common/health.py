"""Health of the running product: `/healthz` for the process, `/readyz` for what it depends on."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string

from telephony_connector.common.broker import redis_client

HEARTBEAT_KEY = "telephony-connector:beat-heartbeat"
HEARTBEAT_MAXIMUM_AGE_SECONDS = 60
START_TOLERANCE_SECONDS = 30
OUTBOX_MAXIMUM_LAG_SECONDS = 300

_started = time.monotonic()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One dependency's state; `detail` is for people and holds no address and no credential."""

    ok: bool
    detail: str


def record_heartbeat() -> None:
    """Write the time of the last beat into the broker, which every process can see."""
    redis_client().set(HEARTBEAT_KEY, repr(time.time()), ex=3600)


def check_database() -> CheckResult:
    """Whether a query is answered."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return CheckResult(ok=False, detail="no answer")
    return CheckResult(ok=True, detail=connection.vendor)


def check_broker() -> CheckResult:
    """Whether Redis or Valkey answers; without it popups and requests come late, but nothing is lost."""
    try:
        redis_client().ping()
    except redis.RedisError:
        return CheckResult(ok=False, detail="no answer")
    return CheckResult(ok=True, detail="ok")


def check_heartbeat() -> CheckResult:
    """Whether beat and worker ticked within the last minute; a fresh start is given half a minute."""
    try:
        written = redis_client().get(HEARTBEAT_KEY)
    except redis.RedisError:
        written = None
    if isinstance(written, str):
        age = time.time() - float(written)
        if age <= HEARTBEAT_MAXIMUM_AGE_SECONDS:
            return CheckResult(ok=True, detail=f"{age:.0f} s ago")
    if time.monotonic() - _started < START_TOLERANCE_SECONDS:
        return CheckResult(ok=True, detail="starting")
    return CheckResult(ok=False, detail="no beat in the last minute")


def check_outbox() -> CheckResult:
    """Whether requests to providers leave in time; the age of the oldest one due comes from the owning layer."""
    lag_seconds = _outbox_lag_seconds()
    return CheckResult(ok=lag_seconds <= OUTBOX_MAXIMUM_LAG_SECONDS, detail=f"{lag_seconds:.0f} s behind")


def _outbox_lag_seconds() -> float:
    # Late bound by name: this layer lies below the one that knows the outbox.
    lag: Callable[[], float] = import_string(settings.OUTBOX_LAG_FUNCTION)
    return lag()


CHECKS: dict[str, Callable[[], CheckResult]] = {
    "database": check_database,
    "broker": check_broker,
    "beat": check_heartbeat,
    "outbox": check_outbox,
}


def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every dependency is fine, else 503; the body names each."""
    results = {name: _guarded(check) for name, check in CHECKS.items()}
    is_ready = all(result.ok for result in results.values())
    body = {
        "status": "ok" if is_ready else "unavailable",
        "checks": {name: {"ok": result.ok, "detail": result.detail} for name, result in results.items()},
    }
    return JsonResponse(body, status=200 if is_ready else 503)


def _guarded(check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    except DatabaseError:
        return CheckResult(ok=False, detail="database error")
