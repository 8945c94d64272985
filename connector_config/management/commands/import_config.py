"""`import_config FILE`: brings a configuration file into the system, all of it or nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector_config.services.configuration import ConfigurationFileError, ImportReport, import_configuration


class Command(BaseCommand):
    """Reads YAML (docs/configuration-file.md), changes or makes what it names, and deletes nothing."""

    help = "Import teams, agents, fields, leads, opportunities and connectors from a YAML file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", help="the YAML file; - reads standard input")
        parser.add_argument("--dry-run", action="store_true", help="check everything and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _read(options["file"])
        try:
            report = import_configuration(data, is_dry_run=options["dry_run"])
        except ConfigurationFileError as error:
            count = len(error.problems)
            heading = f"{options['file']} was not imported: {count} {'mistake' if count == 1 else 'mistakes'}."
            raise CommandError("\n".join([heading, *(f"  {problem}" for problem in error.problems)])) from None
        for remark in report.remarks:
            self.stderr.write(f"Note: {remark}")
        self.stdout.write(_summary(report, is_dry_run=options["dry_run"]))


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None


def _summary(report: ImportReport, *, is_dry_run: bool) -> str:
    created, updated = _counted(report.created), _counted(report.updated)
    verb = "Dry run, nothing stored. Would create" if is_dry_run else "Created"
    return f"{verb}: {created}. {'Would update' if is_dry_run else 'Updated'}: {updated}."


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in counts.items()) or "nothing"
