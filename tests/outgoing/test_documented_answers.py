"""Presets against the answers that providers' documentation shows: success, refusal, the call's id, the words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from connector_config.presets import load_preset, preset_names
from connector_config.success_rules import ResponseSnapshot, SuccessRules, Verdict, judge

# YAML reads the keys yes and no as truth values.
ANSWERS: dict[str, dict[str, list[dict[str, Any]]]] = {
    name: {"yes": parts[True], "no": parts[False]}
    for name, parts in yaml.safe_load(
        (Path(__file__).parent / "documented_answers.yaml").read_text(encoding="utf-8")
    ).items()
}


def verdict_on(name: str, answer: dict[str, Any]) -> Verdict:
    template: dict[str, Any] = dict(load_preset(name).click_to_call)
    rules = SuccessRules(
        keyword=template.get("response_keyword", ""),
        failure_keyword=template.get("failure_keyword", ""),
        path=template.get("success_path", ""),
        statuses=template.get("success_statuses", ""),
        call_id_path=template.get("call_id_path", ""),
    )
    return judge(ResponseSnapshot(status=answer.get("status", 200), body=answer["body"]), rules)


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(name, answer, id=f"{name}-{number}")
        for name, answers in ANSWERS.items()
        for number, answer in enumerate(answers[kind])
    ]


@pytest.mark.parametrize(("name", "answer"), cases("yes"))
def test_an_accepted_call_is_a_success_with_the_providers_id(name: str, answer: dict[str, Any]) -> None:
    verdict = verdict_on(name, answer)

    assert verdict.is_success, verdict.checks
    assert verdict.provider_call_id == answer["id"]


@pytest.mark.parametrize(("name", "answer"), cases("no"))
def test_a_refused_call_is_none_and_the_provider_says_why(name: str, answer: dict[str, Any]) -> None:
    verdict = verdict_on(name, answer)

    assert not verdict.is_success
    assert verdict.message == answer.get("says", "")


def test_every_preset_that_makes_calls_has_both_kinds_of_answers() -> None:
    assert sorted(ANSWERS) == sorted(name for name in preset_names() if load_preset(name).click_to_call)
    assert all(answers["yes"] and answers["no"] for answers in ANSWERS.values())
