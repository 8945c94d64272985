"""`make bench`: call logs beside two baselines in one run, and how fast a popup reaches the agent."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import latency, report, scene, statements, throughput
from telephony_connector.environment import BASE_DIR
from telephony_connector.processes.env_file import fresh_keys
from tests.environment.postgresql import PostgresqlServer, create_database
from tests.environment.valkey import ValkeyServer


def main() -> int:
    """Measure, print the table, write DATA_DIR/bench.json."""
    arguments = _arguments()
    data_dir = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var")
    with _services():
        _say("throughput on PostgreSQL")
        counts = statements.count(throughput.PATHS)
        rates = throughput.measure(
            rounds=arguments.rounds, requests=arguments.requests, connections=arguments.connections
        )
    _say("popup latency on the product as it comes")
    times = latency.measure(samples=arguments.samples, screen_samples=arguments.screen_samples)
    figures = report.as_json(rates, counts, times)
    print(report.as_table(figures))
    print(f"Written to {report.write(figures, data_dir)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each contestant")
    parser.add_argument("--requests", type=int, default=150, help="requests a round")
    parser.add_argument("--connections", type=int, default=4, help="connections at once")
    parser.add_argument("--samples", type=int, default=100, help="popups timed on the event stream")
    parser.add_argument("--screen-samples", type=int, default=40, help="popups timed in Chromium")
    return parser.parse_args()


@contextmanager
def _services() -> Iterator[None]:
    """PostgreSQL and Valkey, this process set up on them, and the scene built; all gone afterwards."""
    postgresql, valkey = PostgresqlServer(), ValkeyServer()
    try:
        with tempfile.TemporaryDirectory(prefix="connector-bench-") as directory:
            os.environ.update(
                fresh_keys(), ENV_FILE="", DJANGO_SETTINGS_MODULE="bench.settings", DATA_DIR=directory,
                DATABASE_URL=create_database(postgresql.url()), REDIS_URL=valkey.url(), LOG_LEVEL="warning",
            )  # fmt: skip
            _build()
            yield
            _close_connections()
    finally:
        valkey.stop()
        postgresql.stop()


def _build() -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, cwd=BASE_DIR, check=True)
    import django

    django.setup()
    scene.build()


def _close_connections() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()


def _say(line: str) -> None:
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
