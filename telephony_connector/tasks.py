"""The beat's own task: proof that the clock ticks."""

from celery import shared_task

from telephony_connector.common.health import record_heartbeat


@shared_task
def record_beat_heartbeat() -> None:
    """Note that beat and worker are alive; `/readyz` reads it."""
    record_heartbeat()
