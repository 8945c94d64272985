"""The web server on an inherited listening socket: `python -m telephony_connector.processes.web --fd N`.

`--stream-only` serves the agents' event streams and nothing else.
"""

import argparse
import socket

import uvicorn

# Open event streams would otherwise hold a stop back for ever.
GRACEFUL_STOP_SECONDS = 2


def main() -> None:
    """Serve until SIGTERM. Whoever holds the socket may restart us without refusing a connection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="number of the inherited listening socket")
    parser.add_argument("--stream-only", action="store_true", help="serve the agents' event streams alone")
    arguments = parser.parse_args()
    listener = socket.socket(fileno=arguments.fd)
    config = uvicorn.Config(
        f"telephony_connector.{'stream_asgi' if arguments.stream_only else 'asgi'}:application",
        # An access log would contain hook keys, which are credentials.
        access_log=False,
        log_config=None,
        # Forwarded addresses are judged by TRUSTED_PROXY_COUNT, in one place.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_STOP_SECONDS,
        timeout_keep_alive=30,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
