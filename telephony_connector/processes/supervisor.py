"""Keeps a set of children alive until told to stop, and then stops every one of them in time."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from telephony_connector.processes.children import Child, ChildSpec

STOP_SECONDS = 3.5
FIRST_RESTART_DELAY_SECONDS = 0.2
LONGEST_RESTART_DELAY_SECONDS = 30.0
# A child that ran this long has recovered: its next failure starts from the shortest delay again.
STABLE_SECONDS = 60.0
POLL_SECONDS = 0.05

Report = Callable[[str], None]


class _Supervised:
    """A child and the history that decides when it may start again."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.child: Child | None = None
        self.delay = FIRST_RESTART_DELAY_SECONDS
        self.started_at = 0.0
        self.due_at = 0.0

    def start(self) -> None:
        self.child = Child(self.spec)
        self.started_at = time.monotonic()

    def schedule_restart(self) -> float:
        """Note when to start again; the delay in seconds."""
        now = time.monotonic()
        if now - self.started_at >= STABLE_SECONDS:
            self.delay = FIRST_RESTART_DELAY_SECONDS
        delay, self.delay = self.delay, min(self.delay * 2, LONGEST_RESTART_DELAY_SECONDS)
        self.child, self.due_at = None, now + delay
        return delay


class Supervisor:
    """Starts children in order, restarts those that end, and stops all on SIGTERM, SIGINT or `stop()`."""

    def __init__(self, report: Report) -> None:
        """`report` is called with one line for people whenever a child ended by itself."""
        self._report = report
        self._children: list[_Supervised] = []
        self.is_stopping = False

    def install_signal_handlers(self) -> None:
        """Stop on SIGTERM, SIGINT and SIGHUP; main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, specs: Sequence[ChildSpec]) -> None:
        """Start these children behind those that already run."""
        for spec in specs:
            supervised = _Supervised(spec)
            supervised.start()
            self._children.append(supervised)

    def wait_until(self, is_ready: Callable[[], bool], *, timeout_seconds: float) -> bool:
        """Look after the children until the condition holds; False when time is up or a stop was asked for."""
        deadline = time.monotonic() + timeout_seconds
        while not self.is_stopping and time.monotonic() < deadline:
            if is_ready():
                return True
            self._tick()
        return False

    def run(self) -> None:
        """Look after the children until a stop is asked for."""
        while not self.is_stopping:
            self._tick()

    def stop(self) -> None:
        """End all children, the last started first asked; whoever is left after STOP_SECONDS is killed."""
        self.is_stopping = True
        running = [supervised.child for supervised in reversed(self._children) if supervised.child is not None]
        # The broker (started first) is asked last, so that the worker can still hand its messages back.
        deadline = time.monotonic() + STOP_SECONDS
        _end(running[:-1], deadline)
        _end(running[-1:], deadline + 0.5)

    def _tick(self) -> None:
        for supervised in self._children:
            self._look_after(supervised)
        time.sleep(POLL_SECONDS)

    def _look_after(self, supervised: _Supervised) -> None:
        if supervised.child is None:
            if time.monotonic() >= supervised.due_at:
                supervised.start()
            return
        status = supervised.child.exit_status()
        if status is None:
            return
        supervised.child.kill_group()
        delay = supervised.schedule_restart()
        self._report(f"{supervised.spec.name} ended ({_reason(status)}); starting it again in {delay:.1f} s.")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True


def _end(children: Sequence[Child], deadline: float) -> None:
    for child in children:
        child.terminate()
    while time.monotonic() < deadline and any(child.exit_status() is None for child in children):
        time.sleep(POLL_SECONDS)
    for child in children:
        child.kill_group()


def _reason(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
