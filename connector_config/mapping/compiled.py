"""A compiled mapping: what a document becomes, ready to apply (docs/mapping.md)."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from datetime import tzinfo

from connector_config.mapping.derivations import Draft
from connector_config.mapping.expressions import Expression
from connector_config.mapping.transforms import Transform

BY_STATUS = "by_status"
"""The kind of a rule whose records are call logs when the status is terminal, else live news."""

CUSTOMER_NUMBER = "customer_number"
NUMBERS = "numbers"
PSEUDO_FIELDS = frozenset({CUSTOMER_NUMBER, NUMBERS})
"""What `required` may name beside fields: the number of the customer (by direction); either number."""


@dataclass(frozen=True, slots=True)
class MappingError:
    """One fault of a mapping document: where (``rules[2].fields.status.from``) and what to change."""

    path: str
    message: str


class InvalidMappingError(ValueError):
    """A mapping document that cannot run; ``errors`` lists every fault."""

    def __init__(self, errors: list[MappingError]) -> None:
        super().__init__("; ".join(f"{error.path}: {error.message}" for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where one field comes from: expressions tried in order, then transforms, a table, a default.

    ``joined`` expressions are one value (a date and a time). ``zone`` None means the connector's. With ``anchor``, the
    naive time of another value that stands for ``started_at``, a time is read relative to that. ``plus`` is a duration
    that is added to a time. ``label`` is the sender's own name of the value. ``only_key`` is set where the value can
    come from that key alone, so that a record without it needs no look.
    """

    label: str
    expressions: tuple[Expression, ...] = ()
    joined: tuple[Expression, ...] = ()
    transforms: tuple[Transform, ...] = ()
    table: AbstractMapping[str, str] | None = None
    otherwise: str | None = None
    default: object = None
    zone: tzinfo | None = None
    formats: tuple[str, ...] = ()
    anchor: Expression | None = None
    plus: Expression | None = None
    only_key: str = ""

    def value_in(self, tree: AbstractMapping[str, object]) -> object:
        """The value before its table and default; None when nothing is there.

        False is a value when a key holds it, and nothing when an expression computed it.
        """
        for expression in self.expressions:
            value = expression.evaluate(tree)
            if value is None or (value is False and not expression.path):
                continue
            for transform in self.transforms:
                value = transform(value)
            if value not in (None, "", [], {}):
                return value
        return self._joined_value(tree) if self.joined else None

    def _joined_value(self, tree: AbstractMapping[str, object]) -> object:
        parts = [expression.evaluate(tree) for expression in self.joined]
        if not all(isinstance(part, str | int) for part in parts):
            return None
        value: object = " ".join(str(part) for part in parts)
        for transform in self.transforms:
            value = transform(value)
        return value


FieldSources = AbstractMapping[str, tuple[FieldSource, ...]]
"""Field → its sources: the first that gives a value wins."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it fits, what kind of event it makes (EventKind's word or ``by_status``), and every field.

    ``inbound`` and ``outbound`` are complete too: the fields with those of the direction laid over them.
    """

    name: str
    when: Expression | None
    kind: str
    fields: FieldSources
    inbound: FieldSources
    outbound: FieldSources
    required: tuple[str, ...] = ()
    derivations: tuple[Callable[[Draft], None], ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A compiled mapping; immutable, safe to share between threads, cheap to apply.

    ``clean`` drops what is absent from a body; ``known_keys`` maps folded key names to the names that expressions
    use; ``records`` finds the events inside a body; ``bindings`` are the values that expressions see under ``_``.
    """

    clean: Callable[[object], object] = field(repr=False)
    rules: tuple[Rule, ...]
    records: tuple[Expression, ...] = ()
    known_keys: AbstractMapping[str, str] = field(default_factory=dict)
    known_names: frozenset[str] = frozenset()
    bindings: FieldSources = field(default_factory=dict)
    bare_recordings: bool = False
