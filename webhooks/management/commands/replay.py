"""`manage.py replay`: read journalled requests again, after a mapping was mended."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from tqdm import tqdm

from connector_config.models import Connector
from webhooks.models import JournalEntry
from webhooks.replay import replay_entries


class Command(BaseCommand):
    """Replays the requests of one connector from a moment on, oldest first; no popup is shown a second time."""

    help = "Read journalled requests again with the connector's present mapping."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Connector, time range and verdict."""
        parser.add_argument("--connector", required=True, help="The connector's short name.")
        parser.add_argument(
            "--since", required=True, help="A date or time, such as 2026-01-05 or 2026-01-05T10:00:00Z."
        )
        parser.add_argument("--until", default="", help="A date or time; default: now.")
        parser.add_argument(
            "--status", default="", choices=["", *JournalEntry.Verdict.values], help="Only this verdict."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and say what became of the requests."""
        entries = self._entries(options)
        total = entries.count()
        verdicts = Counter(tqdm(replay_entries(entries), total=total, unit="request", disable=total == 0))
        counts = ", ".join(f"{count} {verdict.value}" for verdict, count in sorted(verdicts.items()))
        self.stdout.write(f"{total} requests replayed: {counts}." if total else "There is nothing to replay.")

    def _entries(self, options: dict[str, Any]) -> QuerySet[JournalEntry]:
        connector = Connector.objects.filter(slug=options["connector"]).first()
        if connector is None:
            raise CommandError(f"There is no connector {options['connector']!r}.")
        entries = JournalEntry.objects.filter(
            connector=connector, received_at__gte=_moment("--since", options["since"])
        )
        if options["until"]:
            entries = entries.filter(received_at__lte=_moment("--until", options["until"]))
        return entries.filter(verdict=options["status"]) if options["status"] else entries


def _moment(option: str, text: str) -> datetime:
    """An aware time; a bare date is its first moment in the installation's zone."""
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        moment, day = None, None
    if day is not None:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone is set below
    if moment is None:
        raise CommandError(f"{option}: {text!r} is not a date or time; write 2026-01-05 or 2026-01-05T10:00:00Z.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
