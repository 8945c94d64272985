"""The project: settings, URLs, processes, and what every application shares."""

from telephony_connector.celery import app as celery_app

__all__ = ["celery_app"]
