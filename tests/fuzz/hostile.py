"""Strategies: requests as nobody should send them, from noise to provider samples with one thing wrong."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.fuzz.hostile_records import NAMES, NASTY_TEXTS, VALUES, mutated, standard_records
from tests.mapping.payload_cases import payload_cases
from webhooks.endpoints import Endpoint

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
FUZZING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    # The same examples at every ordinary run; FUZZ_EXAMPLES asks for new ones.
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)

CASES = payload_cases()


@dataclass(frozen=True)
class HostileRequest:
    """One request for Django's test client; ``path`` has ``{key}`` where the hook key belongs."""

    method: str
    path: str
    preset: str
    body: bytes = field(repr=True)
    content_type: str
    query: str
    headers: dict[str, str]


JSON_QUIRKS = st.sampled_from(
    [
        b'{"CallSessionId":"a","CallSessionId":"b"}',
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"CallDuration":NaN,"x":Infinity}',
        b'{"CallSessionId":' + b"9" * 5000 + b"}",
        b"[1,2,3]",
        b"null",
        b"true",
        b'"text"',
        b"{}",
        b"[]",
        b"[[]]",
        b"[{},{}]",
        b"{} {} {}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b"{",
        b'{"a":"\\ud800"}',
        b"{\"a\":'b'}",
        b"--x\r\n\r\n",
        b"=",
        b"&&&",
        b"a[b][c][d]=1&a=2",
        b"%7B%22a%22%3A1%7D",
        b"%00=%00",
        b"\x00" * 50,
        b"payload=%7B%22CallSessionId%22%3A%22a%22%7D",
        b"[" + b"{}," * 1001 + b"{}]",
        b"[" + b"0," * 60_000 + b"0]",
        b"eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x",
        b"a=1&" * 3000,
        b"x" * 1_000_001,
        gzip.compress(b'{"CallSessionId":"z"}', mtime=0),
        b"<xml/>",
        b"<a>" * 300_000,
        b"<c>" + b"<d/>" * 60_000 + b"</c>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<?xml version='1.0' encoding='hex'?><a>1</a>",
        b"<html><body>502 Bad Gateway</body></html>",
        b"\x1f\x8b\x08",
        b'{"CallSessionId":"\\u0000"}',
    ]
)
CONTENT_TYPES = st.sampled_from(
    [
        "application/json",
        "application/json; charset=utf-16",
        "application/json; charset=hex",
        "application/json;charset=idna",
        "application/json; charset=undefined",
        "application/json; charset=unicode_escape",
        "application/json; charset=rot13",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=hex",
        "text/plain",
        "text/xml",
        "",
        "*/*",
        "a/b/c",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        'multipart/form-data; boundary="x"; charset=hex',
        "multipart/form-data; boundary=é",
        "application/jwt",
        "application/octet-stream",
        "APPLICATION/JSON",
        "application/json, text/plain",
        "x" * 600,
        "application/json\x00",
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes, str, dict[str, Any]]:
    """Preset, body, content type and query of one request."""
    kind = draw(
        st.sampled_from(["standard", "standard", "batch", "case", "case", "form", "xml", "json", "quirk", "noise"])
    )
    preset, query = "standard", {}
    content_type = "application/json"
    if kind == "standard":
        body = json.dumps(draw(standard_records())).encode()
    elif kind == "batch":
        body = json.dumps(draw(st.lists(standard_records(), max_size=4))).encode()
    elif kind == "case":
        case = draw(st.sampled_from(CASES))
        preset, query = case.preset, dict(case.sample.get("query", {}))
        content_type = case.sample["transport"]["content_type"] or ""
        if "payload" in case.sample:
            body = json.dumps(mutated(draw, case.sample["payload"])).encode()
        elif "form" in case.sample:
            body = _form(mutated(draw, case.sample["form"]))
        else:
            body = case.body()
            if query:
                changed = mutated(draw, query)
                query = changed if isinstance(changed, dict) else {"a": changed}
    elif kind == "form":
        body, content_type = _form(draw(standard_records())), "application/x-www-form-urlencoded"
    elif kind == "xml":
        body, content_type = _xml(draw(standard_records())), "text/xml"
    elif kind == "json":
        body = json.dumps(draw(VALUES)).encode()
    elif kind == "quirk":
        body = draw(JSON_QUIRKS)
    else:
        body = draw(st.binary(max_size=200))
    if draw(st.integers(0, 4)) == 0:
        content_type = draw(CONTENT_TYPES)
    return preset, body, content_type, query


def _form(value: Any) -> bytes:
    pairs = value if isinstance(value, dict) else {"a": value}
    texts = {str(key).encode("utf-8", "surrogatepass"): _bytes(item) for key, item in pairs.items()}
    return urlencode(texts).encode()


def _xml(value: Any) -> bytes:
    """Elements, as often no XML as some: names and texts may hold anything."""
    pairs = value if isinstance(value, dict) else {"a": value}
    elements = [f"<{name}>{escape(_bytes(item).decode('utf-8', 'replace'))}</{name}>" for name, item in pairs.items()]
    return f"<call>{''.join(elements)}</call>".encode("utf-8", "surrogatepass")


def _bytes(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query string: encoded pairs, or whatever came down the line."""
    if draw(st.booleans()):
        return ""
    if draw(st.booleans()):
        pairs = draw(st.dictionaries(NAMES, NASTY_TEXTS | st.text(max_size=12), max_size=3))
        return "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs.items())
    return draw(
        st.sampled_from(
            [
                "%",
                "%zz",
                "=",
                "&=&",
                "a=%00",
                "a=%ff%fe",
                "?",
                "CallSessionId=a&CallSessionId=b",
                "a[]=1&a[]=2",
                "x&y&z",
                "a=1&" * 1500,
                "caller_id=%00",
                "caller_id=+919611795983",
                "caller_id=9611795983&agentInfo=true",
                "name=Jos\xc3\xa9",
                "format=xml",
                "zd_echo=1",
                "validationToken=<b>",
                ";",
                "q=" + "z" * 9000,
            ]
        )
        | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1"))
    )


HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "HTTP_AUTHORIZATION",
            "HTTP_X_FORWARDED_FOR",
            "HTTP_ACCEPT",
            "HTTP_USER_AGENT",
            "HTTP_X_REQUEST_ID",
            "HTTP_CONTENT_ENCODING",
            "HTTP_X_TWILIO_SIGNATURE",
            "HTTP_X_CALL_EVENT",
            "HTTP_VALIDATION_TOKEN",
            "HTTP_X_FORWARDED_PROTO",
            "HTTP_COOKIE",
            "HTTP_RANGE",
            "HTTP_IF_NONE_MATCH",
            "HTTP_X_HTTP_METHOD_OVERRIDE",
            "HTTP_ACCEPT_LANGUAGE",
            "HTTP_X_CORRELATION_ID",
            "CONTENT_LENGTH",
            "REMOTE_ADDR",
            "HTTP_HOST",
            "HTTP_ORIGIN",
            "HTTP_REFERER",
            "HTTP_X_WEBHOOK_ID",
        ]
    ),
    st.sampled_from(
        [
            "",
            "x",
            "Bearer ",
            "Bearer \xe9",
            "Basic ====",
            "gzip",
            "deflate",
            "br",
            "gzip, gzip",
            "identity",
            "chunked",
            "-5",
            "abc",
            "5",
            "127.0.0.1",
            "fe80::1%eth0",
            "::1",
            "[::1]:80",
            "999.1.1.1",
            "a" * 3000,
            "\xff\xfe",
            "a\x00b",
            "text/html;q=0.9",
            "session=1",
            "bytes=0-",
        ]
    ),
    max_size=3,
)
METHODS = st.sampled_from(
    [
        *["POST"] * 12,
        "GET",
        "GET",
        "GET",
        "HEAD",
        "OPTIONS",
        "PUT",
        "PATCH",
        "DELETE",
        "TRACE",
        "PROPFIND",
        "VERYLONGMETHODNAME",
        "post",
    ]
)
PATHS = st.one_of(
    st.sampled_from(sorted(f"/hooks/{{key}}/{endpoint}" for endpoint in Endpoint if "route" not in endpoint)[:3]),
    st.sampled_from(sorted(f"/hooks/{{key}}/{endpoint}{slash}" for endpoint in Endpoint for slash in ("", "/"))),
    st.sampled_from(["/hooks/{key}/call-log", "/hooks/{key}/agent-popup", "/hooks/{key}/events"]),
    st.sampled_from(
        [
            "/1/api/Telephony/LogCallComplete/{key}",
            "/1/API/telephony/agentpopup/ORG123/{key}/8c1d3e5a-0000-0000-0000-000000000000",
            "/1/api/Telephony/LeadRouteV2/{key}",
            "/1/api/Telephony/Nothing/{key}",
            "/1/api/Telephony/LogCall/\x00",
            "//hooks//{key}//call-log",
            "/HOOKS/{key}/Call-Log",
            "/hooks/{key}/call-log\n",
            "/hooks/{key}\x00/call-log",
            "/hooks/{key}/nothing",
            "/hooks/\x00/events",
            "/hooks/é/events",
            "/hooks/" + "k" * 43 + "/events",
            "/hooks/" + "k" * 500 + "/events",
            "/hooks/../hooks/{key}/events",
            "/hooks/{key}",
            "/hooks/{key}/call-log/extra",
            "/hooks/%7Bkey%7D/events",
            "/hooks/",
            "/1/api/Telephony/LogCall/" + "x/" * 300,
        ]
    ),
)


@st.composite
def requests(draw: st.DrawFn) -> HostileRequest:
    """Any request to any hook."""
    preset, body, content_type, query = draw(bodies())
    return HostileRequest(
        method=draw(METHODS),
        path=draw(PATHS),
        preset=preset,
        body=body,
        content_type=content_type,
        query=urlencode({key: _bytes(value) for key, value in query.items()}) or draw(queries()),
        headers=draw(HEADERS) if draw(st.integers(0, 2)) == 0 else {},
    )
