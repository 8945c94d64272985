"""`manage.py up`: everything on one port, in the foreground."""

import gc
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connector_config.services import demo
from telephony_connector.environment import embedded_socket_path
from telephony_connector.processes import preparation, valkey
from telephony_connector.processes.children import ChildSpec
from telephony_connector.processes.supervisor import Supervisor

READY_TIMEOUT_SECONDS = 120.0


class Command(BaseCommand):
    """Prepares the database, starts broker, worker and web server, and keeps them running."""

    help = "Runs the whole product in the foreground until Ctrl-C or SIGTERM."
    # They run before a migration, and by `make check`; every start would pay for them.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, announce, look after the children, stop them all."""
        started_at = time.monotonic()
        # Database, recordings, logs: nothing of it is for other users of the machine.
        os.umask(0o077)
        try:
            preparation.make_data_directory(settings.DATA_DIR)
            with preparation.locked_data_directory(settings.DATA_DIR):
                self._run(started_at)
        except (preparation.PreparationError, valkey.EmbeddedValkeyError) as error:
            raise CommandError(f"Cannot start: {error}") from error

    def _run(self, started_at: float) -> None:
        supervisor = Supervisor(report=self._say)
        supervisor.install_signal_handlers()
        with preparation.listen(settings.HOST, settings.PORT) as listener:
            try:
                self._start(supervisor, listener)
                if supervisor.wait_until(_is_web_answering, timeout_seconds=READY_TIMEOUT_SECONDS):
                    self._announce(time.monotonic() - started_at)
                    self._start_demo_provider(supervisor)
                supervisor.run()
            finally:
                supervisor.stop()
        self._say("Stopped.")
        # At its end Python walks through all that is left, on a busy machine for seconds, and has five to stop in all.
        gc.freeze()

    def _start(self, supervisor: Supervisor, listener: socket.socket) -> None:
        if settings.IS_BROKER_EMBEDDED:
            directory = settings.DATA_DIR / "valkey"
            valkey.stop_left_over(directory)
            socket_path = embedded_socket_path(settings.DATA_DIR)
            supervisor.start([valkey.valkey_spec(socket=socket_path, directory=directory)])
            supervisor.wait_until(valkey.is_answering, timeout_seconds=10)
        if preparation.migrate_database():
            self._say("The database is up to date.")
        if settings.LOAD_DEMO:
            demo.load_demo()
        preparation.close_connections()
        if not supervisor.is_stopping:
            supervisor.start([worker_spec(), clicks_worker_spec(), web_spec(listener.fileno())])

    def _announce(self, seconds: float) -> None:
        self._say(f"Ready in {seconds:.1f} s (Ctrl-C stops everything).")
        self._say(f"  Console: {settings.PUBLIC_URL}/")
        self._say(f"  Admin:   {settings.PUBLIC_URL}/admin/")
        for line in demo.startup_summary() if settings.LOAD_DEMO else []:
            self._say(line)
        preparation.close_connections()

    def _start_demo_provider(self, supervisor: Supervisor) -> None:
        """The demo's provider answers click-to-calls and dispositions; it starts last, since nobody waits for it."""
        if not (settings.LOAD_DEMO and demo.has_demo()):
            return
        preparation.close_connections()
        if preparation.is_port_free("127.0.0.1", settings.DEMO_PROVIDER_PORT):
            supervisor.start([demo_provider_spec()])
        else:
            self._say(f"Port {settings.DEMO_PROVIDER_PORT} is in use, so the demo's provider is not simulated here.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def worker_spec() -> ChildSpec:
    """The Celery worker for everything, with the beat in a thread of it."""
    return _celery_spec("worker", "--beat-thread")


def clicks_worker_spec() -> ChildSpec:
    """A Celery worker for clicks to call and the clock alone: slow dispositions never hold its threads."""
    threads = str(settings.CLICK_THREADS)
    return _celery_spec("clicks", "--queues", settings.URGENT_QUEUE, "--concurrency", threads)


def _celery_spec(name: str, *options: str) -> ChildSpec:
    command = [sys.executable, "-m", "celery", "--app", "telephony_connector", "--quiet", "--skip-checks", "worker"]
    common = ["--hostname", f"{name}@%h", "--pool", "threads", "--loglevel", settings.LOG_LEVEL]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return ChildSpec(name, [*command, *common, *quiet, *options])


def demo_provider_spec() -> ChildSpec:
    """The simulated provider of the demo, which only answers."""
    port = str(settings.DEMO_PROVIDER_PORT)
    command = [sys.executable, "manage.py", "simulate_provider", "--calls", "0", "--port", port]
    return ChildSpec("demo provider", command)


def web_spec(listener_fd: int) -> ChildSpec:
    """The web server on this listening socket."""
    command = [sys.executable, "-m", "telephony_connector.processes.web", "--fd", str(listener_fd)]
    return ChildSpec("web", command, inherited_fds=(listener_fd,))


def _is_web_answering() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104 - compared only
    address = f"[{host}]" if ":" in host else host
    request = urllib.request.Request(f"http://{address}:{settings.PORT}/healthz", headers={"Host": "127.0.0.1"})
    try:
        # The socket listens before the server does, so the question simply waits for its answer.
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - a fixed http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
