"""Slow, greedy and crooked peers at the running web server: nobody else waits for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.environment.fixtures import LiveSystemFactory
from tests.environment.live import LiveSystem
from tests.flows.client import ProductClient, standard_document

THREADS = 2
HASTE_SECONDS = 5
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def system(start_live_system: LiveSystemFactory) -> LiveSystem:
    return start_live_system(database="sqlite", WEB_THREADS=str(THREADS))


@contextmanager
def peers(system: LiveSystem, head: str, body: bytes = b"") -> Iterator[None]:
    """More connections than there are threads, each of which has sent this much and reads nothing."""
    with ExitStack() as opened:
        for _ in range(THREADS * 2):
            peer = opened.enter_context(socket.socket())
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            peer.connect(("127.0.0.1", system.port))
            peer.sendall(f"{head} HTTP/1.1\r\nHost: 127.0.0.1:{system.port}\r\n".encode() + body)
        yield


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("POST /login/", f"{FORM}Content-Length: 1000\r\n\r\nusername=".encode()),
        ("POST /hooks/nothing/call-log", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
        ("POST /api/leads/", b"Content-Length: 20\r\n\r\n"),
        ("GET /login/", b"X-Slow: "),
    ],
)
def test_unfinished_requests_keep_nobody_waiting(system: LiveSystem, head: str, body: bytes) -> None:
    with peers(system, head, body):
        answer = requests.get(f"{system.base_url}/healthz", timeout=HASTE_SECONDS)

    assert answer.status_code == 200


def test_answers_that_are_not_read_keep_nobody_waiting(system: LiveSystem) -> None:
    with peers(system, "GET /static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js.map", b"\r\n"):
        answer = requests.get(f"{system.base_url}/healthz", timeout=HASTE_SECONDS)

    assert answer.status_code == 200


def test_stranger_cannot_fill_the_disk_with_an_upload(system: LiveSystem) -> None:
    head = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=B\r\n"

    with socket.create_connection(("127.0.0.1", system.port), timeout=5) as peer:
        peer.sendall(head + b"Content-Length: 5000000000\r\n\r\n--B\r\n")
        answer = peer.recv(1000)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_static_file_is_served_as_ever(system: LiveSystem) -> None:
    path = f"{system.base_url}/static/app.css"
    whole = requests.get(path, timeout=HASTE_SECONDS)
    again = requests.get(path, headers={"If-Modified-Since": whole.headers["Last-Modified"]}, timeout=HASTE_SECONDS)
    part = requests.get(path, headers={"Range": "bytes=0-9"}, timeout=HASTE_SECONDS)
    head = requests.head(path, timeout=HASTE_SECONDS)
    missing = requests.get(f"{system.base_url}/static/nothing.css", timeout=HASTE_SECONDS)

    assert whole.headers["Content-Type"].startswith("text/css")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.status_code, part.content, head.content) == (304, whole.content[:10], b"")
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert missing.status_code == 404


def test_underscores_in_a_header_do_not_speak_for_the_proxy(
    start_live_system: LiveSystemFactory, tmp_path: Path
) -> None:
    system = start_live_system(database="sqlite", TRUSTED_PROXY_COUNT="1")
    document = standard_document("listed")
    document["connectors"][0]["verification"] = {"scheme": "none", "ip_allow_list": ["192.0.2.7"]}
    hook = ProductClient(system, tmp_path, document).hook("call-log")

    from_proxy = requests.post(hook, json={}, headers={"X-Forwarded-For": "192.0.2.7"}, timeout=HASTE_SECONDS)
    spoofed = requests.post(
        hook,
        json={},
        headers={"X-Forwarded-For": "198.51.100.1", "X_Forwarded_For": "192.0.2.7"},
        timeout=HASTE_SECONDS,
    )

    assert (from_proxy.status_code, spoofed.status_code) == (422, 401)
