"""The exchange as a process of its own, for tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from telephony_connector.environment import BASE_DIR
from tests.environment.live import isolated_environment


class RunningExchange:
    """`python -m tests.softswitch` with these telephones (number → `host:port`), reporting to `hooks_url`."""

    def __init__(self, *, hooks_url: str, telephones: Mapping[str, str], log: Path) -> None:
        """Start it and wait until it serves. Raises RuntimeError with what it said when it does not."""
        phones = [f"--telephone={number}={address}" for number, address in telephones.items()]
        command = [sys.executable, "-m", "tests.softswitch", "--port", "0", "--hooks", hooks_url, *phones]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=BASE_DIR,
                env=isolated_environment({}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        words = self._process.stdout.readline().split()
        if words[:1] != ["serving"]:
            self.stop()
            raise RuntimeError(f"the exchange did not start: {log.read_text(errors='replace')}")
        self.url = words[1]

    def call(self, call_id: str) -> dict[str, Any]:
        """What it has measured of a call; empty for an unknown id."""
        answer = requests.get(f"{self.url}/calls/{call_id}", timeout=10)
        return dict(answer.json()) if answer.ok else {}

    def stop(self) -> int:
        """SIGTERM and wait; the exit status."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
