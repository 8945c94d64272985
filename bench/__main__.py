"""`make bench`: call logs beside two baselines, how fast a popup reaches the agent, and hundreds of consoles."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from bench import consoles, latency, report, scene, statements, throughput
from bench.services import services
from telephony_connector.environment import BASE_DIR


def main() -> int:
    """Measure, print the tables, write DATA_DIR/bench.json and consoles.json."""
    arguments = _arguments()
    data_dir = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var")
    if arguments.what == "all":
        return _measure_each()
    _PARTS[arguments.what](arguments, data_dir)
    return 0


def _measure_each() -> int:
    """Each in a process of its own: Django is set up there on the services of one measurement."""
    options = [option for option in sys.argv[1:] if option != "all"]
    parts = [subprocess.run([sys.executable, "-m", "bench", name, *options], check=False) for name in _PARTS]
    return max(part.returncode for part in parts)


def _measure_calls(arguments: argparse.Namespace, data_dir: Path) -> None:
    with services(scene.build):
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


def _measure_consoles(arguments: argparse.Namespace, data_dir: Path) -> None:
    _say(f"{arguments.consoles} consoles on one stream process")
    plan = consoles.Plan(consoles=arguments.consoles, rate=arguments.rate, seconds=arguments.seconds)
    measured = consoles.measure(plan)
    print(consoles.as_table(measured))
    print(f"Written to {report.write(consoles.as_json(measured), data_dir, name='consoles')}")


_PARTS = {"calls": _measure_calls, "consoles": _measure_consoles}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", *_PARTS), default="all")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each contestant")
    parser.add_argument("--requests", type=int, default=150, help="requests a round")
    parser.add_argument("--connections", type=int, default=4, help="connections at once")
    parser.add_argument("--samples", type=int, default=100, help="popups timed on the event stream")
    parser.add_argument("--screen-samples", type=int, default=40, help="popups timed in Chromium")
    parser.add_argument("--consoles", type=int, default=500, help="agents with an open console")
    parser.add_argument("--rate", type=float, default=50.0, help="popups a second, over all consoles")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long popups come")
    return parser.parse_args()


def _say(line: str) -> None:
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
