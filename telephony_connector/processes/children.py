"""A child process in a group of its own, that cannot outlive its parent on Linux."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from telephony_connector.environment import BASE_DIR

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run: `environment` is laid over ours, `inherited_fds` stay open in the child."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    inherited_fds: tuple[int, ...] = ()
    # Sent by the kernel when the parent dies without having stopped its children.
    orphan_signal: signal.Signals = signal.SIGKILL


class Child:
    """One running process of this specification."""

    def __init__(self, spec: ChildSpec) -> None:
        """Start it at once; raises OSError when the program cannot be run."""
        self.spec = spec
        parent = os.getpid()
        # Called between fork and exec, in the main thread, before we start any thread of our own.
        self._process = subprocess.Popen(  # noqa: S603 - our own commands only
            spec.command,
            stdin=subprocess.DEVNULL,
            # The programs are found by their module names, wherever we were started from.
            cwd=BASE_DIR,
            env={**os.environ, **spec.environment},
            pass_fds=spec.inherited_fds,
            start_new_session=True,
            preexec_fn=lambda: _die_with_parent(parent, spec.orphan_signal),
        )

    @property
    def pid(self) -> int:
        """The process id, which is the id of its group too."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """None while it runs, else its status (negative: the signal that ended it)."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to stop; no error when it is gone."""
        if self.exit_status() is None:
            self._process.terminate()

    def kill_group(self) -> None:
        """End whatever is left of it and of what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _die_with_parent(parent: int, orphan_signal: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)
