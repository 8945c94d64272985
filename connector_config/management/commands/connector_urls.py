"""`connector_urls [SLUG] [--json]`: prints the hook URLs of one connector or of all."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector_config.hook_urls import hook_urls
from connector_config.models import Connector


class Command(BaseCommand):
    """With --json, standard output holds the JSON object and nothing else."""

    help = "Print every hook URL, by connector and endpoint."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="only this connector")
        parser.add_argument("--json", action="store_true", help='{"<slug>": {"call-log": "https://…", …}}')

    def handle(self, *args: Any, **options: Any) -> None:
        connectors = Connector.objects.order_by("slug")
        if options["slug"]:
            connectors = connectors.filter(slug=options["slug"])
            if not connectors:
                known = ", ".join(Connector.objects.values_list("slug", flat=True)) or "none"
                raise CommandError(f"There is no connector {options['slug']!r}; there is {known}.")
        urls = {connector.slug: hook_urls(connector) for connector in connectors}
        self.stdout.write(json.dumps(urls, indent=2) if options["json"] else _as_text(urls))


def _as_text(urls: dict[str, dict[str, str]]) -> str:
    lines = []
    for slug, by_endpoint in urls.items():
        lines.append(slug)
        lines += [f"  {endpoint:<20} {url}" for endpoint, url in by_endpoint.items()]
    return "\n".join(lines)
