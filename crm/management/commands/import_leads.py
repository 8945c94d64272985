"""`import_leads FILE.csv`: brings leads in, with a progress bar; bad rows are reported by line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import phonenumbers
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from crm.services.lead_import import LeadImportReport, import_leads
from crm.services.lead_rows import LeadFile, LeadFileError, read_lead_file
from crm.services.phones import home_country


class Command(BaseCommand):
    """Columns: external_id, name, phone (or phones, mobile, phone2 …), owner, email, company, stage, source, city, …"""

    help = (
        "Import leads from a CSV file. Found again by external_id, else by number; empty cells change nothing. "
        "Columns: external_id, name, phones (several separated by ; or |, or in several columns), owner (an agent's "
        "e-mail), email, company, stage, source, origin, city, state, country, zip_code, do_not_call. "
        "Others become free fields mx_…"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", help="the CSV file: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252")
        parser.add_argument(
            "--country",
            type=_country,
            help="home of numbers without country code, such as IN (that of most connectors)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = _read(options["file"])
        if file.custom_columns:
            self.stderr.write(f"Free fields: {', '.join(file.custom_columns)}")
        with tqdm(total=max(file.text.count("\n"), 1), unit="row", disable=None, leave=False) as bar:
            report = import_leads(file=file, country=options["country"] or home_country(), on_progress=bar.update)
        for bad in report.bad_rows:
            self.stderr.write(str(bad))
        self.stdout.write(_summary(report))
        if report.bad_rows and not (report.created or report.updated or report.unchanged):
            raise CommandError("Every row was bad; nothing was imported.")


def _country(text: str) -> str:
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is no country; write two letters such as IN")
    return text.upper()


def _read(name: str) -> LeadFile:
    try:
        return read_lead_file(Path(name).read_bytes())
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except LeadFileError as error:
        raise CommandError(str(error)) from None


def _summary(report: LeadImportReport) -> str:
    counts = f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged"
    return f"Leads: {counts}, {len(report.bad_rows)} bad rows left out."
