"""SIP telephones: sipp with a scenario, on ports of its own, in a folder of its own."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.environment.ports import free_udp_port
from tests.environment.sip import find_sipp
from tests.softswitch.tone import tone

SCENARIOS = Path(__file__).parent
START_TIMEOUT_SECONDS = 15.0
# Whoever waits for the other party to hang up does so for longer than any test.
PATIENCE_SECONDS = 600.0
# sipp finds the call by its id, sends no answer, and takes nothing for a request that lacks one of these headers.
_BUTTON = """INFO sip:{address} SIP/2.0
Via: SIP/2.0/UDP {address};branch=z9hG4bK-button
From: <sip:button@{address}>;tag=button
To: <sip:phone@{address}>;tag=phone
Call-ID: {call}
CSeq: 1 INFO
Max-Forwards: 70
Content-Length: 0

"""


class SipPhone:
    """A telephone that rings, answers, plays its tone and hangs up; `log()` and `finish()` tell what it lived through.

    `calls` is after how many it ends (0: never), `scenario` a file of this package without its `.xml`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hertz: int = 440,
        hangs_up_after_seconds: float = PATIENCE_SECONDS,
        scenario: str = "phone",
        calls: int = 1,
    ) -> None:
        """Start it and wait until it can be called. Raises RuntimeError when it does not listen."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._port = free_udp_port()
        (folder / "tone.ulaw").write_bytes(tone(hertz))
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        milliseconds = str(round(1000 * hangs_up_after_seconds))
        (folder / "scenario.xml").write_text(text.replace("HANG_UP_AFTER", milliseconds), encoding="utf-8")
        with (folder / "screen.txt").open("wb") as screen:
            self._process = subprocess.Popen(
                self._command(calls), cwd=folder, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen
            )
        self._wait_until_it_listens()

    @property
    def address(self) -> str:
        """`127.0.0.1:<port>` of SIP over UDP."""
        return f"127.0.0.1:{self._port}"

    def log(self) -> list[str]:
        """What happened so far: `rang`, `answered`, `hung up` (if it did so first), or `refused`."""
        return [" ".join(words[:2]) if words[0] == "hung" else words[0] for words in self._log()]

    def hang_up(self) -> None:
        """Press the red button: the telephone ends the call that it answered last. Raises IndexError without one."""
        call = [words[1] for words in self._log() if words[0] == "answered"][-1]
        info = _BUTTON.format(address=self.address, call=call).replace("\n", "\r\n")
        with socket.socket(type=socket.SOCK_DGRAM) as button:
            button.sendto(info.encode(), ("127.0.0.1", self._port))

    def finish(self, *, timeout_seconds: float = 30.0) -> int:
        """Wait for its end; 0 says that every call went as its scenario says, message by message."""
        return self._process.wait(timeout=timeout_seconds)

    def complaints(self) -> str:
        """What sipp found wrong, for the message of a failed test."""
        path = self._folder / "errors.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """Take it off the network."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _log(self) -> list[list[str]]:
        path = self._folder / "log.txt"
        lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
        return [line.split() for line in lines]

    def _command(self, calls: int) -> list[str]:
        here = "127.0.0.1"
        # The media port is even, as RTP wants it, and sipp takes the one two above for video.
        media = free_udp_port(step=2)
        return [
            find_sipp() or "sipp", "-sf", "scenario.xml", "-nostdin",
            "-i", here, "-p", str(self._port), "-mi", here, "-mp", str(media),
            "-ci", here, "-cp", str(free_udp_port()),
            "-trace_logs", "-log_file", "log.txt", "-trace_err", "-error_file", "errors.txt",
            *(["-m", str(calls)] if calls else []),
        ]  # fmt: skip

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(psutil.Error):
                sockets = psutil.Process(self._process.pid).net_connections("udp")
                if any(one.laddr.port == self._port for one in sockets):
                    return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the telephone does not listen: {self.complaints()}")
