"""YAML text → a tree of mappings, lists and texts, without the surprises of YAML 1.1.

An unquoted ``+919611795980`` stays that text (YAML makes it a number and loses the plus), and so does ``no``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from connector_config.services.configuration.problems import ConfigurationFileError, Problem

if TYPE_CHECKING:
    from yaml import SafeLoader as _BaseLoader
else:
    _BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAXIMUM_BYTES = 50_000_000
MAXIMUM_DEPTH = 40

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


class Scalar(str):
    """An unquoted word that YAML would read as something else than text. The text is as written."""

    __slots__ = ()

    @property
    def boolean(self) -> bool | None:
        """True for true, yes, on; False for false, no, off; None otherwise."""
        word = self.lower()
        return True if word in _TRUE else False if word in _FALSE else None

    @property
    def value(self) -> object:
        """What JSON would read: a number or a boolean, else the text."""
        if self in {"true", "True", "false", "False"}:
            return self.boolean
        if _WHOLE_NUMBER.fullmatch(self):
            return int(self)
        return float(self) if _DECIMAL.fullmatch(self) else str(self)


class _Loader(_BaseLoader):
    """Safe YAML in which plain scalars keep their text and a key may stand once."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen if isinstance(key, yaml.ScalarNode) else True:
                raise yaml.MarkedYAMLError(problem=_key_fault(key), problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _key_fault(key: yaml.Node) -> str:
    return f"the key {key.value!r} stands twice" if isinstance(key, yaml.ScalarNode) else "a key must be a word"


def _scalar(loader: Any, node: yaml.ScalarNode) -> Scalar:
    return Scalar(node.value)


for _tag in ("int", "float", "bool", "timestamp", "merge", "value"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)


def read_yaml(data: bytes) -> object:
    """The tree of a YAML file in UTF-8. Raises ConfigurationFileError, with line and column, for anything else."""
    if len(data) > MAXIMUM_BYTES:
        raise _refusal(f"the file is larger than {MAXIMUM_BYTES // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
        _refuse_tricks(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe loader
    except UnicodeDecodeError:
        raise _refusal("the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        raise _refusal(f"not valid YAML{_place(error)}: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise _refusal(f"not valid YAML: {str(error).splitlines()[0] if str(error) else 'it cannot be read'}") from None


def plain(value: object) -> object:
    """The tree as JSON has it: numbers and booleans for unquoted words that are ones."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, str) else str(value)


def _refuse_tricks(text: str) -> None:
    """Aliases could unfold into gigabytes, and endless nesting into a crash."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _marked("aliases (*name) are not supported", event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAXIMUM_DEPTH:
            raise _marked("nested too deeply", event)


def _marked(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]  # either mark


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _refusal(message: str) -> ConfigurationFileError:
    return ConfigurationFileError([Problem("", message)])
