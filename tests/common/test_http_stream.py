"""Streamed answers of the HTTP door: head first, and no body holds us longer than it may."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from telephony_connector.common.http import (
    AddressRefusedError,
    ConnectFailedError,
    OutcomeUnknownError,
    OutgoingRequest,
    open_stream,
)
from telephony_connector.common.http_redirects import open_following, origin_of
from tests.common.raw_server import RawServer, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n"


def request_to(server: RawServer, **options: float) -> OutgoingRequest:
    url = f"http://127.0.0.1:{server.port}/r?token=s3cret"
    return OutgoingRequest("GET", url, timeout_seconds=2.0, allowed_networks=(f"127.0.0.0/8:{server.port}",), **options)  # type: ignore[arg-type]  # times only


def stalling(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
    time.sleep(3)


def test_the_head_is_there_before_the_body_and_closing_ends_it() -> None:
    with serving(lambda server: server.dripping(HEAD + b"\r\n")) as server:
        answer = open_stream(request_to(server), max_bytes=10**6)
        assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")

        answer.close()
        answer.close()

        with pytest.raises(OutcomeUnknownError):
            list(answer.chunks())


@pytest.mark.parametrize(
    ("behave", "limits"),
    [
        (lambda server: server.dripping(HEAD + b"\r\n"), {"longest_seconds": 0.4}),
        (lambda server: stalling, {"idle_seconds": 0.3}),
    ],
    ids=["drips for ever", "stalls"],
)
def test_a_slow_body_ends_in_time(behave: Callable[[RawServer], object], limits: dict[str, float]) -> None:
    with serving(behave) as server:  # type: ignore[arg-type]  # either behaviour
        started_at = time.monotonic()
        with (
            closing(open_stream(request_to(server), max_bytes=10**6, **limits)) as answer,
            pytest.raises(OutcomeUnknownError) as broken,
        ):
            list(answer.chunks())

    assert time.monotonic() - started_at < 2
    assert "s3cret" not in str(broken.value)


def test_a_body_beyond_its_limit_is_cut() -> None:
    with (
        serving(lambda server: server.answering(HEAD + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000)) as server,
        closing(open_stream(request_to(server), max_bytes=100_000)) as answer,
        pytest.raises(OutcomeUnknownError, match="larger than 100000 bytes"),
    ):
        list(answer.chunks())


def test_a_compressed_body_is_unpacked_and_said_to_have_been() -> None:
    packed = gzip.compress(b"sound" * 100)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with (
        serving(lambda server: server.answering(head + packed)) as server,
        closing(open_stream(request_to(server), max_bytes=10**6)) as answer,
    ):
        assert (answer.is_encoded, b"".join(answer.chunks())) == (True, b"sound" * 100)


def test_nobody_there_and_forbidden_addresses_are_told_as_for_any_request() -> None:
    with pytest.raises(AddressRefusedError):
        open_stream(OutgoingRequest("GET", "http://169.254.169.254/"), max_bytes=1)
    with pytest.raises(ConnectFailedError):
        open_stream(OutgoingRequest("GET", "http://127.0.0.1:1/", allowed_networks=("127.0.0.1:1",)), max_bytes=1)


def test_a_redirect_from_https_names_to_inside_is_refused_at_its_hop() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/secret\r\nContent-Length: 0\r\n\r\n"
    with (
        serving(lambda server: server.answering(answer)) as server,
        pytest.raises(AddressRefusedError, match=r"10\.0\.0\.1:80"),
    ):
        open_following(request_to(server), max_bytes=1)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example/x", ("https", "a.example", 443)),
        ("http://a.example:80/", ("http", "a.example", 80)),
        ("https://a.example:444/", ("https", "a.example", 444)),
        ("https://[broken", ("", "", 0)),
    ],
)
def test_origins_are_compared_in_their_plainest_form(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == origin
