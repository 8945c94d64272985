"""Expressions: the same values as JMESPath gives, and nothing that could hang."""

from __future__ import annotations

import time

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.expressions import ExpressionError, compile_expression

TREE: dict[str, object] = {
    "a": "x",
    "b": {"c": 1, "d": {"e": "deep"}},
    "list": [{"n": "1", "t": "user"}, {"n": "2", "t": "external"}],
    "zero": 0,
    "no": False,
    "empty": "",
    "detail-type": "Event",
}


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "b.c",
        "b.d.e",
        "b.d.e.f",
        "missing",
        "missing.deeper",
        "a || missing",
        "missing || empty || a",
        "zero || a",
        "no || a",
        "a && b.c",
        "no && a",
        "!a",
        "!(a && missing)",
        "a == 'x'",
        "a != 'x'",
        "missing == 'x'",
        "missing != 'x'",
        "b == 'x'",
        "(a == 'x' || zero) && !missing",
        '"detail-type"',
        "list[0].n",
        "list[?t=='external'].n | [0]",
        "list[*].n",
        'contains(`["x","y"]`, a)',
        "starts_with(a, 'x') && 'yes'",
        "starts_with(missing, 'x') && 'yes'",
        "length(a) > `0`",
        "zero == `0`",
        "join(' ', [a, b.d.e])",
        "type(b) == 'object'",
        "a.b",
        "list.n",
    ],
)
def test_compiled_values_are_those_of_the_library(text: str) -> None:
    try:
        expected = jmespath.search(text, TREE)
    except jmespath.exceptions.JMESPathError:
        expected = None

    assert compile_expression(text).evaluate(TREE) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("a ||", "not a JMESPath expression"),
        ("a" * 300, "longer than 256"),
        ("(" * 128 + "a" + ")" * 127, "not a JMESPath"),
        ("&a", "not allowed"),
        ("sort_by(list, &n)", "allowed are"),
        ("map(&n, list)", "allowed are"),
        ("{a: b}", "not allowed"),
        ("[@,@]|[@,@]", "more than one list"),
        ("!a.b", r"write !\(a.b\)"),
        (" || ".join("a" for _ in range(40)), "more than 60 parts"),
    ],
)
def test_a_forbidden_expression_is_refused_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_expression(text)


def test_a_path_is_known_as_such() -> None:
    assert compile_expression("b.d.e").path == ("b", "d", "e")
    assert compile_expression("b.d.e").label == "b.d.e"
    assert compile_expression("a || b").path == ()


@given(st.text(alphabet="ab.[]()|&!?*@'`\"{},:<>= 0123", max_size=80))
def test_any_text_compiles_or_is_refused_and_never_raises_later(text: str) -> None:
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return
    expression.evaluate(TREE)


@pytest.mark.parametrize(
    "text", ["[@,@,@,@][][][][][][]", "to_string([@,@,@,@,@,@,@,@])", "*.*.*.*.*.*", "list[].*[].*[]"]
)
def test_the_worst_allowed_expressions_end_soon(text: str) -> None:
    tree = {f"k{number}": [{"v": "x" * 10}] * 20 for number in range(500)}
    expression = compile_expression(text)

    started = time.perf_counter()
    expression.evaluate(tree)

    assert time.perf_counter() - started < 2
