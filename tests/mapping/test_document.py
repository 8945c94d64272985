"""A mapping document is compiled or refused with every fault named by its path."""

from __future__ import annotations

import pytest

from connector_config.mapping.document import InvalidMappingError, merge_mapping, parse_mapping
from connector_config.presets import load_preset, preset_names


def faults(document: dict[str, object]) -> dict[str, str]:
    with pytest.raises(InvalidMappingError) as caught:
        parse_mapping(document)
    return {error.path: error.message for error in caught.value.errors}


def rule(**entries: object) -> dict[str, object]:
    return {"name": "call", "kind": "call_log", **entries}


def test_every_fault_is_told_at_once() -> None:
    found = faults({
        "surprise": 1,
        "zone": "Mars/Base",
        "absent": [7],
        "percent_decoded": "yes",
        "records": "a ||",
        "derive": ["magic"],
        "tables": {"status": ["a"]},
        "fields": {"status": {"from": "s", "table": "missing"}, "nonsense": "x", "direction": {"default": "Sideways"}},
        "rules": [
            {"name": "", "kind": "song", "when": 5},
            rule(fields={"started_at": {"zone": "x", "format": 1}, "notes": {"from": "n", "transform": "shout"}}),
            rule(required=["nothing"], extra=True),
            "text",
        ],
    })  # fmt: skip

    assert set(found) == {
        "surprise", "zone", "absent", "percent_decoded", "records", "derive[0]", "tables.status",
        "fields.status.table", "fields.nonsense", "fields.direction.default",
        "rules[0].name", "rules[0].kind", "rules[0].when",
        "rules[1].fields.started_at", "rules[1].fields.started_at.zone", "rules[1].fields.started_at.format",
        "rules[1].fields.notes.transform[0]",
        "rules[2].required[0]", "rules[2].extra", "rules[2].name",
        "rules[3]", "rules[3].name", "rules[3].kind",
    }  # fmt: skip
    assert "Asia/Kolkata" in found["zone"]
    assert "Inbound" in found["fields.direction.default"]


def test_a_spelling_belongs_to_one_key() -> None:
    keys = {"From": ["caller"], "To": ["Caller", "callee"], "By": ["FROM"], "Of": [7]}

    assert faults({"known_keys": keys, "rules": [rule()]}) == {
        "known_keys.To": "'Caller' is a spelling of 'From' already",
        "known_keys.By": "'FROM' is a spelling of 'From' already",
        "known_keys.Of": "must be a text or a list of texts",
    }


@pytest.mark.parametrize("document", [{}, {"rules": []}, {"rules": {}}, {"rules": [rule()] * 60}])
def test_a_document_needs_some_rules(document: dict[str, object]) -> None:
    assert "rules" in faults(document)


def test_words_of_closed_fields_are_checked_in_tables() -> None:
    found = faults({"rules": [rule(fields={"status": {"from": "s", "table": {"x": "Gone"}, "otherwise": "Bye"}})]})

    assert set(found) == {"rules[0].fields.status.table", "rules[0].fields.status.otherwise"}


def test_a_source_in_a_list_of_sources_is_named_by_its_index() -> None:
    found = faults({"rules": [rule(fields={"started_at": ["a", {"from": "b ||"}]})]})

    assert set(found) == {"rules[0].fields.started_at[1].from"}


def test_connector_rules_replace_by_name_and_others_come_first() -> None:
    base = {"rules": [rule(name="a"), rule(name="b")], "zone": "UTC"}
    own = {"rules": [rule(name="c"), rule(name="b", kind="popup")]}

    merged = merge_mapping(base, own)

    assert merged["rules"] == [rule(name="c"), rule(name="a"), rule(name="b", kind="popup")]
    assert merged["zone"] == "UTC"
    assert base["rules"] == [rule(name="a"), rule(name="b")]


def test_common_entries_are_merged_one_by_one() -> None:
    base = {"fields": {"notes": "n", "tag": "t"}, "tables": {"status": {"a": "Missed", "b": "Busy"}}, "derive": ["x"]}
    own = {"fields": {"notes": "m"}, "tables": {"status": {"b": "Failed"}, "more": {}}, "derive": []}

    assert merge_mapping(base, own) == {
        "fields": {"notes": "m", "tag": "t"},
        "tables": {"status": {"a": "Missed", "b": "Failed"}, "more": {}},
        "derive": [],
    }


@pytest.mark.parametrize("own", [{}, {"rules": None}, {"fields": None}, {"rules": []}])
def test_an_empty_connector_document_changes_nothing(own: dict[str, object]) -> None:
    preset = load_preset("standard").mapping

    assert merge_mapping(preset, own) == preset


@pytest.mark.parametrize(
    "own", [{"rules": "x"}, {"fields": []}, {"tables": {"status": 3}}, {"rules": [3, {"name": 5}]}]
)
def test_a_malformed_connector_document_is_refused_after_merging(own: dict[str, object]) -> None:
    with pytest.raises(InvalidMappingError):
        parse_mapping(merge_mapping(load_preset("twilio").mapping, own))


@pytest.mark.parametrize("name", preset_names())
def test_a_connector_can_add_a_rule_to_every_preset(name: str) -> None:
    own = {"rules": [{"name": "mine", "when": "my_id", "kind": "update", "fields": {"session_id": "my_id"}}]}

    mapping = parse_mapping(merge_mapping(load_preset(name).mapping, own))

    assert mapping.rules[0].name == "mine"
