"""The measurements as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.latency import Latency
from bench.throughput import Throughput


def as_json(throughput: Throughput, statements: Mapping[str, int], latency: Mapping[str, Latency]) -> dict[str, Any]:
    """All figures: rates in requests a second, times in milliseconds."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "requests_per_second": {name: round(throughput.median_rate(name), 1) for name in throughput.rates},
        "rounds": {name: [round(rate, 1) for rate in rates] for name, rates in throughput.rates.items()},
        "ratios": {
            f"call log / {baseline}": round(throughput.ratio("call log", baseline), 3)
            for baseline in throughput.rates
            if baseline != "call log"
        },
        "sql_statements": dict(statements),
        "popup_milliseconds": {
            name: {"median": round(one.median, 1), "p95": round(one.p95, 1), "samples": len(one.samples)}
            for name, one in latency.items()
        },
    }


def as_table(figures: Mapping[str, Any]) -> str:
    """The same, to be read."""
    lines = ["", f"{'one POST on PostgreSQL':<28}{'requests/s':>12}{'SQL statements':>16}"]
    for name, rate in figures["requests_per_second"].items():
        lines.append(f"{name:<28}{rate:>12.1f}{figures['sql_statements'][name]:>16}")
    lines.append("")
    lines += [f"{name:<28}{ratio:>12.3f}" for name, ratio in figures["ratios"].items()]
    lines += ["", f"{'popup POST to':<28}{'median ms':>12}{'p95 ms':>16}{'samples':>10}"]
    for name, one in figures["popup_milliseconds"].items():
        lines.append(f"{name:<28}{one['median']:>12.1f}{one['p95']:>16.1f}{one['samples']:>10}")
    return "\n".join([*lines, ""])


def write(figures: Mapping[str, Any], directory: Path, *, name: str = "bench") -> Path:
    """Store the JSON as ``<name>.json`` in the directory, which is made where it does not exist."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"{name}.json"
    target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return target
