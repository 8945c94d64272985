"""The supervisor with small children of its own."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from telephony_connector.processes.children import Child, ChildSpec
from telephony_connector.processes.supervisor import STOP_SECONDS, Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)
PARENT = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"


@pytest.fixture
def reported() -> list[str]:
    return []


@pytest.fixture
def supervisor(reported: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(report=reported.append)
    yield supervisor
    supervisor.stop()


def python(name: str, code: str) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-S", "-c", code])


def test_child_that_ends_is_started_again_after_growing_pauses(supervisor: Supervisor, reported: list[str]) -> None:
    supervisor.start([ChildSpec("short", ["false"])])

    supervisor.wait_until(lambda: len(reported) == 3, timeout_seconds=10)

    assert reported == [
        "short ended (status 1); starting it again in 0.2 s.",
        "short ended (status 1); starting it again in 0.4 s.",
        "short ended (status 1); starting it again in 0.8 s.",
    ]


def test_other_children_are_left_alone_when_one_ends(supervisor: Supervisor, reported: list[str]) -> None:
    supervisor.start([ChildSpec("short", ["true"]), ChildSpec("long", ["sleep", "60"])])

    supervisor.wait_until(lambda: len(reported) == 2, timeout_seconds=10)

    assert {line.split()[0] for line in reported} == {"short"}


def test_stubborn_child_is_killed_in_time(supervisor: Supervisor, reported: list[str]) -> None:
    supervisor.start([python("stubborn", STUBBORN)])
    supervisor.wait_until(lambda: False, timeout_seconds=0.5)
    started_at = time.monotonic()

    supervisor.stop()

    assert time.monotonic() - started_at < STOP_SECONDS + 1
    assert [child for child in psutil.Process().children() if "SIG_IGN" in " ".join(child.cmdline())] == []
    assert reported == []


def test_what_a_child_has_started_goes_with_it() -> None:
    child = Child(python("parent", PARENT))
    deadline = time.monotonic() + 5
    while not (grandchildren := psutil.Process(child.pid).children()) and time.monotonic() < deadline:
        time.sleep(0.05)

    child.kill_group()

    _, alive = psutil.wait_procs(grandchildren, timeout=5)
    assert len(grandchildren) == 1
    assert alive == []


def test_environment_and_descriptors_are_handed_on(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        code = f"import os; os.write({file.fileno()}, os.environ['GREETING'].encode())"
        child = Child(
            ChildSpec("writer", [sys.executable, "-c", code], {"GREETING": "hello"}, inherited_fds=(file.fileno(),))
        )
        while child.exit_status() is None:
            time.sleep(0.02)

    assert (tmp_path / "out").read_text() == "hello"
    assert child.exit_status() == 0


def test_a_child_finds_our_modules_wherever_we_were_started_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    child = Child(ChildSpec("finder", [sys.executable, "-c", "import telephony_connector"]))
    while child.exit_status() is None:
        time.sleep(0.02)

    assert child.exit_status() == 0


def test_asking_a_child_that_has_ended_is_no_error() -> None:
    child = Child(ChildSpec("short", ["true"]))
    while child.exit_status() is None:
        time.sleep(0.02)

    child.terminate()
    child.kill_group()

    assert child.exit_status() == 0
