"""The web server on an inherited listening socket: `python -m telephony_connector.processes.web --fd N`.

`--stream-only` serves the agents' event streams and nothing else.
"""

import argparse
import resource
import socket

import uvicorn

from telephony_connector.processes.connections import WatchedConnection

# Open event streams would otherwise hold a stop back for ever.
GRACEFUL_STOP_SECONDS = 2
MOST_OPEN_FILES = 65_536


def main() -> None:
    """Serve until SIGTERM. Whoever holds the socket may restart us without refusing a connection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="number of the inherited listening socket")
    parser.add_argument("--stream-only", action="store_true", help="serve the agents' event streams alone")
    arguments = parser.parse_args()
    _allow_many_connections()
    listener = socket.socket(fileno=arguments.fd)
    config = uvicorn.Config(
        f"telephony_connector.{'stream_asgi' if arguments.stream_only else 'asgi'}:application",
        # An access log would contain hook keys, which are credentials.
        access_log=False,
        log_config=None,
        # Forwarded addresses are judged by TRUSTED_PROXY_COUNT, in one place.
        proxy_headers=False,
        server_header=False,
        http=WatchedConnection,
        timeout_graceful_shutdown=GRACEFUL_STOP_SECONDS,
        timeout_keep_alive=30,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _allow_many_connections() -> None:
    """Every console holds one, and so does whoever wants to keep others out: take what the system gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


if __name__ == "__main__":
    main()
