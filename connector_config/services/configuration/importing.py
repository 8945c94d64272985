"""Importing a configuration file: everything or nothing, and every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from connector_config.configuration_schema import Document
from connector_config.services.configuration.connectors import import_connector
from connector_config.services.configuration.leads import import_field, import_lead, import_opportunity
from connector_config.services.configuration.parsing import parse_document
from connector_config.services.configuration.people import import_agent, import_agent_ids, import_team
from connector_config.services.configuration.problems import ConfigurationFileError, Problem
from connector_config.services.configuration.reading import read_yaml
from connector_config.services.configuration.repetitions import note_repetitions
from connector_config.services.configuration.run import ImportRun
from crm.services.phones import home_country, most_common_country


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: how many records of each kind; ``remarks`` are worth telling, but no faults."""

    created: Mapping[str, int]
    updated: Mapping[str, int]
    remarks: tuple[Problem, ...] = ()


def import_configuration(data: bytes, *, is_dry_run: bool = False) -> ImportReport:
    """Bring a configuration file (YAML in UTF-8; docs/configuration-file.md) into the system, in one transaction.

    Records are found by slug, e-mail, external id or name and changed, or made; what the file leaves out stays. A dry
    run checks all of it and stores nothing. Idempotent. Raises ConfigurationFileError, and then nothing was stored.
    """
    tree = read_yaml(data)
    run = ImportRun()
    with transaction.atomic():
        document = parse_document(tree, run.problems)
        run.is_export, run.is_secretless = document.secrets is not None, document.secrets == "omitted"
        run.country = _country_of_people(document)
        note_repetitions(document, run.problems)
        _import_sections(document, run)
        if run.problems.found:
            raise ConfigurationFileError(run.problems.found)
        if is_dry_run:
            transaction.set_rollback(True)
    return ImportReport(created=dict(run.created), updated=dict(run.updated), remarks=tuple(run.remarks))


def _import_sections(document: Document, run: ImportRun) -> None:
    """In the order in which one refers to the other."""
    for team in document.teams or []:
        import_team(team, run)
    for agent in document.agents or []:
        import_agent(agent, run)
    for field in document.fields or []:
        import_field(field, run)
    for connector in document.connectors or []:
        import_connector(connector, run)
    for agent in document.agents or []:
        import_agent_ids(agent, run)
    for lead in document.leads or []:
        import_lead(lead, run)
    for opportunity in document.opportunities or []:
        import_opportunity(opportunity, run)


def _country_of_people(document: Document) -> str:
    """The home of people's numbers that lack a country code: that of most connectors of the file, else of all."""
    in_file = [entry.default_country for entry in document.connectors or [] if entry.default_country]
    return most_common_country(in_file) if in_file else home_country()
