"""Expressions over a request: a bounded part of JMESPath, compiled once.

Any expression language can be made to hang, so that at save an expression is limited in length, in nodes, and to an
allow-list of nodes and functions whose work is linear in the size of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath.exceptions
import jmespath.parser
import jmespath.visitor

MAX_LENGTH = 256
MAX_NODES = 60

_NODES = frozenset({
    "and_expression", "comparator", "current", "field", "filter_projection", "flatten", "function_expression",
    "identity", "index", "index_expression", "literal", "multi_select_list", "not_expression", "or_expression",
    "pipe", "projection", "slice", "subexpression", "value_projection",
})  # fmt: skip
_FUNCTIONS = frozenset({
    "contains", "ends_with", "join", "keys", "length", "not_null", "starts_with", "to_number", "to_string", "type",
    "values",
})  # fmt: skip
_INTERPRETER = jmespath.visitor.TreeInterpreter()
_EVALUATION_ERRORS = (jmespath.exceptions.JMESPathError, TypeError, ValueError, AttributeError, OverflowError, KeyError)

_Node = Mapping[str, Any]


class ExpressionError(ValueError):
    """An expression that is not JMESPath or goes beyond what is allowed; the message says which."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. ``path`` holds the keys when it is nothing but ``a.b.c``."""

    text: str
    path: tuple[str, ...]
    evaluate: Callable[[Mapping[str, object]], object] = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """What the sender calls this value: the path, else the expression as written."""
        return ".".join(self.path) if self.path else self.text


def compile_expression(text: str) -> Expression:
    """Compile ``text``. Raises ExpressionError; never evaluates to an error: what cannot be computed is None."""
    if not text.strip():
        raise ExpressionError("is empty")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"is longer than {MAX_LENGTH} characters")
    try:
        node = jmespath.parser.Parser().parse(text).parsed
    except (jmespath.exceptions.JMESPathError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExpressionError(f"is not a JMESPath expression: {reason}") from None
    _check(node)
    path = tuple(_path(node) or ())
    return Expression(text, path, _path_reader(path) if path else _interpreted(node))


def is_true(value: object) -> bool:
    """Truth as JMESPath has it: everything but null, false and what is empty; the number 0 is true."""
    return value is not None and value is not False and value != "" and value != [] and value != {}


def _check(root: _Node) -> None:
    nodes = list(_walk(root))
    if len(nodes) > MAX_NODES:
        raise ExpressionError(f"has more than {MAX_NODES} parts")
    for node in nodes:
        if node["type"] not in _NODES:
            raise ExpressionError(f"uses {node['type'].replace('_', ' ')}, which is not allowed")
        if node["type"] == "function_expression" and node["value"] not in _FUNCTIONS:
            raise ExpressionError(f"uses {node['value']}(); allowed are {', '.join(sorted(_FUNCTIONS))}")
        if node["type"] == "subexpression" and node["children"][0]["type"] == "not_expression":
            raise ExpressionError("negates only the part before the dot; write !(a.b)")
    # A second list of whole requests could double the work of each further step.
    if sum(node["type"] == "multi_select_list" for node in nodes) > 1:
        raise ExpressionError("builds more than one list")


def _walk(root: _Node) -> Iterator[_Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(child for child in node["children"] if isinstance(child, Mapping))


def _path(node: _Node) -> list[str] | None:
    if node["type"] == "field":
        return [node["value"]]
    if node["type"] != "subexpression":
        return None
    parts: list[str] = []
    for child in node["children"]:
        part = _path(child)
        if part is None:
            return None
        parts += part
    return parts


def _path_reader(path: tuple[str, ...]) -> Callable[[Mapping[str, object]], object]:
    if len(path) == 1:
        key = path[0]
        return lambda tree: tree.get(key)

    def read(tree: Mapping[str, object]) -> object:
        value: object = tree
        for part in path:
            if not isinstance(value, dict):
                return None
            value = value.get(part)
        return value

    return read


def _interpreted(node: _Node) -> Callable[[Mapping[str, object]], object]:
    def read(tree: Mapping[str, object]) -> object:
        try:
            return _INTERPRETER.visit(node, tree)
        except _EVALUATION_ERRORS:
            return None

    return read
