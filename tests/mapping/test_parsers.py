"""Requests in every form that providers send become trees, and hostile ones a clean refusal."""

from __future__ import annotations

import base64
import json

import pytest

from connector_config.mapping.events import ParsedRequest, UnreadableBodyError
from connector_config.mapping.form_fields import restore_plus
from connector_config.mapping.parsers import parse_request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def parse(body: bytes | str, content_type: str = "", query: str = "") -> ParsedRequest:
    raw = body.encode() if isinstance(body, str) else body
    return parse_request(
        method="post", endpoint="events", query_string=query, headers={"X-A": "1"}, content_type=content_type, body=raw
    )


def b64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "content_type",
    [JSON, FORM, "text/plain", "", "application/json; charset=utf-8", "text/json", "application/octet-stream"],
)
def test_json_is_read_under_any_content_type(content_type: str) -> None:
    request = parse('{"a": 1, "b": {"c": "x+y&z=1"}}', content_type)

    assert request.bodies == ({"a": 1, "b": {"c": "x+y&z=1"}},)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_every_unicode_encoding(encoding: str) -> None:
    request = parse('{"name": "Zoë ₹"}'.encode(encoding), JSON)

    assert request.bodies == ({"name": "Zoë ₹"},)


def test_latin_1_is_read_where_utf_8_is_not_possible() -> None:
    request = parse('{"name": "Zoë"}'.encode("latin-1"), "application/json; charset=iso-8859-1")

    assert request.bodies == ({"name": "Zoë"},)


@pytest.mark.parametrize("tail", ["\n", "\x00", "\r\n\x00\x00", ";", " ,"])
def test_padding_after_json_is_ignored(tail: str) -> None:
    assert parse('{"a": 1}' + tail, JSON).bodies == ({"a": 1},)


@pytest.mark.parametrize(
    "body",
    ['[{"id": 1}, {"id": 2}]', '{"id": 1}\n{"id": 2}\n', '{"id": 1}{"id": 2}', '{"id": 1},{"id": 2}'],
)
def test_a_batch_gives_one_body_an_event(body: str) -> None:
    request = parse(body, JSON, query="tenant=7")

    assert request.bodies == ({"tenant": "7", "id": 1}, {"tenant": "7", "id": 2})


@pytest.mark.parametrize("document", [{"id": 1}, [{"id": 1}]])
def test_json_encoded_twice_is_read(document: object) -> None:
    assert parse(json.dumps(json.dumps(document)), JSON).bodies == ({"id": 1},)


def test_an_array_that_is_no_batch_stands_under_items() -> None:
    assert parse("[1, 2]", JSON).bodies == ({"items": [1, 2]},)


def test_the_body_is_laid_over_the_query() -> None:
    request = parse('{"uuid": "body"}', JSON, query="uuid=query&key=1")

    assert request.bodies == ({"uuid": "body", "key": "1"},)
    assert request.query == {"uuid": "query", "key": "1"}
    assert request.method == "POST"
    assert request.headers == {"x-a": "1"}


def test_a_query_alone_is_a_body() -> None:
    assert parse("", query="from=%2B91&to=22").bodies == ({"from": "+91", "to": "22"},)


def test_nothing_at_all_gives_no_body() -> None:
    assert parse("").bodies == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a=1&b=x%20y&c=", {"a": "1", "b": "x y", "c": ""}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("user[]=Alice&user[]=Bob", {"user": ["Alice", "Bob"]}),
        ("user%5B%5D=Alice", {"user": ["Alice"]}),
        ("Legs[0][Number]=099&Legs[0][Cause]=16&Legs[1][Number]=088", {
            "Legs": [{"Number": "099", "Cause": "16"}, {"Number": "088"}],
        }),
        ("a[x][y]=1&a[z]=2", {"a": {"x": {"y": "1"}, "z": "2"}}),
        ("a[999999999]=1", {"a": ["1"]}),
        ("a=1&a[b]=2", {"a": "1"}),
        ("a[=1", {"a[": "1"}),
        ("From=+919611795983", {"From": "+919611795983"}),
        ("Name=+Ravi", {"Name": " Ravi"}),
    ],
)  # fmt: skip
def test_forms(body: str, expected: dict[str, object]) -> None:
    assert parse(body, FORM).bodies == (expected,)
    assert parse("", query=body).bodies == (expected,)


@pytest.mark.parametrize(
    ("value", "restored"),
    [
        (" 919611795983", "+919611795983"),
        (" 91 96117 95983", "+91 96117 95983"),
        (" 100", " 100"),
        ("  919611795983", "  919611795983"),
        (" 0961179598", " 0961179598"),
        (" 9 Main Street", " 9 Main Street"),
        ("919611795983", "919611795983"),
    ],
)
def test_a_lost_plus_comes_back_only_where_it_looks_like_a_number(value: str, restored: str) -> None:
    assert restore_plus(value) == restored


@pytest.mark.parametrize("name", ["data", "payload", "msg", "anything_alone"])
def test_a_json_text_in_a_form_field_is_laid_open(name: str) -> None:
    [body] = parse(f"{name}=%7B%22id%22%3A%20%221%22%7D", FORM).bodies

    assert body["id"] == "1"
    assert body[name] == {"id": "1"}


def test_a_json_array_in_a_form_field_is_a_batch() -> None:
    bodies = parse("data=%5B%7B%22id%22%3A1%7D%2C%7B%22id%22%3A2%7D%5D&key=k", FORM).bodies

    assert [(body["id"], body["key"]) for body in bodies] == [(1, "k"), (2, "k")]


def test_a_json_text_among_other_fields_is_opened_in_its_place() -> None:
    [body] = parse("call_id=1&answered_agent=%7B%22id%22%3A%225%22%7D&note=%7Bbroken", FORM).bodies

    assert body == {"call_id": "1", "answered_agent": {"id": "5"}, "note": "{broken"}


def test_base64_json_in_a_form_field() -> None:
    encoded = base64.b64encode(b'{"variables": {"uuid": "u"}}').decode()

    [body] = parse(f"cdr={encoded.replace('=', '%3D').replace('+', '%2B')}", FORM).bodies

    assert body["variables"] == {"uuid": "u"}


def test_a_json_text_inside_json_is_opened_under_a_wrapper_key_only() -> None:
    [body] = parse(json.dumps({"msg": '{"call_id": "1"}', "notes": '{"call_id": "2"}'}), JSON).bodies

    assert body == {"msg": {"call_id": "1"}, "notes": '{"call_id": "2"}'}


def test_json_percent_encoded_as_a_form_name() -> None:
    assert parse("%7B%22a%22%3A%22b%22%7D=", FORM).bodies == ({"a": "b"},)


def test_multipart_form() -> None:
    body = (
        '--XyZ\r\nContent-Disposition: form-data; name="CallSid"\r\n\r\nabc\r\n'
        '--XyZ\r\nContent-Disposition: form-data; name="Legs[0][Number]"\r\n\r\n099\r\n'
        '--XyZ\r\nContent-Disposition: form-data; name="f"; filename="c.json"\r\n'
        'Content-Type: application/json\r\n\r\n{"a": 1}\r\n--XyZ--\r\n'
    )

    [parsed] = parse(body, "multipart/form-data; boundary=XyZ").bodies

    assert parsed == {"CallSid": "abc", "Legs": [{"Number": "099"}], "f": {"a": 1}}


@pytest.mark.parametrize(
    "body",
    [
        '--XyZ\r\nContent-Disposition: form-data; name="a"\r\n\r\nb c\r\n--XyZ--\r\n',
        "a=b+c",
        '{"a": "b c"}',
    ],
)
def test_a_body_declared_as_multipart_without_its_boundary_is_read_as_what_it_is(body: str) -> None:
    assert parse(body, "multipart/form-data").bodies == ({"a": "b c"},)


def test_a_jwt_body_gives_its_claims() -> None:
    token = ".".join([b64url('{"alg":"HS256"}'), b64url('{"call_id":"5","state":"hangup"}'), "sig"])

    assert parse(token, "application/jwt").bodies == ({"call_id": "5", "state": "hangup"},)
    assert parse(token, JSON).bodies == ({"call_id": "5", "state": "hangup"},)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"a": 1', JSON),
        ('{"a": 1 "b": 2}', JSON),
        ('{"a": 1}} trailing', JSON),
        ("a=b&c=d", JSON),
        ('{"a": 1', FORM),
        ('{"a": 1', "text/plain"),
        ("hello", JSON),
        ('"hello"', JSON),
        ("42", JSON),
        ("null", JSON),
        ("hello world", "text/plain"),
        ("<xml/>", "application/xml"),
        ("[" * 100_000, JSON),
        ("[" * 100 + "]" * 100, JSON),
        ('{"a":' * 5000 + "1" + "}" * 5000, JSON),
        ('{"a": ' + "9" * 5000 + "}", JSON),
        (json.dumps([0] * 60_000), JSON),
        ("&".join(f"k{n}=1" for n in range(3000)), FORM),
        ("x", "multipart/form-data; boundary=q"),
        ("x", "multipart/form-data"),
        ("%7Bbroken", FORM),
    ],
)
def test_an_unreadable_body_is_refused_by_name(body: str, content_type: str) -> None:
    with pytest.raises(UnreadableBodyError) as caught:
        parse(body, content_type)

    assert [error.field for error in caught.value.errors] == ["body"]


def test_a_syntax_error_names_its_place() -> None:
    with pytest.raises(UnreadableBodyError, match=r"line 2 column 1"):
        parse('{"a": "b"\n"c": 1}', JSON)


def test_deep_brackets_do_not_nest_without_end() -> None:
    [body] = parse("a" + "[x]" * 60 + "=1", FORM).bodies

    assert body == {"a" + "[x]" * 60: "1"}
