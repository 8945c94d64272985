"""Merge a connector's own mapping document over its preset's."""

from __future__ import annotations

from collections.abc import Mapping

MERGED_BY_NAME = ("tables", "bindings", "fields", "inbound", "outbound")
PRESET_RULES = "preset_rules"
"""Key of a connector's document: with the value false, the preset's rules are left out."""


def merge_mapping(preset_document: Mapping[str, object], connector_document: Mapping[str, object]) -> dict[str, object]:
    """The document that runs: the preset's, with the connector's entries over it; neither argument is changed.

    Rules: one with the name of a preset's rule replaces it in its place; the others come first, in their order, for
    presets often end with a rule that takes everything. Tables, bindings and the common fields are replaced entry by
    entry (tables word by word), everything else as a whole. With ``preset_rules: false`` the connector's rules stand
    alone. The result is not validated: see parse_mapping.
    """
    merged = dict(preset_document)
    if connector_document.get(PRESET_RULES) is False:
        merged.pop("rules", None)
    for key, value in connector_document.items():
        if key == PRESET_RULES and isinstance(value, bool):
            continue
        if key == "rules":
            merged[key] = _merged_rules(merged.get(key), value)
        elif key in MERGED_BY_NAME:
            merged[key] = _merged_entries(merged.get(key), value, deeper=key == "tables")
        else:
            merged[key] = value
    return merged


def _merged_entries(base: object, own: object, *, deeper: bool) -> object:
    if not isinstance(base, Mapping) or not isinstance(own, Mapping):
        return base if own is None else own
    merged = dict(base)
    for name, entry in own.items():
        merged[name] = _merged_entries(base.get(name), entry, deeper=False) if deeper else entry
    return merged


def _merged_rules(base: object, own: object) -> object:
    if not isinstance(base, list) or not isinstance(own, list):
        return base if own is None else own
    own_by_name = {name: rule for rule in own if (name := _name_of(rule))}
    preset_names = {_name_of(rule) for rule in base}
    added = [rule for rule in own if not _name_of(rule) or _name_of(rule) not in preset_names]
    return added + [own_by_name.get(_name_of(rule), rule) for rule in base]


def _name_of(rule: object) -> str:
    name = rule.get("name") if isinstance(rule, Mapping) else None
    return name if isinstance(name, str) else ""
