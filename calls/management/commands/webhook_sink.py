"""`manage.py webhook_sink`: prints what we send, and answers 200 OK."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.management.base import BaseCommand, CommandError

LARGEST_BODY = 1_000_000


class Command(BaseCommand):
    """A server on 127.0.0.1 to point a template's URL at while it is being written."""

    help = "Prints every request that it receives, headers and body, and answers 200 OK. For trying templates out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("--port", type=int, default=9010, help="where it listens (default: 9010; 0: any)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C."""
        lock = threading.Lock()

        def say(text: str) -> None:
            with lock:
                self.stdout.write(text)
                self.stdout.flush()

        try:
            server = ThreadingHTTPServer(("127.0.0.1", options["port"]), _printing_handler(say))
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used ({error.strerror}); see --port.") from error
        say(f"Listening on http://127.0.0.1:{server.server_address[1]} (Ctrl-C stops)")
        try:
            server.serve_forever(0.1)
        except KeyboardInterrupt:
            say("Stopped.")
        finally:
            server.server_close()


def _printing_handler(say: Any) -> type[BaseHTTPRequestHandler]:
    class PrintingHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
            body = self.rfile.read(length).decode("utf-8", "replace")
            headers = [f"{name}: {value}" for name, value in self.headers.items()]
            say("\n".join([f"\n{self.command} {self.path}", *headers, "", body]))
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "2")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"OK")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Stay silent: the request itself has been printed."""

    return PrintingHandler
