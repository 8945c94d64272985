"""Compile a mapping document: every fault is found, named by its path, and nothing is left to compile per request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as AbstractMapping
from datetime import tzinfo

from connector_config.mapping import compiled as model
from connector_config.mapping.compiled import FieldSource, InvalidMappingError, Mapping, MappingError, Rule
from connector_config.mapping.derivations import DERIVATIONS, Draft
from connector_config.mapping.events import CallStatus, Direction, EventKind
from connector_config.mapping.expressions import Expression, ExpressionError, compile_expression
from connector_config.mapping.fields import FIELD_KINDS, FieldKind
from connector_config.mapping.merging import merge_mapping
from connector_config.mapping.times import zone_of
from connector_config.mapping.transforms import Transform, TransformError, compile_transform
from connector_config.mapping.values import DEFAULT_ABSENT_WORDS, cleaner, fold_word

__all__ = ["InvalidMappingError", "Mapping", "MappingError", "merge_mapping", "parse_mapping"]

MAX_RULES = 50
_TOP_KEYS = frozenset({
    "absent", "bare_recordings", "bindings", "derive", "fields", "inbound", "known_keys", "outbound",
    "percent_decoded", "records", "rules", "tables", "zone",
})  # fmt: skip
_RULE_KEYS = frozenset({"name", "when", "kind", "fields", "inbound", "outbound", "required", "derive", "comment"})
_FIELD_KEYS = frozenset({
    "anchor", "default", "format", "from", "join", "label", "otherwise", "plus", "table", "transform", "zone",
})  # fmt: skip
_KINDS = frozenset({*EventKind, model.BY_STATUS})
_CLOSED_WORDS = {FieldKind.STATUS: frozenset(CallStatus), FieldKind.DIRECTION: frozenset(Direction)}

_Document = AbstractMapping[str, object]
_Sources = dict[str, tuple[FieldSource, ...] | None]
_Steps = tuple[Callable[[Draft], None], ...]


def parse_mapping(document: _Document) -> Mapping:
    """Compile a mapping document (docs/mapping.md). Raises InvalidMappingError that lists every fault by its path."""
    return _Compiler().mapping(document)


class _Compiler:
    """One compilation: collects faults instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: list[MappingError] = []
        self.tables: dict[str, dict[str, str]] = {}
        self.zone: tzinfo | None = None

    def fault(self, path: str, message: str) -> None:
        self.errors.append(MappingError(path, message))

    def mapping(self, document: _Document) -> Mapping:
        document = self.known("", document, _TOP_KEYS)
        self.zone = self.zone_named("zone", document.get("zone"))
        for name, table in self.object_at("tables", document.get("tables")).items():
            self.tables[name] = self.table(f"tables.{name}", table)
        common = {part: self.sources(part, document.get(part)) for part in ("fields", "inbound", "outbound")}
        steps = self.derivations("derive", document.get("derive"))
        rules = self.rules(document.get("rules"), common, steps)
        absent = frozenset(word.lower() for word in self.words("absent", document.get("absent")))
        known_keys = self.known_keys("known_keys", document.get("known_keys"))
        records = self.expressions("records", document.get("records"))
        bindings = self.bindings("bindings", document.get("bindings"))
        percent = self.switch("percent_decoded", document.get("percent_decoded"))
        bare = self.switch("bare_recordings", document.get("bare_recordings"))
        if self.errors:
            raise InvalidMappingError(self.errors)
        clean = cleaner(absent_words=DEFAULT_ABSENT_WORDS | absent, percent_decoded=percent)
        return Mapping(clean, rules, records, known_keys, frozenset(known_keys.values()), bindings, bare)

    def known_keys(self, path: str, listed: object) -> dict[str, str]:
        """Folded spelling → the name that expressions use, in the order in which spellings are looked for."""
        if not isinstance(listed, AbstractMapping):
            return {fold_word(name): name for name in self.words(path, listed)}
        entries = self.object_at(path, listed)
        known = {fold_word(name): name for name in entries}
        for name, spellings in entries.items():
            for spelling in self.words(f"{path}.{name}", spellings):
                owner = known.setdefault(fold_word(spelling), name)
                if owner != name:
                    self.fault(f"{path}.{name}", f"{spelling!r} is a spelling of {owner!r} already")
        return known

    def rules(self, listed: object, common: AbstractMapping[str, _Sources], steps: _Steps) -> tuple[Rule, ...]:
        if not isinstance(listed, list) or not listed:
            self.fault("rules", "must be a list with at least one rule")
            return ()
        if len(listed) > MAX_RULES:
            self.fault("rules", f"holds more than {MAX_RULES} rules")
            return ()
        rules = tuple(self.rule(f"rules[{index}]", entry, common, steps) for index, entry in enumerate(listed))
        seen: set[str] = set()
        for index, rule in enumerate(rules):
            if rule.name in seen:
                self.fault(f"rules[{index}].name", f"{rule.name!r} is used twice")
            seen.add(rule.name)
        return rules

    def rule(self, path: str, entry: object, common: AbstractMapping[str, _Sources], steps: _Steps) -> Rule:
        entry = self.known(path, self.object_at(path, entry), _RULE_KEYS)
        name, kind = entry.get("name"), entry.get("kind")
        if not isinstance(name, str) or not name:
            self.fault(f"{path}.name", "must be a text")
        if not isinstance(kind, str) or kind not in _KINDS:
            self.fault(f"{path}.kind", f"must be one of {', '.join(sorted(_KINDS))}")
        own = {part: self.sources(f"{path}.{part}", entry.get(part)) for part in ("fields", "inbound", "outbound")}
        when = self.expression(f"{path}.when", entry["when"]) if "when" in entry else None
        derived = self.derivations(f"{path}.derive", entry["derive"]) if "derive" in entry else steps
        return Rule(
            name=str(name),
            when=when,
            kind=str(kind),
            fields=_laid_over(common["fields"], own["fields"]),
            inbound=_laid_over(common["fields"], common["inbound"], own["fields"], own["inbound"]),
            outbound=_laid_over(common["fields"], common["outbound"], own["fields"], own["outbound"]),
            required=self.required(f"{path}.required", entry.get("required")),
            derivations=derived,
        )

    def sources(self, path: str, entries: object) -> _Sources:
        sources: _Sources = {}
        for name, entry in self.object_at(path, entries).items():
            if name not in FIELD_KINDS:
                self.fault(f"{path}.{name}", "is no field of the standard record")
            else:
                sources[name] = None if entry is None else self.alternatives(f"{path}.{name}", entry, FIELD_KINDS[name])
        return sources

    def bindings(self, path: str, entries: object) -> dict[str, tuple[FieldSource, ...]]:
        items = self.object_at(path, entries).items()
        return {name: self.alternatives(f"{path}.{name}", entry, FieldKind.TEXT) for name, entry in items}

    def alternatives(self, path: str, entry: object, kind: FieldKind) -> tuple[FieldSource, ...]:
        """The sources of one field: a list with objects in it is one source each, a list of expressions is one."""
        if isinstance(entry, list) and any(isinstance(item, AbstractMapping) for item in entry):
            return tuple(self.source(f"{path}[{index}]", item, kind) for index, item in enumerate(entry))
        return (self.source(path, entry, kind),)

    def source(self, path: str, entry: object, kind: FieldKind) -> FieldSource:
        if isinstance(entry, str | list):
            entry = {"from": entry}
        entry = self.known(path, self.object_at(path, entry), _FIELD_KEYS)
        expressions = self.expressions(f"{path}.from", entry.get("from"))
        joined = self.expressions(f"{path}.join", entry.get("join"))
        default, otherwise = entry.get("default"), entry.get("otherwise")
        if not (entry.get("from") or entry.get("join")) and default is None:
            self.fault(path, "needs from, join or default")
        table = self.table_at(f"{path}.table", entry.get("table"))
        self.closed_words(f"{path}.default", [default], kind)
        self.closed_words(f"{path}.otherwise", [otherwise], kind)
        self.closed_words(f"{path}.table", (table or {}).values(), kind)
        is_one_key = len(expressions) == 1 and len(expressions[0].path) == 1 and not joined and default is None
        labels = [str(entry["label"])] if "label" in entry else [item.label for item in (*expressions, *joined)]
        return FieldSource(
            label=labels[0] if labels else "",
            expressions=expressions,
            joined=joined,
            transforms=self.transforms(f"{path}.transform", entry.get("transform")),
            table=table,
            otherwise=None if otherwise is None else str(otherwise),
            default=default,
            zone=self.zone_named(f"{path}.zone", entry["zone"]) if "zone" in entry else self.zone,
            formats=tuple(self.words(f"{path}.format", entry.get("format"))),
            anchor=self.expression(f"{path}.anchor", entry["anchor"]) if "anchor" in entry else None,
            plus=self.expression(f"{path}.plus", entry["plus"]) if "plus" in entry else None,
            only_key=expressions[0].path[0] if is_one_key else "",
        )

    def closed_words(self, path: str, values: Iterable[object], kind: FieldKind) -> None:
        words = _CLOSED_WORDS.get(kind)
        for value in values:
            if words is not None and value is not None and not (isinstance(value, str) and value in words):
                self.fault(path, f"{value!r} must be one of {', '.join(sorted(words))}")

    def table_at(self, path: str, table: object) -> dict[str, str] | None:
        if table is None:
            return None
        if isinstance(table, str):
            if table not in self.tables:
                self.fault(path, f"there is no table {table!r}")
            return self.tables.get(table)
        return self.table(path, table)

    def table(self, path: str, table: object) -> dict[str, str]:
        return {fold_word(str(key)): str(value) for key, value in self.object_at(path, table).items()}

    def transforms(self, path: str, listed: object) -> tuple[Transform, ...]:
        compiled: list[Transform] = []
        items = listed if isinstance(listed, list) else [] if listed is None else [listed]
        for index, item in enumerate(items):
            try:
                compiled.append(compile_transform(item))
            except TransformError as error:
                self.fault(f"{path}[{index}]", str(error))
        return tuple(compiled)

    def expressions(self, path: str, listed: object) -> tuple[Expression, ...]:
        if listed is None:
            return ()
        items = listed if isinstance(listed, list) else [listed]
        many = isinstance(listed, list)
        found = [self.expression(f"{path}[{index}]" if many else path, item) for index, item in enumerate(items)]
        return tuple(expression for expression in found if expression is not None)

    def expression(self, path: str, text: object) -> Expression | None:
        if not isinstance(text, str):
            self.fault(path, "must be an expression (text)")
            return None
        try:
            return compile_expression(text)
        except ExpressionError as error:
            self.fault(path, str(error))
            return None

    def derivations(self, path: str, listed: object) -> _Steps:
        names = self.words(path, listed)
        for index, name in enumerate(names):
            if name not in DERIVATIONS:
                self.fault(f"{path}[{index}]", f"there is no derivation {name!r}; there are {', '.join(DERIVATIONS)}")
        return tuple(DERIVATIONS[name] for name in names if name in DERIVATIONS)

    def required(self, path: str, listed: object) -> tuple[str, ...]:
        names = self.words(path, listed)
        for index, name in enumerate(names):
            if name not in FIELD_KINDS and name not in model.PSEUDO_FIELDS:
                self.fault(f"{path}[{index}]", f"{name!r} is no field of the standard record")
        return tuple(names)

    def zone_named(self, path: str, name: object) -> tzinfo | None:
        if name is None or name == "connector":
            return None
        try:
            return zone_of(name if isinstance(name, str) else "")
        except ValueError:
            self.fault(path, f"{name!r} is not a time zone such as Asia/Kolkata, nor the word connector")
            return None

    def words(self, path: str, listed: object) -> list[str]:
        items = [] if listed is None else listed if isinstance(listed, list) else [listed]
        if not all(isinstance(item, str) and item for item in items):
            self.fault(path, "must be a text or a list of texts")
            return []
        return [str(item) for item in items]

    def switch(self, path: str, value: object) -> bool:
        if value not in (None, True, False):
            self.fault(path, "must be true or false")
        return value is True

    def object_at(self, path: str, value: object) -> dict[str, object]:
        if value is None:
            return {}
        if not isinstance(value, AbstractMapping):
            self.fault(path, "must be an object with named entries")
            return {}
        return {str(key): item for key, item in value.items()}

    def known(self, path: str, entries: _Document, keys: frozenset[str]) -> dict[str, object]:
        for key in entries:
            if key not in keys:
                self.fault(f"{path}.{key}".lstrip("."), f"is not known here; known are {', '.join(sorted(keys))}")
        return {key: value for key, value in entries.items() if key in keys}


def _laid_over(*layers: _Sources) -> dict[str, tuple[FieldSource, ...]]:
    """Fields of the layers, a later one winning; null takes a field away."""
    merged = {name: sources for layer in layers for name, sources in layer.items()}
    return {name: sources for name, sources in merged.items() if sources is not None}
