"""Call logs a second on PostgreSQL, in short rounds that alternate with the baselines'."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from bench import scene
from bench.load import Client
from bench.services import web_server

PATHS = {"call log": f"/hooks/{scene.HOOK_KEY}/call-log", "bare DRF": "/bench/bare", "plain Django": "/bench/plain"}


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
    with web_server() as web:
        client = Client(web.port, connections)
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
