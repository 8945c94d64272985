"""The real product, started as an administrator starts it, on a random port with its own state."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from telephony_connector.environment import BASE_DIR
from telephony_connector.processes.env_file import fresh_keys
from tests.environment.ports import free_port

START_TIMEOUT_SECONDS = 90.0


class LiveSystem:
    """`manage.py up` as a child process; the demo is left out and outbound requests may reach 127.0.0.1."""

    def __init__(self, *, data_dir: Path, database_url: str = "", redis_url: str = "", **settings: str) -> None:
        """Start it and wait until it is ready. Empty URLs mean the embedded services; settings override ours."""
        self.data_dir = data_dir
        self.port = int(settings.get("PORT") or free_port())
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = isolated_environment(
            {
                **fresh_keys(),
                "PORT": str(self.port),
                "DATA_DIR": str(data_dir),
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "LOAD_DEMO": "false",
                "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
                **settings,
            }
        )
        self.log_path = data_dir.with_name(f"{data_dir.name}.log")
        self.start()

    def start(self) -> None:
        """Start it (again) on the same state."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return once pages are served and a worker runs; RuntimeError with the log when that does not happen."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(f"{self.base_url}/healthz", timeout=5).ok and self.child("celery"):
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the product did not start:\n{self.log()}")

    def log(self) -> str:
        """Everything that it has written so far."""
        return self.log_path.read_text(errors="replace")

    def manage(self, *arguments: str, check: bool = True, input: str = "") -> "subprocess.CompletedProcess[str]":  # noqa: A002
        """Run a management command on the same state; its output is captured, a failure raises."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if check and result.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{result.stdout}\n{result.stderr}")
        return result

    def children(self) -> list[psutil.Process]:
        """All processes that it has started and that still run."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def child(self, word: str) -> psutil.Process | None:
        """The first child whose command line contains the word: `celery`, `processes.web` or `valkey`."""
        return next(iter(self.named_children(word)), None)

    def named_children(self, word: str) -> list[psutil.Process]:
        """All children whose command lines contain the word; of `celery` there are two."""
        found = []
        for process in self.children():
            with suppress(psutil.Error):
                if word in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def kill_worker(self) -> int:
        """`kill -9` of both Celery workers; the process id that the first one had."""
        workers = self.named_children("celery")
        assert workers, f"no celery is running:\n{self.log()}"
        for process in workers:
            process.kill()
        # Until both are gone, the second one could be taken for the first one's successor.
        psutil.wait_procs(workers, timeout=5)
        return int(workers[0].pid)

    def kill_broker(self) -> int:
        """`kill -9` of the embedded Valkey; the process id that it had."""
        return self._kill("valkey")

    def kill_web(self) -> int:
        """`kill -9` of the web server; the process id that it had."""
        return self._kill("processes.web")

    def wait_for_other(self, word: str, pid: int, *, timeout_seconds: float = 10.0) -> int:
        """The id of the child that has taken the place of the killed one; AssertionError when none comes."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            process = self.child(word)
            if process and process.pid != pid:
                return int(process.pid)
            time.sleep(0.05)
        raise AssertionError(f"no other {word} after {timeout_seconds} s:\n{self.log()}")

    def stop(self) -> float:
        """SIGTERM, then wait for the end; the seconds it took. Kills whatever is left after 15 s."""
        started_at = time.monotonic()
        children = self.children()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        seconds = time.monotonic() - started_at
        for child in children:
            if child.is_running():
                child.kill()
        return seconds

    def _kill(self, word: str) -> int:
        process = self.child(word)
        assert process, f"no {word} is running:\n{self.log()}"
        process.kill()
        return int(process.pid)


def isolated_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that sees these settings and none of the test run's own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "ENV_FILE": "", "PYTHONUNBUFFERED": "1", **settings}
