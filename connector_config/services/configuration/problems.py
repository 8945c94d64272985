"""Everything that is wrong with a configuration file, each fault with its path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault or a remark: where in the file (``connectors[0].name``, empty for the whole) and what to change."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigurationFileError(Exception):
    """The file cannot be imported, and nothing was; ``problems`` lists every fault. Messages hold no secrets."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Problems:
    """Collects faults while a file is read, so that all are told at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        """Note a fault; the same one is noted once."""
        problem = Problem(path, message)
        if problem not in self.found:
            self.found.append(problem)

    def add_validation(self, path: str, error: ValidationError, keys: Mapping[str, str] | None = None) -> None:
        """Note what a model's validation says; ``keys`` gives the file's key of a column where it has another name."""
        if not hasattr(error, "error_dict"):
            for message in error.messages:
                self.add(path, message)
            return
        for name, messages in error.message_dict.items():
            key = (keys or {}).get(name, name)
            place = path if name == NON_FIELD_ERRORS else join(path, key)
            for message in messages:
                self.add(place, message)


def join(path: str, key: str) -> str:
    """The path of a key inside an entry."""
    return f"{path}.{key}" if path else key


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean slug?``, or nothing when no known word is like it."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold()[:80], by_folded, n=1, cutoff=0.5)
    return f"; did you mean {by_folded[near[0]]}?" if near else ""
