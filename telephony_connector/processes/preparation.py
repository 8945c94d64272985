"""What has to be true before anything is served: one `up` per data directory, a free port, an up-to-date database."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError


class PreparationError(Exception):
    """The product cannot start; the text is one sentence for the administrator."""


def make_data_directory(path: Path) -> None:
    """Make the directory, for its owner only, where it does not exist; raises PreparationError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PreparationError(f"DATA_DIR {path} cannot be made ({error.strerror}).") from error


@contextmanager
def locked_data_directory(path: Path) -> Iterator[None]:
    """Hold the directory for ourselves; the system gives it back however we end. Raises PreparationError."""
    with (path / "up.lock").open("a+", encoding="utf-8") as file:
        _lock(file, path)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: IO[str], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise PreparationError(
            f"another `up` (process {file.read() or 'unknown'}) already runs on {path}; stop it or set DATA_DIR."
        ) from error


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises PreparationError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PreparationError(
            f"port {port} on {host} cannot be used ({error.strerror}); stop what uses it or set PORT."
        ) from error
    listener.listen(1024)
    return listener


def migrate_database() -> bool:
    """Bring the tables up to date; False when nothing was to be done. Raises PreparationError without a database."""
    _probe_database()
    executor = MigrationExecutor(connection)
    is_pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if is_pending:
        call_command("check")
        call_command("migrate", verbosity=0, interactive=False)
    return is_pending


def _probe_database() -> None:
    # Past the pool, which would only say that it waited in vain.
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    if connection.vendor == "postgresql":
        options["connect_timeout"] = 5
    probe = type(connections["default"])({**connection.settings_dict, "OPTIONS": options}, alias="probe")
    try:
        probe.ensure_connection()
    except OperationalError as error:
        raise PreparationError(f"the database does not answer ({str(error).splitlines()[0]}).") from error
    finally:
        probe.close()


def is_port_free(host: str, port: int) -> bool:
    """True when nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def close_connections() -> None:
    """Give connections back, so that the long-lived parent holds none beside its children's."""
    connections.close_all()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool:
        close_pool()
