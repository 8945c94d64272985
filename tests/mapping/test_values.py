"""Numbers keep their digits, absent words vanish, text is storable."""

from __future__ import annotations

import pytest

from connector_config.mapping.json_text import parse_json
from connector_config.mapping.values import (
    DEFAULT_ABSENT_WORDS,
    as_text,
    as_words,
    cleaner,
    fold_word,
    storable_text,
)

CLEAN = cleaner(absent_words=DEFAULT_ABSENT_WORDS, percent_decoded=False)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("919611795983", "919611795983"),
        ("919611795983.0", "919611795983"),
        ("9.19611795983e11", "919611795983"),
        ("9.19611795983E+11", "919611795983"),
        ("1775967644.594011", "1775967644.594011"),
        ("1775967644.500000", "1775967644.500000"),
        ("7006926284340187737", "7006926284340187737"),
        ("-1", "-1"),
        ("0", "0"),
        ("1e999", "1e999"),
        ("true", "true"),
        ("null", ""),
        ('"x"', "x"),
        ('["", "a", "b"]', "a"),
        ("{}", ""),
        ("NaN", ""),
        ("Infinity", ""),
    ],
)
def test_json_values_as_text(written: str, text: str) -> None:
    [value] = parse_json(f'{{"v": {written}}}')

    assert isinstance(value, dict)
    assert as_text(value["v"]) == text


@pytest.mark.parametrize(
    "word",
    ["", "  ", "null", "NULL", "undefined", "None", "(null)", "N/A", "$campaign_name", "${id}", "{{call_id}}", "{x}"],
)
def test_absent_words_vanish(word: str) -> None:
    assert CLEAN({"a": word, "b": {"c": word}, "d": [word]}) == {"b": {}, "d": []}


@pytest.mark.parametrize("word", ["0", "no", "$100", "none of them", "{a b}", "na"])
def test_other_words_stay(word: str) -> None:
    assert CLEAN({"a": word}) == {"a": word}


def test_keys_and_texts_are_trimmed_and_storable() -> None:
    assert CLEAN({"a ": " x\x00y ", "b\x00": "\ud800z", "c": False}) == {"a": "xy", "b": "?z", "c": False}


def test_percent_encoded_values_are_opened_where_the_mapping_says_so() -> None:
    clean = cleaner(absent_words=frozenset(), percent_decoded=True)

    assert clean({"a": "sip%3A487", "b": "50%", "c": "%00x"}) == {"a": "sip:487", "b": "50%", "c": "x"}


def test_what_lies_too_deep_is_dropped() -> None:
    tree: dict[str, object] = {"x": "deep"}
    for _ in range(100):
        tree = {"n": tree}

    assert "deep" not in str(CLEAN(tree))


@pytest.mark.parametrize("word", ["No Answer", "no-answer", "NO_ANSWER", " noanswer", "No  Answer"])
def test_spelling_of_a_word_does_not_matter(word: str) -> None:
    assert fold_word(word) == "noanswer"


@pytest.mark.parametrize(
    ("value", "words"),
    [("a, b,,a", ("a", "b")), (["a", "", 5], ("a", "5")), (7, ("7",)), (None, ()), ([["x"]], ("x",))],
)
def test_as_words(value: object, words: tuple[str, ...]) -> None:
    assert as_words(value) == words


def test_storable_text_can_always_be_encoded() -> None:
    storable_text("a\udfffb\x00").encode("utf-8")
