"""Paths into a request as expressions of a mapping."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from connector_config.mapping.expressions import MAX_LENGTH

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_TEXT = re.compile(r"[^'\\]*")


def path_expression(keys: Sequence[str | int]) -> str:
    """The expression that reads what stands under these keys: names quoted where they must be, numbers as indexes.

    Empty for no keys, and for a path longer than an expression may be.
    """
    expression = ""
    for key in keys:
        if isinstance(key, int):
            expression += f"[{key}]"
        else:
            name = key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
            expression += f".{name}" if expression else name
    return expression if len(expression) <= MAX_LENGTH else ""


def equality_expression(keys: Sequence[str | int], value: object) -> str:
    """The condition that what stands under these keys has this value; empty when it would be too long."""
    path = path_expression(keys)
    if isinstance(value, str) and _PLAIN_TEXT.fullmatch(value):
        expression = f"{path} == '{value}'"
    else:
        expression = f"{path} == `{json.dumps(value).replace('`', chr(92) + '`')}`"
    return expression if path and len(expression) <= MAX_LENGTH else ""
