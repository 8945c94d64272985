"""The Celery application; start it with `celery -A telephony_connector worker [--beat-thread]`."""

import gc
import os
import threading
import warnings
from typing import Any

import click
from celery import Celery, bootsteps
from celery.beat import Service
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

# Celery warns root because of pickled messages; ours are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)


class BeatThread(bootsteps.StartStopStep):
    """The clock as a thread of the worker: it dies with it, and leaves no process and no file behind."""

    def __init__(self, parent: Any, beat_thread: bool = False, **options: Any) -> None:
        """Take part only when `--beat-thread` was given."""
        self.enabled = beat_thread
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Start ticking."""
        self.service = Service(parent.app, scheduler_cls=parent.app.conf.beat_scheduler)
        threading.Thread(target=self.service.start, name="beat", daemon=True).start()

    def stop(self, parent: Any) -> None:
        """Stop ticking; its last sleep is not waited for."""
        self.service.stop(wait=False)


app = Celery("telephony_connector")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.user_options["worker"].add(click.Option(["--beat-thread"], is_flag=True, help="Run the beat in a thread."))
app.steps["worker"].add(BeatThread)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_signal: Any) -> None:
    """Stop Celery from replacing the log configuration, and with it the redaction of hook keys."""


@worker_shutdown.connect
def leave_at_once(**_signal: Any) -> None:
    """Leave nothing for the collector to walk through at the end: on a busy machine that takes seconds."""
    gc.freeze()
