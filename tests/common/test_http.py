"""The HTTP door: what it refuses, what it sends, and how it tells failures apart."""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
import traceback
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from telephony_connector.common.http import (
    MAX_ANSWER_BYTES,
    AddressRefusedError,
    ConnectFailedError,
    HttpAnswer,
    HttpDoorError,
    InvalidRequestError,
    OutcomeUnknownError,
    OutgoingRequest,
    send,
)
from tests.common.raw_server import RawServer, hanging_up, resetting, serving


@pytest.fixture
def server() -> Iterator[RawServer]:
    running = RawServer()
    yield running
    running.close()


def request_to(server: RawServer, path: str = "/", **options: object) -> OutgoingRequest:
    defaults = {"method": "GET", "timeout_seconds": 2.0, "allowed_networks": (f"127.0.0.0/8:{server.port}",)}
    url = f"http://127.0.0.1:{server.port}{path}"
    return OutgoingRequest(**{"url": url, **defaults, **options})  # type: ignore[arg-type]  # each test names its own


FORBIDDEN_URLS = (
    "http://127.0.0.1/",
    "http://127.8.9.10:8000/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://0.0.0.0/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://240.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://①②⑦.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://public.example:x@127.0.0.1/",
)


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_a_forbidden_address_is_refused(url: str) -> None:
    with pytest.raises((AddressRefusedError, InvalidRequestError)):
        send(OutgoingRequest("GET", url, timeout_seconds=2))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1"])
def test_nothing_reaches_a_local_server_that_is_not_allowed(server: RawServer, host: str) -> None:
    with pytest.raises(AddressRefusedError):
        send(OutgoingRequest("GET", f"http://{host}:{server.port}/", timeout_seconds=2))

    assert server.connections == 0


@pytest.mark.parametrize("entry", ["127.0.0.0/8:{port}", "127.0.0.1", "127.0.0.1:{port}", "0.0.0.0/0"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_allowed_network_is_reached_by_address_and_by_name(server: RawServer, entry: str, host: str) -> None:
    entries = (entry.format(port=server.port),)

    answer = send(OutgoingRequest("GET", f"http://{host}:{server.port}/", timeout_seconds=2, allowed_networks=entries))

    assert (answer.status, answer.text) == (200, "OK")


def test_the_settings_list_counts_too(server: RawServer, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = [f"127.0.0.1:{server.port}"]

    assert send(request_to(server, allowed_networks=())).status == 200


@pytest.mark.parametrize("entry", ["127.0.0.0/8:1", "10.0.0.0/8", "127.0.0.2"])
def test_another_port_or_network_allows_nothing(server: RawServer, entry: str) -> None:
    with pytest.raises(AddressRefusedError):
        send(request_to(server, allowed_networks=(entry,)))


def answers_of(*addresses: str) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]


def test_a_name_with_public_and_private_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answers_of("93.184.215.14", "10.0.0.1"))

    with pytest.raises(AddressRefusedError, match="both"):
        send(OutgoingRequest("GET", "http://rebind.test/", timeout_seconds=1))


def test_a_name_is_looked_up_once_and_the_judged_address_is_used(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups: list[object] = []

    def look_up(*arguments: object) -> list[tuple[object, ...]]:
        lookups.append(arguments[0])
        address = "127.0.0.1" if len(lookups) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    answer = send(
        OutgoingRequest("GET", f"http://rebind.test:{server.port}/", allowed_networks=("127.0.0.1",), timeout_seconds=2)
    )

    assert answer.status == 200
    assert lookups == ["rebind.test"]
    assert f"Host: rebind.test:{server.port}".encode() in server.received[0]


@pytest.mark.parametrize("target", ["/%2f/a[1]/./b/../c;x?q=%2b%c3%a9&b[]={1}|^`", "/?a=1?b=/../"])
def test_the_target_goes_out_to_the_letter(server: RawServer, target: str) -> None:
    send(request_to(server, target))

    assert server.received[0].split(b"\r\n")[0] == f"GET {target} HTTP/1.1".encode()


def test_path_query_headers_and_body_go_out_as_rendered(server: RawServer) -> None:
    headers = (("X-Name", "é日 x"), ("Content-Type", "application/json"))

    send(request_to(server, "//a/../b%2Fc?x=a+b&y=%2B91&z=%7e", method="post", headers=headers, body=b'{"a": 1}'))

    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST //a/../b%2Fc?x=a+b&y=%2B91&z=%7e HTTP/1.1\r\n")
    assert "X-Name: é日 x".encode() in head
    assert b"Content-Length: 8" in head
    assert body == b'{"a": 1}'


@pytest.mark.parametrize(("method", "length"), [("GET", False), ("POST", True), ("PUT", True)])
def test_a_request_without_a_body_tells_its_length_where_it_should(
    server: RawServer, method: str, length: bool
) -> None:
    send(request_to(server, method=method))

    assert (b"Content-Length: 0" in server.received[0]) is length


def test_userinfo_becomes_basic_authentication_and_leaves_the_url(server: RawServer) -> None:
    send(request_to(server, url=f"http://k%40y:t%C3%B6ken:x@127.0.0.1:{server.port}/p"))

    token = base64.b64encode("k@y:töken:x".encode())
    assert b"Authorization: Basic " + token in server.received[0]
    assert server.received[0].startswith(b"GET /p HTTP/1.1")


def test_a_given_authorization_header_beats_userinfo(server: RawServer) -> None:
    url = f"http://a:b@127.0.0.1:{server.port}/"

    send(request_to(server, url=url, headers=(("authorization", "Bearer t"),)))

    assert server.received[0].lower().count(b"authorization:") == 1
    assert b"Bearer t" in server.received[0]


@pytest.mark.parametrize(
    "variables", [{"HTTP_PROXY": "http://127.0.0.1:1"}, {"ALL_PROXY": "http://127.0.0.1:1"}, {"http_proxy": "x"}]
)
def test_proxies_of_the_environment_are_ignored(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert send(request_to(server)).status == 200


def test_netrc_is_ignored(server: RawServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password hunter2\n")
    monkeypatch.setenv("NETRC", netrc)

    send(request_to(server))

    assert b"authorization" not in server.received[0].lower()


def test_a_redirect_is_an_answer() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda it: it.answering(answer)) as server:
        got = send(request_to(server))

    assert (got.status, got.headers["location"]) == (302, "http://169.254.169.254/")
    assert server.connections == 1


@pytest.mark.parametrize("status", [201, 204, 400, 401, 404, 429, 500, 503])
def test_every_status_is_an_answer(status: int) -> None:
    length = b"" if status == 204 else b"Content-Length: 0\r\n"
    with serving(lambda it: it.answering(b"HTTP/1.1 %d X\r\n%sX-Id: 7\r\n\r\n" % (status, length))) as server:
        answer = send(request_to(server))

    assert (answer.status, answer.body, answer.headers["x-id"]) == (status, b"", "7")


def test_an_answer_is_cut_at_one_megabyte() -> None:
    with serving(lambda it: it.answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAX_ANSWER_BYTES + 5))) as server:
        answer = send(request_to(server))

    assert (len(answer.body), answer.is_truncated) == (MAX_ANSWER_BYTES, True)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=nonsense", b"a\xff", "a\ufffd"),
        ("text/plain; charset=hex", b"a\xff", "a\ufffd"),
        ("text/plain; charset=idna", b"a\xff", "a\ufffd"),
        ("text/plain; charset=punycode", b"a-" + b"b" * 300_000, "a-" + "b" * 300_000),
        ("", b"ok", "ok"),
    ],
)
def test_the_text_is_read_in_its_charset(content_type: str, body: bytes, text: str) -> None:
    assert HttpAnswer(200, {"content-type": content_type}, body, 1).text == text


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_refused_connection_was_certainly_not_delivered() -> None:
    url = f"http://127.0.0.1:{refused_port()}/?key=hunter2"

    with pytest.raises(ConnectFailedError, match="connection refused"):
        send(OutgoingRequest("GET", url, allowed_networks=("127.0.0.1",), timeout_seconds=1))


def test_an_unknown_name_was_certainly_not_delivered() -> None:
    with pytest.raises(ConnectFailedError, match="name is unknown"):
        send(OutgoingRequest("GET", "http://does-not-exist.invalid/", timeout_seconds=5))


def test_a_look_up_that_hangs_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(1))
    started = time.monotonic()

    with pytest.raises(ConnectFailedError, match="in time"):
        send(OutgoingRequest("GET", "http://slow.test/", timeout_seconds=0.2))

    assert time.monotonic() - started < 0.8


def test_a_connection_that_is_never_accepted_was_certainly_not_delivered() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

        with pytest.raises(ConnectFailedError, match="in time"):
            send(
                OutgoingRequest(
                    "GET", f"http://127.0.0.1:{port}/", allowed_networks=("127.0.0.1",), timeout_seconds=0.3
                )
            )
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_dripping_answer_ends_with_the_time_and_leaves_the_outcome_unknown(head: bytes) -> None:
    started = time.monotonic()

    with serving(lambda it: it.dripping(head)) as server, pytest.raises(OutcomeUnknownError):
        send(request_to(server, timeout_seconds=0.4))

    assert time.monotonic() - started < 1.2


def test_silence_leaves_the_outcome_unknown() -> None:
    with (
        serving(lambda it: it.waiting) as server,
        pytest.raises(OutcomeUnknownError, match="did not answer") as unknown,
    ):
        send(request_to(server, timeout_seconds=0.3))

    assert unknown.value.status is None
    assert len(server.received) == 1


@pytest.mark.parametrize("behave", [resetting, hanging_up])
def test_a_broken_connection_leaves_the_outcome_unknown_and_is_not_repeated(behave: object) -> None:
    with serving(lambda _: behave) as server, pytest.raises(OutcomeUnknownError, match="without an answer"):  # type: ignore[arg-type,return-value]  # parametrised
        send(request_to(server, method="POST", body=b"x"))

    assert server.connections == 1


@pytest.mark.parametrize("length", [b"-5", b"FFFFFFFFFFFFFFFFFFFF", b"x"])
def test_a_chunk_of_an_impossible_length_leaves_the_outcome_unknown(length: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + length + b"\r\nabc\r\n"
    with serving(lambda it: it.answering(answer)) as server, pytest.raises(OutcomeUnknownError) as unknown:
        send(request_to(server))

    assert unknown.value.status == 200


def test_a_body_that_breaks_off_leaves_the_outcome_unknown_but_tells_the_status() -> None:
    answer = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\npart"
    with serving(lambda it: it.answering(answer)) as server, pytest.raises(OutcomeUnknownError) as unknown:
        send(request_to(server))

    assert unknown.value.status == 201


def test_an_answer_that_is_no_http_leaves_the_outcome_unknown() -> None:
    with serving(lambda it: it.answering(b"SSH-2.0-OpenSSH\r\n")) as server, pytest.raises(OutcomeUnknownError):
        send(request_to(server))


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http:///x", ()),
        ("ftp://example.com/", ()),
        ("not a url", ()),
        ("http://example.com:99999/", ()),
        ("http://[::1/", ()),
        ("http://example.com/a\r\nX: 1", ()),
        ("http://example.com/a b", ()),
        ("http://example.com/", (("X-A", "1\r\nX-B: 2"),)),
        ("http://example.com/", (("X-A\n", "1"),)),
    ],
)
def test_a_request_that_cannot_be_sent_is_refused_before_anything_happens(
    url: str, headers: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises((InvalidRequestError, AddressRefusedError)):
        send(OutgoingRequest("GET", url, headers=headers, timeout_seconds=1))


SECRET_URL_TAIL = "/path-hunter2?key=hunter2"


@pytest.mark.parametrize("behaviour", ["refused", "silent", "reset", "garbage", "forbidden"])
def test_no_error_and_no_log_line_holds_credentials(behaviour: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    behaviours = {"silent": lambda it: it.waiting, "reset": lambda _: resetting}
    with serving(behaviours.get(behaviour, lambda it: it.dripping(b"HTTP/1.1 200 OK\r\nhunter"))) as server:
        port = refused_port() if behaviour == "refused" else server.port
        networks = () if behaviour == "forbidden" else ("127.0.0.1",)
        request = OutgoingRequest(
            "POST",
            f"http://hunter2:hunter2@127.0.0.1:{port}{SECRET_URL_TAIL}",
            headers=(("X-Key", "hunter2"),),
            body=b"hunter2",
            timeout_seconds=0.3,
            allowed_networks=networks,
        )

        with pytest.raises(HttpDoorError) as failed:
            send(request)

    shown = "".join(traceback.format_exception(failed.value)) + repr(request) + caplog.text
    assert failed.value.__context__ is None
    assert "hunter2" not in shown.replace("hunter2:hunter2@127.0.0.1:{port}", "")


def test_no_sockets_or_threads_are_left_behind(server: RawServer) -> None:
    before = threading.active_count()

    for _ in range(20):
        send(request_to(server))

    time.sleep(0.2)
    assert threading.active_count() <= before + 1
