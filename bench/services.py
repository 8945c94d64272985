"""PostgreSQL and Valkey for a measurement, this process set up on them, and the product's web processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from telephony_connector.environment import BASE_DIR
from telephony_connector.processes.env_file import fresh_keys
from tests.environment.postgresql import PostgresqlServer, create_database
from tests.environment.valkey import ValkeyServer

START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class WebProcess:
    """A running server of the product's: where it listens, and its process id."""

    port: int
    pid: int


@contextmanager
def services(build: Callable[[], None]) -> Iterator[None]:
    """Both services, with the scene that ``build`` makes in the database; all gone afterwards."""
    postgresql, valkey = PostgresqlServer(), ValkeyServer()
    try:
        with tempfile.TemporaryDirectory(prefix="connector-bench-") as directory:
            os.environ.update(
                fresh_keys(), ENV_FILE="", DJANGO_SETTINGS_MODULE="bench.settings", DATA_DIR=directory,
                DATABASE_URL=create_database(postgresql.url()), REDIS_URL=valkey.url(), LOG_LEVEL="warning",
            )  # fmt: skip
            _set_up()
            build()
            yield
            _close_connections()
    finally:
        valkey.stop()
        postgresql.stop()


@contextmanager
def web_server(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[WebProcess]:
    """The product's web process, with these options of `telephony_connector.processes.web`."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port = int(listener.getsockname()[1])
        command = [sys.executable, "-m", "telephony_connector.processes.web", "--fd", str(listener.fileno()), *options]
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL
        )
        try:
            _wait(port, process)
            yield WebProcess(port=port, pid=process.pid)
        finally:
            process.terminate()
            process.wait(timeout=15)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")


def _set_up() -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, cwd=BASE_DIR, check=True)
    import django

    django.setup()


def _close_connections() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend alone has one
