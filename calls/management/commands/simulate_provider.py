"""`manage.py simulate_provider`: plays a provider against a running instance."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from calls.simulator.cast import cast_of
from calls.simulator.faults import Fault
from calls.simulator.hooks import UnsupportedSchemeError, client_for
from calls.simulator.provider import SimulatedProvider
from connector_config.models import Connector
from connector_config.outgoing.authentication.fixed import basic_header

DEFAULT_CONNECTOR = "demo"
DEFAULT_CALLS = 5
DEFAULT_PORT = 9009
PRESET = "standard"


class Command(BaseCommand):
    """Sends popups, call logs and recordings over HTTP, and answers click-to-calls and dispositions."""

    help = (
        "Plays a telephony provider: calls of demo leads, and endpoints /call and /dispose on 127.0.0.1. "
        "Without --calls it makes five calls and serves on until Ctrl-C; with --calls N it ends after them; "
        "--calls 0 only serves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--connector", help=f"short name of the connector (default: {DEFAULT_CONNECTOR})")
        parser.add_argument("--calls", type=int, help=f"how many calls (default: {DEFAULT_CALLS}; 0: only serve)")
        parser.add_argument("--rate", type=float, default=0.5, help="calls begun a second (default: 0.5)")
        parser.add_argument("--pace", type=float, default=1.0, help="2: calls pass twice as fast (default: 1)")
        parser.add_argument(
            "--base-url", default=settings.PUBLIC_URL, help="the running instance (default: PUBLIC_URL)"
        )
        parser.add_argument(
            "--port", type=int, default=DEFAULT_PORT, help=f"of its own server (default: {DEFAULT_PORT})"
        )
        parser.add_argument("--faults", default="", help=f"comma-separated: {', '.join(Fault)}")
        parser.add_argument(
            "--recording-user", default="", help="user:password without which it hands out no recording"
        )
        parser.add_argument("--serve", action="store_true", help="serve on after --calls N")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play until done or interrupted."""
        self._lock = threading.Lock()
        calls = DEFAULT_CALLS if options["calls"] is None else options["calls"]
        if calls < 0 or options["rate"] <= 0 or options["pace"] <= 0:
            raise CommandError("--calls must not be negative; --rate and --pace must be above zero.")
        provider = self._provider(options)
        is_serving = self._serve(provider, options["port"], is_needed=calls == 0)
        # A shell starts background jobs with Ctrl-C ignored, so that Python would not listen to it either.
        previous = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            provider.make_calls(calls, rate=options["rate"])
            provider.wait_until_done()
            if is_serving and (options["calls"] in {None, 0} or options["serve"]):
                threading.Event().wait()
        except KeyboardInterrupt:
            self._say("stopping")
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            provider.stop()

    def _provider(self, options: dict[str, Any]) -> SimulatedProvider:
        connector = self._connector(options["connector"])
        try:
            hooks = client_for(connector, options["base_url"].rstrip("/"))
        except UnsupportedSchemeError as error:
            raise CommandError(str(error)) from error
        cast = cast_of(connector)
        # From here on everything goes over HTTP; a connection held open would only be in the way.
        connections.close_all()
        faults = _faults(options["faults"])
        user, _, password = str(options["recording_user"]).partition(":")
        return SimulatedProvider(
            hooks=hooks, cast=cast, faults=faults, say=self._say, pace=options["pace"],
            recording_authorization=basic_header(user, password)[1] if user else "",
        )  # fmt: skip

    def _connector(self, slug: str | None) -> Connector:
        connectors = Connector.objects.filter(is_enabled=True)
        found = connectors.filter(slug=slug or DEFAULT_CONNECTOR).first()
        if found is None and slug is None and len(connectors) == 1:
            found = connectors[0]
        if found is None:
            names = ", ".join(connectors.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"Name an enabled connector with --connector; there are: {names}.")
        if found.preset != PRESET:
            raise CommandError(f"The simulator speaks the preset {PRESET}; {found.slug} uses {found.preset}.")
        return found

    def _serve(self, provider: SimulatedProvider, port: int, *, is_needed: bool) -> bool:
        try:
            port = provider.serve(port)
        except OSError as error:
            sentence = f"Port {port} cannot be used ({error.strerror}): another simulator may be running; see --port."
            if is_needed:
                provider.stop()
                raise CommandError(sentence) from error
            self._say(f"{sentence} Making calls only.")
            return False
        self._say(f"serving http://127.0.0.1:{port}/call and /dispose (Ctrl-C stops)")
        return True

    def _say(self, line: str) -> None:
        with self._lock:
            self.stdout.write(f"{timezone.localtime():%H:%M:%S}  {line}")
            self.stdout.flush()


def _faults(text: str) -> frozenset[Fault]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return frozenset(Fault(word) for word in words)
    except ValueError as error:
        raise CommandError(f"{error}; the faults are: {', '.join(Fault)}.") from error


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
