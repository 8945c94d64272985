"""Free ports of this machine."""

import socket


def free_port() -> int:
    """A port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_udp_port(*, step: int = 1) -> int:
    """A UDP port of 127.0.0.1 that nobody used a moment ago; with `step` 2 an even one, and the one two above too."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as probe, socket.socket(type=socket.SOCK_DGRAM) as above:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if step == 1:
                return port
            try:
                above.bind(("127.0.0.1", port + step))
            except (OSError, OverflowError):
                continue
            if port % step == 0:
                return port
