"""`manage.py up`: start, pages, crashes, stop, and the sentences of a start that cannot succeed."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from telephony_connector.environment import BASE_DIR, MAXIMUM_SOCKET_PATH_BYTES, embedded_socket_path
from telephony_connector.processes.children import Child
from telephony_connector.processes.valkey import EmbeddedValkeyError, valkey_spec
from tests.environment.fixtures import LiveSystemFactory
from tests.environment.live import LiveSystem
from tests.environment.ports import free_port

WORKER = "celery"


def wait_for_ready(system: LiveSystem, *, check: str, timeout_seconds: float = 30) -> bool:
    """Whether this part of `/readyz` becomes fine in time."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        result = requests.get(f"{system.base_url}/readyz", timeout=5).json()["checks"][check]
        if result["ok"] and result["detail"] != "starting":
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module", params=["sqlite"])
def embedded(request: pytest.FixtureRequest, start_live_system: LiveSystemFactory) -> LiveSystem:
    return start_live_system(database="sqlite")


@pytest.mark.xdist_group("up")
@pytest.mark.parametrize("path", ["/healthz", "/login/", "/admin/login/", "/api/schema/", "/api/docs/"])
def test_pages_are_served_without_collected_files(embedded: LiveSystem, path: str) -> None:
    answer = requests.get(embedded.base_url + path, timeout=20)

    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.xdist_group("up")
def test_static_files_come_straight_from_the_packages(embedded: LiveSystem) -> None:
    answer = requests.get(f"{embedded.base_url}/static/unfold/css/styles.css", timeout=20)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")


@pytest.mark.xdist_group("up")
def test_beat_ticks_soon_after_the_start(embedded: LiveSystem) -> None:
    assert wait_for_ready(embedded, check="beat")
    assert requests.get(f"{embedded.base_url}/readyz", timeout=5).status_code == 200


@pytest.mark.xdist_group("up")
@pytest.mark.parametrize(
    ("word", "kill"),
    [
        (WORKER, LiveSystem.kill_worker),
        ("valkey", LiveSystem.kill_broker),
        ("processes.web", LiveSystem.kill_web),
    ],
)
def test_killed_child_is_replaced_within_two_seconds(embedded: LiveSystem, word: str, kill: object) -> None:
    assert callable(kill)
    pid = kill(embedded)

    embedded.wait_for_other(word, pid, timeout_seconds=2)

    assert requests.get(f"{embedded.base_url}/healthz", timeout=20).status_code == 200
    assert "ended (SIGKILL); starting it again" in embedded.log()


@pytest.mark.xdist_group("up")
def test_second_start_on_the_same_state_says_who_runs_already(embedded: LiveSystem) -> None:
    environment = {**embedded.environment, "PORT": str(free_port())}

    result = run_up(environment)

    assert result.returncode == 1
    assert result.stderr.startswith(f"CommandError: Cannot start: another `up` (process {embedded.process.pid})")


@pytest.mark.xdist_group("up")
def test_hook_keys_stay_out_of_the_log(embedded: LiveSystem) -> None:
    key = "k3y" * 12

    requests.get(f"{embedded.base_url}/hooks/{key}/call-log/unknown", timeout=20)
    requests.get(f"{embedded.base_url}/1/api/Telephony/LogCallComplete/ORG1/{key}", timeout=20)

    assert key not in embedded.log()


def test_state_is_readable_by_its_owner_only(embedded: LiveSystem) -> None:
    modes: dict[str, int] = {}
    for path in embedded.data_dir.rglob("*"):
        with suppress(FileNotFoundError):  # databases make files and take them away again
            modes[path.name] = path.lstat().st_mode

    assert "db.sqlite3" in modes
    assert [name for name, mode in modes.items() if stat.S_ISREG(mode) and mode & 0o077] == []


def test_socket_is_not_put_where_another_user_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "telephony-connector-1000-0123"
    place.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: place.stat().st_uid + 1)

    with pytest.raises(EmbeddedValkeyError, match="another user"):
        valkey_spec(socket=place / "valkey.sock", directory=tmp_path / "var" / "valkey")


@pytest.mark.xdist_group("up")
def test_sigterm_stops_every_child_within_five_seconds(start_live_system: LiveSystemFactory) -> None:
    system = start_live_system(database="sqlite")
    children = system.children()

    seconds = system.stop()

    assert len(children) == 4
    assert seconds <= 5
    assert system.process.returncode == 0
    assert not [child for child in children if child.is_running()]


@pytest.mark.xdist_group("up")
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_no_child_outlives_a_killed_parent(start_live_system: LiveSystemFactory) -> None:
    system = start_live_system(database="sqlite")
    children = system.children()

    os.kill(system.process.pid, signal.SIGKILL)
    system.process.wait()

    gone, alive = psutil.wait_procs(children, timeout=5)
    assert (len(gone), alive) == (4, [])


@pytest.mark.xdist_group("up")
def test_start_right_after_a_kill_is_complete(start_live_system: LiveSystemFactory) -> None:
    system = start_live_system(database="sqlite")
    os.kill(system.process.pid, signal.SIGKILL)
    system.process.wait()

    system.start()

    assert wait_for_ready(system, check="broker", timeout_seconds=5)
    assert wait_for_ready(system, check="beat")


@pytest.mark.xdist_group("up")
def test_left_over_broker_of_a_killed_start_is_replaced(
    tmp_path: Path,
) -> None:
    directory, socket_path = tmp_path / "var" / "valkey", tmp_path / "var" / "valkey.sock"
    left_over = Child(valkey_spec(socket=socket_path, directory=directory))
    deadline = time.monotonic() + 5
    while not socket_path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    system = LiveSystem(data_dir=tmp_path / "var")

    try:
        assert left_over.exit_status() == 0
        assert wait_for_ready(system, check="broker", timeout_seconds=5)
    finally:
        system.stop()
        left_over.kill_group()


@pytest.mark.xdist_group("up")
def test_product_runs_on_postgresql_and_a_shared_broker(start_live_system: LiveSystemFactory) -> None:
    system = start_live_system(database="postgresql", broker="shared")

    answer = requests.get(f"{system.base_url}/readyz", timeout=20).json()["checks"]

    assert answer["database"] == {"ok": True, "detail": "postgresql"}
    assert answer["broker"]["ok"]
    assert system.child("valkey") is None


def run_up(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "up"]
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_port_in_use_is_told_in_one_sentence(minimal_environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = run_up({**minimal_environment, "PORT": str(port)})

    assert result.returncode == 1
    assert result.stderr == (
        f"CommandError: Cannot start: port {port} on 127.0.0.1 cannot be used (Address already in use); "
        "stop what uses it or set PORT.\n"
    )


def test_unreachable_database_is_told_in_one_sentence(minimal_environment: dict[str, str]) -> None:
    url = f"postgres://user:s3cret-word@127.0.0.1:{free_port()}/name"

    result = run_up({**minimal_environment, "DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1/0"})

    assert result.returncode == 1
    assert "Cannot start: the database does not answer" in result.stderr
    assert "Traceback" not in result.stderr
    assert "s3cret-word" not in result.stderr


def test_long_data_directory_gets_a_short_and_stable_socket(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 80) / ("y" * 80)

    path = embedded_socket_path(directory)

    assert len(os.fsencode(path)) <= MAXIMUM_SOCKET_PATH_BYTES
    assert path == embedded_socket_path(directory)
    assert path != embedded_socket_path(directory / "other")
