"""`export_config`: writes the configuration as a file that `import_config` reads."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector_config.services.configuration import export_configuration


class Command(BaseCommand):
    """Writes YAML to standard output, or to a file that only its owner can read."""

    help = "Export teams, agents, fields, leads, opportunities and connectors as YAML."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--with-secrets", action="store_true", help="hook keys, credentials and password hashes too"
        )
        parser.add_argument("--output", metavar="FILE", help="write into this file instead of standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        text = export_configuration(with_secrets=options["with_secrets"])
        if options["output"]:
            _write(Path(options["output"]), text)
        else:
            self.stdout.write(text, ending="")


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
