"""Entries that stand twice in a configuration file: the second would overwrite the first without a word."""

from __future__ import annotations

from collections.abc import Iterable

from connector_config.configuration_schema import Document, LeadEntry, OpportunityEntry
from connector_config.services.configuration.problems import Problems, join


def note_repetitions(document: Document, problems: Problems) -> None:
    """Note each entry whose key an earlier entry of the same list has, as a fault at that key."""
    records: list[LeadEntry | OpportunityEntry] = [*(document.leads or []), *(document.opportunities or [])]
    keys = [
        *((team.path, "name", team.name) for team in document.teams or []),
        *((agent.path, "email", agent.email.strip().lower()) for agent in document.agents or []),
        *((field.path, "name", field.name) for field in document.fields or []),
        *((record.path, "id", record.id.lower()) for record in records if record.id),
        *((record.path, "external_id", record.external_id) for record in records if record.external_id),
        *((connector.path, "slug", connector.slug) for connector in document.connectors or []),
    ]
    for connector in document.connectors or []:
        keys += [(number.path, "number", number.number.strip()) for number in connector.virtual_numbers or []]
    _note(keys, problems)


def _note(keys: Iterable[tuple[str, str, str]], problems: Problems) -> None:
    first_paths: dict[tuple[str, str, str], str] = {}
    for path, key, value in keys:
        list_path = path.rpartition("[")[0]
        first = first_paths.setdefault((list_path, key, value), path)
        if first != path:
            problems.add(join(path, key), f"{value!r} stands in {first} already; keep one of the two")
