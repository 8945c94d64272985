"""The bench's arithmetic and requests; its figures are nobody's to test."""

from __future__ import annotations

import json
from pathlib import Path

from bench import report, scene
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
