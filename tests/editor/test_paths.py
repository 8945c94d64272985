"""Paths and conditions that a click makes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.expressions import compile_expression
from webhooks.editor.paths import equality_expression, path_expression

KEYS = st.text(min_size=1, max_size=12, alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.text(max_size=12, alphabet=st.characters(exclude_categories=["Cs"])) | st.integers() | st.booleans()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("call_id",), "call_id"),
        (("call", "id"), "call.id"),
        (("Caller No",), '"Caller No"'),
        (("evt", "ref-no"), 'evt."ref-no"'),
        (("legs", 0, "number"), "legs[0].number"),
        (("a[b]",), '"a[b]"'),
        (('say "hi"',), '"say \\"hi\\""'),
        (("9lives",), '"9lives"'),
        (("नाम",), '"नाम"'),
        ((), ""),
        (("x" * 300,), ""),
    ],
)
def test_a_path_quotes_what_it_must(keys: tuple[str | int, ...], expected: str) -> None:
    assert path_expression(keys) == expected


@given(KEYS, KEYS, VALUES)
def test_a_path_reads_the_value_under_any_keys(outer: str, inner: str, value: object) -> None:
    tree: dict[str, Any] = {outer: [{inner: value}]}

    expression = path_expression((outer, 0, inner))

    assert not expression or compile_expression(expression).evaluate(tree) == value


@given(KEYS, VALUES)
def test_a_condition_holds_for_its_own_value(key: str, value: object) -> None:
    expression = equality_expression((key,), value)

    assert not expression or compile_expression(expression).evaluate({key: value}) is True
