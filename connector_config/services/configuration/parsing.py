"""A tree of YAML → the typed records of connector_config.configuration_schema, guided by their annotations."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from connector_config.configuration_schema import VERSION, Document, FreeForm
from connector_config.services.configuration.problems import (
    ConfigurationFileError,
    Problem,
    Problems,
    did_you_mean,
    join,
)
from connector_config.services.configuration.reading import Scalar, plain

EntryT = TypeVar("EntryT")

_ABSENT = object()


def parse_document(tree: object, problems: Problems) -> Document:
    """The whole file; faults of single entries go to ``problems``. Raises ConfigurationFileError when it is none."""
    if not isinstance(tree, Mapping):
        raise ConfigurationFileError([Problem("", "the file must be a mapping that begins with version: 1")])
    document = parse_entry(Document, tree, "", problems)
    if document is None:
        raise ConfigurationFileError(problems.found)
    if document.version != VERSION:
        problems.add("version", f"is not known; this release reads version {VERSION}")
    if document.secrets not in (None, "omitted", "included"):
        problems.add("secrets", "must be omitted or included")
    return document


def parse_entry(kind: type[EntryT], tree: object, path: str, problems: Problems) -> EntryT | None:
    """One record, or None when something that it cannot be without is missing. Unknown keys are faults."""
    if not isinstance(tree, Mapping):
        problems.add(path, "must be a mapping of keys and values")
        return None
    hints = _annotations(kind)  # type: ignore[arg-type]  # classes are hashable
    for key in tree:
        if key not in hints:
            problems.add(join(path, str(key)[:80]), f"unknown key{did_you_mean(str(key), hints)}")
    values: dict[str, Any] = {"path": path}
    is_complete = True
    for name, (hint, is_required) in hints.items():
        value = _value(hint, tree.get(name), join(path, name), problems)
        if value is not _ABSENT and value is not None:
            values[name] = value
        elif is_required:
            is_complete = False
            if value is None:
                problems.add(join(path, name), "is required")
    return kind(**values) if is_complete else None


@cache
def _annotations(kind: Hashable) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # hashable, because it is a class
    return {
        field.name: (_without_none(hints[field.name]), field.default is dataclasses.MISSING)
        for field in fields
        if field.name != "path"
    }


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _value(hint: Any, tree: object, path: str, problems: Problems) -> object:
    """The value, None when nothing was given, _ABSENT when it is faulty (and noted)."""
    if tree is None:
        return None
    if dataclasses.is_dataclass(hint):
        return parse_entry(hint, tree, path, problems) or _ABSENT  # type: ignore[arg-type]  # it is a class
    if get_origin(hint) is list:
        return _list(get_args(hint)[0], tree, path, problems)
    if hint == FreeForm:
        return plain(tree) if isinstance(tree, Mapping) else _fault(problems, path, "must be a mapping")
    if get_origin(hint) is dict:
        return _table(get_args(hint)[1], tree, path, problems)
    return _single(hint, tree, path, problems)


def _single(hint: Any, tree: object, path: str, problems: Problems) -> object:
    if not isinstance(tree, str):
        return _fault(problems, path, "must be a single value")
    if hint is bool:
        is_true = tree.boolean if isinstance(tree, Scalar) else None
        return _fault(problems, path, "must be true or false") if is_true is None else is_true
    if hint is int:
        number = Scalar(tree).value
        return number if type(number) is int else _fault(problems, path, "must be a whole number")
    if "\x00" in tree:
        return _fault(problems, path, "holds a null character")
    return str(tree)


def _list(hint: Any, tree: object, path: str, problems: Problems) -> object:
    if not isinstance(tree, list):
        return _fault(problems, path, "must be a list")
    values = []
    for index, item in enumerate(tree):
        value = _value(hint, item, f"{path}[{index}]", problems)
        if value is None:
            problems.add(f"{path}[{index}]", "is empty")
        elif value is not _ABSENT:
            values.append(value)
    return values


def _table(hint: Any, tree: object, path: str, problems: Problems) -> object:
    if not isinstance(tree, Mapping):
        return _fault(problems, path, "must be a mapping of keys and values")
    table = {}
    for key, item in tree.items():
        several = [item] if get_origin(hint) is list and isinstance(item, str) else item
        value = _value(hint, several, join(path, str(key)), problems)
        if value is None:
            problems.add(join(path, str(key)), "is empty")
        elif value is not _ABSENT:
            table[str(key)] = value
    return table


def _fault(problems: Problems, path: str, message: str) -> object:
    problems.add(path, message)
    return _ABSENT
