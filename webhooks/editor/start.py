"""Start from a request: a guessed rule laid over the mapping that is being edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector_config.mapping.compiled import InvalidMappingError
from connector_config.mapping.compiled import Mapping as CompiledMapping
from connector_config.mapping.document import parse_mapping
from connector_config.mapping.events import FieldError, NormalisationError, ParsedRequest
from connector_config.mapping.normalise import record_trees
from webhooks.editor.guessing import Guess, guess_rule
from webhooks.editor.leaves import records_expression

RULE_NAME = "Calls"


@dataclass(frozen=True, slots=True)
class Start:
    """The document to go on with, and what was guessed."""

    document: dict[str, object]
    guess: Guess


def start_from(edited: Mapping[str, object], request: ParsedRequest) -> Start:
    """The edited document with a guessed rule for this request before its others.

    The edited document may be faulty: the request is read without it. Raises NormalisationError for a request
    that holds nothing.
    """
    document = dict(edited)
    plain = parse_mapping({"rules": [{"name": RULE_NAME, "kind": "ignore"}]})
    body = next(iter(record_trees(request, plain)), {})
    own = {key: value for key, value in body.items() if key not in ("_envelope", "_request")}
    if not own:
        raise NormalisationError([FieldError("body", "the request holds no fields")])
    if records := records_expression(own):
        document["records"] = records
    trees = list(record_trees(request, _reader(records or edited.get("records"))))
    rules = document.get("rules")
    rules = rules if isinstance(rules, list) else []
    guess = guess_rule(trees, name=_free_name(rules))
    document["rules"] = [guess.rule, *rules]
    return Start(document, guess)


def _reader(records: object) -> CompiledMapping:
    """A mapping that only finds the records: as the edited document does, when that can be compiled."""
    document: dict[str, object] = {"rules": [{"name": RULE_NAME, "kind": "ignore"}]}
    try:
        return parse_mapping({**document, "records": records})
    except InvalidMappingError:
        return parse_mapping(document)


def _free_name(rules: list[object]) -> str:
    taken = {rule.get("name") for rule in rules if isinstance(rule, dict)}
    names = (RULE_NAME if number == 1 else f"{RULE_NAME} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
