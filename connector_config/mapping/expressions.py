"""Expressions over a request: a bounded part of JMESPath, compiled once.

Any expression language can be made to hang, so that at save an expression is limited in length, in nodes, and to an
allow-list of nodes and functions whose work is linear in the size of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import jmespath.exceptions
import jmespath.parser

from connector_config.mapping.evaluation import Evaluator, Node, evaluator

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


class ExpressionError(ValueError):
    """An expression that is not JMESPath or goes beyond what is allowed; the message says which."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. ``path`` holds the keys when it is nothing but ``a.b.c``."""

    text: str
    path: tuple[str, ...]
    evaluate: Evaluator = field(repr=False, compare=False)

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
        node = cast(Node, jmespath.parser.Parser().parse(text).parsed)
    except (jmespath.exceptions.JMESPathError, ValueError, RecursionError) as error:
        raise ExpressionError(f"is not a JMESPath expression such as data.status: {_reason(error)}") from None
    _check(node)
    path = tuple(_path(node) or ())
    return Expression(text, path, evaluator(node))


def _reason(error: Exception) -> str:
    """Where it stopped being one, in words of ours: the parser's name its tokens."""
    if isinstance(error, jmespath.exceptions.ParseError) and error.token_value:
        return f"“{error.token_value}” is not expected at character {error.lex_position + 1}"
    return "it ends too early, or a quote or bracket is missing"


def _check(root: Node) -> None:
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


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(child for child in node["children"] if isinstance(child, dict))


def _path(node: Node) -> list[str] | None:
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
