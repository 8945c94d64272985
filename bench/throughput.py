"""Call logs a second on PostgreSQL, in short rounds that alternate with the baselines'."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import scene
from bench.load import Client

PATHS = {"call log": f"/hooks/{scene.HOOK_KEY}/call-log", "bare DRF": "/bench/bare", "plain Django": "/bench/plain"}
START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second by contestant, one figure a round, all rounds in one run."""

    rates: dict[str, list[float]]

    def median_rate(self, name: str) -> float:
        """Requests a second, median of the rounds."""
        return statistics.median(self.rates[name])

    def ratio(self, name: str, baseline: str) -> float:
        """Median over the rounds of the ratio within a round, so that a slow moment hits both sides."""
        pairs = zip(self.rates[name], self.rates[baseline], strict=True)
        return statistics.median(rate / base for rate, base in pairs)


def measure(*, rounds: int, requests: int, connections: int) -> Throughput:
    """Run it against a server of the product's own kind; Django must be set up on the measured database."""
    rates: dict[str, list[float]] = {name: [] for name in PATHS}
    with web_server() as port:
        client = Client(port, connections)
        for path in PATHS.values():
            client.requests_per_second(path, scene.call_log, requests)  # warm, not counted
        for number in range(rounds):
            for name in _order(number):
                rates[name].append(client.requests_per_second(PATHS[name], scene.call_log, requests))
        client.close()
    return Throughput(rates)


def _order(number: int) -> list[str]:
    """Another contestant begins each round."""
    names = list(PATHS)
    start = number % len(names)
    return names[start:] + names[:start]


@contextmanager
def web_server() -> Iterator[int]:
    """The product's web process with the baselines in its URL table; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port = int(listener.getsockname()[1])
        command = [sys.executable, "-m", "telephony_connector.processes.web", "--fd", str(listener.fileno())]
        process = subprocess.Popen(command, env=os.environ, pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL)
        try:
            _wait(port, process)
            yield port
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
