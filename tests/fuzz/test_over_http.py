"""Odd HTTP over a real socket, where the web server and its adapter have their say too."""

from __future__ import annotations

import gzip
import http.client
import json
from typing import Any

import pytest

from tests.environment.live import LiveSystem
from tests.flows.client import ProductClient, standard_document
from tests.fuzz.hostile_records import SAMPLE


@pytest.fixture(scope="module")
def product(live_system: LiveSystem, tmp_path_factory: pytest.TempPathFactory) -> ProductClient:
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), standard_document("clumsy"))


def exchange(product: ProductClient, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Send these very lines and this body; status and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", product.system.port, timeout=30)
    connection.connect()
    lines = head.format(key=product.hook_key, port=product.system.port).replace("\n", "\r\n")
    connection.sock.sendall(lines.encode() + b"\r\n\r\n" + body)
    response = http.client.HTTPResponse(connection.sock, method=head.partition(" ")[0])
    response.begin()
    content = response.read()
    connection.close()
    return response.status, content


def call(product: ProductClient, session_id: str) -> Any:
    [found] = product.get("calls/", session_id=session_id)["results"]
    return found


def test_chunked_body_is_read(product: ProductClient) -> None:
    text = json.dumps({**SAMPLE, "CallSessionId": "chunked"}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (text[:7], text[7:])) + b"0\r\n\r\n"

    status, _ = exchange(
        product,
        "POST /hooks/{key}/call-log HTTP/1.1\nHost: 127.0.0.1:{port}\nTransfer-Encoding: chunked",
        chunks,
    )

    assert status == 200
    assert call(product, "chunked")["duration_seconds"] == 12


def test_chunked_body_without_end_in_sight_is_refused(product: ProductClient) -> None:
    chunks = b"f4240\r\n" + b" " * 1_000_000 + b"\r\n"

    status, content = exchange(
        product,
        "POST /hooks/{key}/call-log HTTP/1.1\nHost: 127.0.0.1:{port}\nTransfer-Encoding: chunked",
        chunks * 3 + b"0\r\n\r\n",
    )

    assert status == 413
    assert json.loads(content)["ExceptionType"] == "RequestTooLargeException"


def test_gzip_body_is_read(product: ProductClient) -> None:
    body = gzip.compress(json.dumps({**SAMPLE, "CallSessionId": "zipped"}).encode())

    length = f"Content-Encoding: gzip\nContent-Length: {len(body)}"
    status, _ = exchange(product, "POST /hooks/{key}/call-log HTTP/1.1\nHost: 127.0.0.1:{port}\n" + length, body)

    assert status == 200
    assert call(product, "zipped")["duration_seconds"] == 12


@pytest.mark.parametrize(("method", "expected"), [("HEAD", 200), ("GET", 200), ("OPTIONS", 204), ("DELETE", 405)])
def test_methods_are_answered(product: ProductClient, method: str, expected: int) -> None:
    status, content = exchange(product, f"{method} /hooks/{{key}}/call-log HTTP/1.1\nHost: 127.0.0.1:{{port}}")

    assert status == expected
    assert bool(content) is (method in {"GET", "DELETE"})


@pytest.mark.parametrize(
    "head",
    [
        "POST /hooks/{key}/call-log?a=%zz HTTP/1.1\nHost: evil.example\nContent-Length: 2",
        "POST /hooks/%00/call-log HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: 2",
        "GET /hooks/{key}/?a=1 HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Type: a/b; charset=hex\nContent-Length: 2",
    ],
)
def test_wrong_request_is_refused_in_our_form(product: ProductClient, head: str) -> None:
    status, content = exchange(product, head, b"{}")

    assert status in {400, 404}
    assert json.loads(content)["Status"] == "Error"


def test_log_holds_no_hook_key(product: ProductClient) -> None:
    exchange(product, "POST //hooks//{key}//nothing HTTP/1.1\nHost: 127.0.0.1:{port}\nContent-Length: 0")

    assert product.hook_key not in product.system.log()
