"""`python -m tests.softswitch`: run the exchange until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from tests.environment.sip import hindrance
from tests.softswitch.phones import SipPhone


def main() -> int:
    """Start telephones (if asked to), the exchange and its HTTP side."""
    arguments = _arguments()
    if reason := hindrance():
        print(reason, file=sys.stderr)
        return 1
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with tempfile.TemporaryDirectory(prefix="softswitch-") as folder, ExitStack() as stack:
        telephones = dict(one.split("=", 1) for one in arguments.telephone)
        for index, number in enumerate(arguments.play):
            phone = SipPhone(
                Path(folder) / f"phone-{index}",
                hertz=440 + 180 * index,
                hangs_up_after_seconds=arguments.talk,
                calls=0,
            )
            stack.callback(phone.stop)
            telephones[number] = phone.address
        _serve(arguments, telephones, Path(folder), stopping)
    return 0


def _serve(arguments: argparse.Namespace, telephones: dict[str, str], folder: Path, stopping: threading.Event) -> None:
    # The SIP stack is a shared library of 10 MB that `--help` and a machine without it do not need.
    from tests.softswitch.door import Door
    from tests.softswitch.exchange import Exchange
    from tests.softswitch.reports import Reporter

    exchange = Exchange(telephones=telephones, recordings=folder)
    door = Door(exchange, port=arguments.port)
    reporter = Reporter(
        hooks_url=arguments.hooks,
        recordings_url=f"{door.url}/recordings",
        recording_delay_seconds=arguments.recording_delay,
    )
    threading.Thread(target=door.serve_forever, args=(0.1,), daemon=True).start()
    print(f"serving {door.url}", flush=True)
    exchange.run(stopping, listener=reporter, port=arguments.sip_port)
    door.shutdown()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.softswitch", description="A small telephone exchange.")
    parser.add_argument("--hooks", required=True, help="where it reports calls: http://127.0.0.1:8000/hooks/<key>")
    parser.add_argument("--port", type=int, default=9019, help="of POST /originate and the recordings (9019)")
    parser.add_argument("--sip-port", type=int, default=0, help="of SIP over UDP (any)")
    parser.add_argument("--telephone", action="append", default=[], metavar="NUMBER=HOST:PORT", help="a SIP phone")
    parser.add_argument("--play", action="append", default=[], metavar="NUMBER", help="a phone that we play ourselves")
    parser.add_argument("--talk", type=float, default=10.0, help="seconds after which played phones hang up (10)")
    parser.add_argument("--recording-delay", type=float, default=1.0, help="seconds from call log to recording (1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
