"""The smallest document that, merged over a preset's, gives an edited one: the inverse of merging."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connector_config.mapping.merging import MERGED_BY_NAME, PRESET_RULES

_Document = Mapping[str, object]


def difference(preset_document: _Document, edited: _Document) -> dict[str, object]:
    """What ``edited`` has beyond the preset; neither argument is changed.

    ``merge_mapping(preset, difference(preset, edited))`` means the same as ``edited``: a field that was taken away is
    null in both. Words of the preset's tables, and its bindings, cannot be taken away. Both are JSON values; keys of
    the preset that YAML read as numbers are compared as the texts that JSON makes of them.
    """
    preset = json.loads(json.dumps(dict(preset_document)))
    changes: dict[str, object] = {}
    for key in [*preset, *(key for key in edited if key not in preset)]:
        base, own = preset.get(key), edited.get(key)
        if key == PRESET_RULES or own == base:
            continue
        if key == "rules":
            changes |= _changed_rules(base, own)
        elif key not in MERGED_BY_NAME:
            changes[key] = own
        elif entries := _changed_entries(base, own, is_deep=key == "tables"):
            changes[key] = entries
    return changes


def _changed_entries(base: object, own: object, *, is_deep: bool) -> object:
    if not isinstance(base, dict) or (own is not None and not isinstance(own, dict)):
        return own
    own = own or {}
    changed = {name: entry for name, entry in own.items() if name not in base or base[name] != entry}
    if is_deep:
        return {name: _changed_words(base.get(name), table) for name, table in changed.items()}
    return {**{name: None for name in base if name not in own and base[name] is not None}, **changed}


def _changed_words(base: object, own: object) -> object:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    return {word: value for word, value in own.items() if word not in base or base[word] != value}


def _changed_rules(base: object, own: object) -> dict[str, object]:
    """The rules that differ; all of them, and the preset's left out, where merging could not give their order."""
    if not isinstance(base, list) or not isinstance(own, list):
        return {"rules": own}
    preset_names = [_name_of(rule) for rule in base]
    own_names = [_name_of(rule) for rule in own]
    added = [name for name in own_names if name not in preset_names]
    if own_names != added + preset_names or len(set(own_names)) < len(own_names):
        return {PRESET_RULES: False, "rules": own}
    by_name = dict(zip(preset_names, base, strict=True))
    return {"rules": [rule for rule in own if by_name.get(_name_of(rule)) != rule]}


def _name_of(rule: object) -> object:
    name = rule.get("name") if isinstance(rule, dict) else None
    return name if isinstance(name, str) else ""
