"""The bench's arithmetic and requests; its figures are nobody's to test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import consoles, report, scene
from bench.console_clients import Arrival
from bench.latency import Latency
from bench.throughput import Throughput


def test_ratio_is_the_median_of_the_rounds_and_not_the_ratio_of_medians() -> None:
    measured = Throughput({"call log": [10.0, 30.0, 20.0], "bare DRF": [100.0, 60.0, 50.0]})

    assert measured.ratio("call log", "bare DRF") == 0.4
    assert measured.median_rate("call log") == 20.0


def test_p95_leaves_one_sample_of_twenty_above() -> None:
    latency = Latency([float(number) for number in range(20, 0, -1)])

    assert (latency.median, latency.p95) == (10.5, 19.0)


def test_single_sample_is_its_own_p95() -> None:
    assert Latency([7.0]).p95 == 7.0


def test_figures_are_written_and_shown(tmp_path: Path) -> None:
    measured = Throughput({"call log": [50.0], "bare DRF": [200.0], "plain Django": [400.0]})
    statements = {"call log": 9, "bare DRF": 1, "plain Django": 1}

    figures = report.as_json(measured, statements, {"socket": Latency([12.0, 14.0])})
    written = json.loads(report.write(figures, tmp_path / "var").read_text())

    assert written["ratios"] == {"call log / bare DRF": 0.25, "call log / plain Django": 0.125}
    assert written["popup_milliseconds"]["socket"] == {"median": 13.0, "p95": 14.0, "samples": 2}
    assert "0.250" in report.as_table(figures)


def test_measured_call_log_has_sixteen_fields_and_a_session_of_its_own() -> None:
    first, second = json.loads(scene.call_log(1)), json.loads(scene.call_log(1))

    assert len(first) == 16
    assert first["CallSessionId"] != second["CallSessionId"]
    assert first["SourceNumber"] == scene.lead_phone(1)


def test_consoles_count_what_is_lost_doubled_or_elsewhere() -> None:
    sent = [consoles.Sent(agent=number, session_id=f"s{number}", at=number / 10) for number in range(4)]
    heard = [(0, "s0", 0.05), (1, "s1", 0.12), (1, "s1", 0.13), (0, "s2", 0.3), (0, "warm", 0.0)]
    told = consoles.Told(arrivals=[Arrival(*one) for one in heard], closed=1)
    usage = consoles.Usage(connections=[2, 4], resident=[100_000_000, 120_000_000], processor=[1.0, 1.2])
    plan = consoles.Plan(consoles=4, rate=10.0, seconds=0.4)

    measured = consoles.summarise(plan, sent=sent, told=told, usage=usage, idle=90.0, pool=12)

    assert (measured.lost, measured.doubled, measured.elsewhere, measured.closed_streams) == (2, 1, 1, 1)
    assert measured.slowest == pytest.approx(50)
    assert (measured.database_connections, measured.megabytes) == (4, 120.0)
    assert measured.processor_ms == pytest.approx(50)
    assert "2, 1, 1; 1 streams closed" in consoles.as_table(measured)
