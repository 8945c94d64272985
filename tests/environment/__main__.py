"""What `make test` and `make check` run: lint, types and layers, then all tests on real services."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.environment.chromium import ChromiumMissingError, ensure_chromium
from tests.environment.postgresql import PostgresqlServer
from tests.environment.sip import ensure_telephones
from tests.environment.valkey import ValkeyServer

BIN = Path(sys.executable).parent
CHECKS = (
    # Requirements are installed without their dependencies: the files have to name every one.
    [sys.executable, "-m", "pip", "check"],
    [str(BIN / "ruff"), "check", "."],
    [str(BIN / "ruff"), "format", "--check", "."],
    [str(BIN / "mypy")],
    [str(BIN / "lint-imports")],
)
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "--ds=tests.settings",
    "-q",
    "-n",
    os.environ.get("TEST_PROCESSES", "2"),
    "--dist",
    "loadgroup",
)


def main() -> int:
    """Run it all; the exit status is that of the first part that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check-only", action="store_true", help="lint, types and layers only")
    parser.add_argument("--no-check", action="store_true", help="tests only")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, instead of both full runs")
    arguments = parser.parse_args()
    if not arguments.no_check and (status := run_checks()):
        return status
    return 0 if arguments.check_only else run_tests(arguments.pytest)


def run_checks() -> int:
    """Lint, format, types and layers."""
    for command in CHECKS:
        _say(" ".join([Path(command[0]).name, *command[1:]]))
        if status := subprocess.run(command, check=False).returncode:
            return status
    return 0


def run_tests(selection: list[str]) -> int:
    """The database tests on SQLite, then everything on PostgreSQL, so that pytest's own line comes last."""
    try:
        ensure_chromium()
    except ChromiumMissingError as error:
        _say(str(error))
        return 1
    if hindrance := ensure_telephones():
        _say(f"tests that telephone are skipped: {hindrance}")
    with services() as environment:
        if selection:
            return _pytest(selection, environment)
        _say("tests that use the database, on SQLite")
        sqlite_status = _pytest(["--only-database"], {**environment, "DATABASE_URL": ""})
        _say("all tests, on PostgreSQL")
        return _pytest([], environment) or sqlite_status


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Start PostgreSQL and Valkey; the environment in which tests find them."""
    _say("starting PostgreSQL and Valkey")
    postgresql = PostgresqlServer()
    valkey = ValkeyServer()
    try:
        yield {
            "DATABASE_URL": postgresql.url("connector"),
            "REDIS_URL": valkey.url(255),
            "TEST_POSTGRES_URL": postgresql.url(),
            "TEST_VALKEY_URL": valkey.url(),
        }
    finally:
        valkey.stop()
        postgresql.stop()


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([*PYTEST, *arguments], env={**os.environ, **environment}, check=False).returncode


def _say(line: str) -> None:
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
