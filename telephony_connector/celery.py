"""The Celery application; start it with `celery -A telephony_connector worker`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

app = Celery("telephony_connector")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_signal: Any) -> None:
    """Stop Celery from replacing the log configuration, and with it the redaction of hook keys."""
