"""What is stored of an edited mapping: the difference to its preset, which merges back to the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.difference import difference
from connector_config.mapping.merging import merge_mapping
from connector_config.presets import load_preset, preset_names

Document = dict[str, Any]
PRESET: Document = {
    "zone": "Asia/Kolkata",
    "tables": {"status": {"a": "Answered"}},
    "fields": {"session_id": "id", "status": "st", "tag": "t"},
    "rules": [{"name": "one", "kind": "popup"}, {"name": "two", "kind": "call_log"}],
}


@pytest.mark.parametrize("name", preset_names())
def test_an_untouched_preset_differs_in_nothing(name: str) -> None:
    preset = load_preset(name).mapping

    assert difference(preset, json.loads(json.dumps(dict(preset)))) == {}


def _set(path: str, value: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        *parents, last = path.split(".")
        for key in parents:
            document = document[key]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "stored"),
    [
        (_set("zone", "UTC"), {"zone": "UTC"}),
        (_set("records", "calls"), {"records": "calls"}),
        (_set("fields.status", "state"), {"fields": {"status": "state"}}),
        (_set("fields.status", None), {"fields": {"status": None}}),
        (lambda document: document["fields"].pop("tag"), {"fields": {"tag": None}}),
        (lambda document: document["tables"]["status"].update(b="Busy"), {"tables": {"status": {"b": "Busy"}}}),
        (
            lambda document: document["rules"].insert(0, {"name": "own", "kind": "ignore"}),
            {"rules": [{"name": "own", "kind": "ignore"}]},
        ),
        (
            lambda document: document["rules"][1].update(kind="popup"),
            {"rules": [{"name": "two", "kind": "popup"}]},
        ),
        (
            lambda document: document["rules"].reverse(),
            {"preset_rules": False, "rules": [{"name": "two", "kind": "call_log"}, {"name": "one", "kind": "popup"}]},
        ),
        (
            lambda document: document["rules"].pop(0),
            {"preset_rules": False, "rules": [{"name": "two", "kind": "call_log"}]},
        ),
    ],
)
def test_only_what_differs_is_stored(change: Callable[[Document], object], stored: Document) -> None:
    edited = copy.deepcopy(PRESET)
    change(edited)

    found = difference(PRESET, edited)

    assert found == stored
    assert without_nulls(merge_mapping(PRESET, found)) == without_nulls(edited)


NAMES = st.sampled_from(["session_id", "status", "tag", "notes"])
RULES = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["one", "two", "three", "four"]), "kind": st.just("popup")}),
    unique_by=lambda rule: str(rule["name"]), min_size=1,
)  # fmt: skip
DOCUMENTS = st.fixed_dictionaries(
    {"rules": RULES, "fields": st.dictionaries(NAMES, st.sampled_from(["a", "b"]))},
    optional={"zone": st.sampled_from(["UTC", "Asia/Kolkata"]), "inbound": st.dictionaries(NAMES, st.just("x"))},
)


@given(DOCUMENTS, DOCUMENTS)
def test_the_difference_merges_back_to_the_edited_document(preset: Document, edited: Document) -> None:
    merged = merge_mapping(preset, difference(preset, edited))

    assert without_nulls(merged) == without_nulls(edited)


def without_nulls(document: Document) -> Document:
    """A null says the same as nothing; so does an empty group of fields."""
    thin = {
        key: {name: entry for name, entry in value.items() if entry is not None} if isinstance(value, dict) else value
        for key, value in document.items()
    }
    return {key: value for key, value in thin.items() if value not in (None, {})}
