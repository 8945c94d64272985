"""The exchange as a process of its own, for tests."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from telephony_connector.environment import BASE_DIR
from tests.environment.live import isolated_environment

START_TIMEOUT_SECONDS = 30.0
_SERVING = re.compile(r"^serving (\S+)$", re.MULTILINE)


class RunningExchange:
    """`python -m tests.softswitch` with these telephones (number → `host:port`), reporting to `hooks_url`."""

    def __init__(self, *, hooks_url: str, telephones: Mapping[str, str], log: Path, port: int = 0) -> None:
        """Start it and wait until it serves. Raises RuntimeError with what it said when it does not."""
        phones = [f"--telephone={number}={address}" for number, address in telephones.items()]
        command = [sys.executable, "-m", "tests.softswitch", "--port", str(port), "--hooks", hooks_url, *phones]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=BASE_DIR,
                env=isolated_environment({}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.url = self._wait_until_it_serves(log)

    def calls(self) -> list[dict[str, Any]]:
        """What it has measured of its calls so far, oldest first."""
        return list(requests.get(f"{self.url}/calls/", timeout=10).json()["calls"])

    def stop(self) -> int:
        """SIGTERM and wait; the exit status."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _wait_until_it_serves(self, log: Path) -> str:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := _SERVING.search(log.read_text(errors="replace")):
                return found[1]
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the exchange did not start: {log.read_text(errors='replace')}")
