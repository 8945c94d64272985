"""Evaluate a parsed JMESPath expression: closures for the common nodes, the library's interpreter for the others.

The interpreter costs some 30 µs for a rule's condition; conditions run for every request, so that paths, comparisons
and boolean operators are compiled once. Both ways give the same values (tests hold them together).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jmespath.exceptions
import jmespath.visitor

Node = dict[str, Any]
Evaluator = Callable[[Mapping[str, object]], object]

_INTERPRETER = jmespath.visitor.TreeInterpreter()
_EVALUATION_ERRORS = (jmespath.exceptions.JMESPathError, TypeError, ValueError, AttributeError, OverflowError, KeyError)


def is_true(value: object) -> bool:
    """Truth as JMESPath has it: everything but null, false and what is empty; the number 0 is true."""
    return value is not None and value is not False and value != "" and value != [] and value != {}


def evaluator(node: Node) -> Evaluator:
    """A function from a tree to the expression's value; what cannot be computed is None."""
    compiled = _compiled(node)
    return compiled if compiled is not None else _interpreted(node)


def _interpreted(node: Node) -> Evaluator:
    def read(tree: Mapping[str, object]) -> object:
        try:
            return _INTERPRETER.visit(node, tree)  # type: ignore[arg-type]  # the stub's own private node type
        except _EVALUATION_ERRORS:
            return None

    return read


def _compiled(node: Node) -> Evaluator | None:
    """The closure for a node of a kind that has one and whose parts have one, else None."""
    build = _BUILDERS.get(node["type"])
    return None if build is None else build(node)


def _parts(node: Node) -> tuple[Evaluator, Evaluator] | None:
    left, right = (_compiled(child) for child in node["children"][:2])
    return None if left is None or right is None else (left, right)


def _field(node: Node) -> Evaluator:
    key = node["value"]
    return lambda tree: tree.get(key)


def _literal(node: Node) -> Evaluator | None:
    value = node["value"]
    return (lambda tree: value) if isinstance(value, str) else None


def _subexpression(node: Node) -> Evaluator | None:
    """A path: the parser keeps ``a.b.c`` as one node with three children."""
    first, *rest = node["children"]
    parent = _compiled(first)
    if parent is None or any(child["type"] != "field" for child in rest):
        return None
    keys = tuple(child["value"] for child in rest)

    def read(tree: Mapping[str, object]) -> object:
        value = parent(tree)
        for key in keys:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value

    return read


def _or(node: Node) -> Evaluator | None:
    parts = _parts(node)
    if parts is None:
        return None
    left, right = parts
    return lambda tree: value if is_true(value := left(tree)) else right(tree)


def _and(node: Node) -> Evaluator | None:
    parts = _parts(node)
    if parts is None:
        return None
    left, right = parts
    return lambda tree: right(tree) if is_true(value := left(tree)) else value


def _not(node: Node) -> Evaluator | None:
    part = _compiled(node["children"][0])
    return None if part is None else lambda tree: not is_true(part(tree))


def _comparator(node: Node) -> Evaluator | None:
    """Equality with a text; other comparisons have rules of their own about types."""
    parts = _parts(node)
    if parts is None or node["children"][1]["type"] != "literal" or node["value"] not in ("eq", "ne"):
        return None
    left, word = parts[0], node["children"][1]["value"]
    if node["value"] == "eq":
        return lambda tree: left(tree) == word
    return lambda tree: left(tree) != word


_BUILDERS: dict[str, Callable[[Node], Evaluator | None]] = {
    "and_expression": _and,
    "comparator": _comparator,
    "field": _field,
    "literal": _literal,
    "not_expression": _not,
    "or_expression": _or,
    "subexpression": _subexpression,
}
