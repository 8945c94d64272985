"""Rendering: what the receiver parses is the very value, wherever it landed."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.placeholders import MergeContext, TemplateError
from connector_config.rendering import BodyType, RenderError, RequestSpec, render_request
from tests.outgoing.values import HOSTILE_VALUES, lead_named

X = "@{Lead:mx_X,}"
URL = "https://api.example.com/call"


def rendered_body(body_type: str, body: str, context: MergeContext) -> str:
    spec = RequestSpec(method="POST", url=URL, body_type=body_type, body=body)
    return (render_request(spec, context).body or b"").decode()


def rendered_url(url: str, context: MergeContext) -> str:
    return render_request(RequestSpec(method="GET", url=url), context).url


def in_json_string(value: str) -> str:
    body = rendered_body("json", f'{{"a": "<{X}>", "b": [true]}}', lead_named(value))
    return str(json.loads(body)["a"])[1:-1]


def in_form(value: str) -> str:
    pairs = parse_qsl(rendered_body("form", f"a=1&x={X}&y=2", lead_named(value)), keep_blank_values=True)
    assert [name for name, _ in pairs] == ["a", "x", "y"]
    return dict(pairs)["x"]


def in_form_object(value: str) -> str:
    body = rendered_body("form", f'{{"a": 1, "x": "{X}", "l": ["p", "q"]}}', lead_named(value))
    pairs = parse_qsl(body, keep_blank_values=True)
    assert [name for name, _ in pairs] == ["a", "x", "l", "l"]
    return dict(pairs)["x"]


def in_query(value: str) -> str:
    url = rendered_url(f"{URL}?a=1&x={X}&y=2", lead_named(value))
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [name for name, _ in pairs] == ["a", "x", "y"]
    return dict(pairs)["x"]


def in_path(value: str) -> str:
    segments = urlsplit(rendered_url(f"https://api.example.com/a/{X}x/b?q=1", lead_named(value))).path.split("/")
    assert len(segments) == 4
    return unquote(segments[2])[:-1]


def in_userinfo(value: str) -> str:
    url = urlsplit(rendered_url(f"https://{X}:p%40ss@api.example.com/", lead_named(value)))
    assert (url.hostname, url.password) == ("api.example.com", "p%40ss")
    return unquote(url.username or "")


def in_json_in_form(value: str) -> str:
    body = rendered_body("form", f'data={{"x": "{X}", "s": "a&b"}}&y=2', lead_named(value))
    return str(json.loads(dict(parse_qsl(body))["data"])["x"])


def in_json_in_query(value: str) -> str:
    url = rendered_url(f'{URL}?data={{"x": "{X}"}}&y=2', lead_named(value))
    return str(json.loads(dict(parse_qsl(urlsplit(url).query))["data"])["x"])


def in_encoded_json_in_form(value: str) -> str:
    body = rendered_body("form", f"data=%7B%22x%22%3A%22{X}%22%7D&y=2", lead_named(value))
    return str(json.loads(dict(parse_qsl(body))["data"])["x"])


DESTINATIONS = (
    in_json_string, in_form, in_form_object, in_query, in_path, in_userinfo, in_json_in_form, in_json_in_query,
    in_encoded_json_in_form,
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE_VALUES)
@pytest.mark.parametrize("parse_back", DESTINATIONS)
def test_a_hostile_value_arrives_as_it_is(parse_back: object, value: str) -> None:
    assert parse_back(value) == value  # type: ignore[operator]  # every destination takes and gives a text


@pytest.mark.parametrize("parse_back", DESTINATIONS)
@given(value=st.text(min_size=1))
def test_any_value_arrives_as_it_is(parse_back: object, value: str) -> None:
    assert parse_back(value) == value  # type: ignore[operator]  # every destination takes and gives a text


def as_xml_carries_it(value: str) -> str:
    kept = [character if character in "\t\n\r" or character >= " " else "\ufffd" for character in value]
    return "".join("\ufffd" if "\ufffe" <= character <= "\uffff" else character for character in kept)


def xml_values(value: str) -> tuple[str | None, ...]:
    root = ET.fromstring(rendered_body("xml", f"<a b=\"{X}\" c='{X}'><d>{X}</d><!-- {X} --></a>", lead_named(value)))
    return root.get("b"), root.get("c"), root[0].text


def xml_in_form_value(value: str) -> str | None:
    template = f'Twiml=<Response note="a=b"><Say>A &amp; B</Say><Dial>{X}</Dial></Response>&To={X}'
    pairs = dict(parse_qsl(rendered_body("form", template, lead_named(value))))
    assert pairs["To"] == value
    root = ET.fromstring(pairs["Twiml"])
    assert (root.get("note"), root[0].text) == ("a=b", "A & B")
    return root[1].text


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_a_hostile_value_arrives_in_xml_and_in_xml_inside_a_form(value: str) -> None:
    expected = as_xml_carries_it(value)

    assert xml_values(value) == (expected, expected, expected)
    assert xml_in_form_value(value) == expected


@given(st.text(min_size=1))
def test_any_value_arrives_in_xml_and_in_xml_inside_a_form(value: str) -> None:
    expected = as_xml_carries_it(value)

    assert xml_values(value) == (expected, expected, expected)
    assert xml_in_form_value(value) == expected


@given(st.text(min_size=1, alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_a_value_cannot_end_a_cdata_section(value: str) -> None:
    root = ET.fromstring(rendered_body("xml", f"<a><![CDATA[<{X}>]]></a>", lead_named(value)))

    assert root.text == f"<{as_xml_carries_it(value)}>"
    assert len(root) == 0


@pytest.mark.parametrize("value", ["]]>", "a]]><b/><![CDATA[c", "]]]>]]>>", "<![CDATA["])
def test_marks_of_cdata_inside_a_value_stay_text(value: str) -> None:
    root = ET.fromstring(rendered_body("xml", f"<a><![CDATA[{X}]]></a>", lead_named(value)))

    assert (root.text, len(root)) == (value, 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9611795983", 9611795983),
        ("12.50", 12.5),
        ("-3", -3),
        ("0", 0),
        ("09611795983", "09611795983"),
        ("+919611795983", "+919611795983"),
        ("12345678901234567890", "12345678901234567890"),
        ("true", "true"),
        ("null", "null"),
        ("1e9", "1e9"),
        ("NaN", "NaN"),
        ("٣", "٣"),
        ('"]} evil', '"]} evil'),
        ("", None),
    ],
)
def test_outside_quotes_json_gets_a_number_or_a_string(value: str, expected: object) -> None:
    body = rendered_body("json", '{"x": @{Lead:mx_X}, "list": [@{Lead:mx_X}]}', lead_named(value))

    assert json.loads(body) == {"x": expected, "list": [expected]}


@pytest.mark.parametrize(
    ("default", "expected"), [("true", True), ("null", None), ("5", 5), ("none yet", "none yet"), ("", None)]
)
def test_outside_quotes_a_default_may_be_any_json_word(default: str, expected: object) -> None:
    body = rendered_body("json", f'{{"x": @{{Lead:mx_X,{default}}}}}', MergeContext())

    assert json.loads(body) == {"x": expected}


@given(st.text())
def test_outside_quotes_json_stays_valid_whatever_the_value(value: str) -> None:
    parsed = json.loads(rendered_body("json", '{"x": @{Lead:mx_X}}', lead_named(value)))["x"]

    assert parsed is None if value == "" else str(parsed) == value or isinstance(parsed, int | float)


def test_quotes_escaped_in_the_template_do_not_confuse_the_position() -> None:
    body = rendered_body("json", '{"a\\"b": "\\\\@{Lead:mx_X}\\"", "c": @{Lead:mx_X}}', lead_named('q"'))

    assert json.loads(body) == {'a"b': '\\q""', "c": 'q"'}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a=b c&d=é", "a=b%20c&d=%C3%A9"),
        ("a=b%20c%2b", "a=b%20c%2b"),
        ("a=100%&b=5%x", "a=100%25&b=5%25x"),
        ("a=b+c", "a=b+c"),
        ("From=+919020897874", "From=%2B919020897874"),
        ("From=+91@{Lead:mx_X}", "From=%2B91v"),
        ("From=+@{Lead:mx_X}", "From=%2Bv"),
        ("a[]=1&a[]=2", "a[]=1&a[]=2"),
        ("a&b=&=c", "a&b=&=c"),
        ("a=1&\n  b=2\n", "a=1&b=2"),
        ("@{Lead:mx_X}=1", "v=1"),
        ("a=x=y&b=1", "a=x=y&b=1"),
        ("", ""),
    ],
)
def test_literal_form_text_is_sent_as_written_where_it_can_be(template: str, expected: str) -> None:
    assert rendered_body("form", template, lead_named("v")) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://API.example.com:8443/A b/%2f;x=1", "https://API.example.com:8443/A%20b/%2f;x=1"),
        ("http://u:p@localhost:80", "http://u:p@localhost:80"),
        ("https://k:t@k@api.example.com/", "https://k:t%40k@api.example.com/"),
        ("https://[::1]:9009/?", "https://[::1]:9009/?"),
        ("https://x/#", "https://x/"),
        ("https://x/a?from=+91@{Lead:mx_X}&t=a b", "https://x/a?from=%2B91v&t=a%20b"),
        ("https://x/a[1]?b[]=1&b[]={@{Lead:mx_X}}&c=%2b", "https://x/a%5B1%5D?b%5B%5D=1&b%5B%5D=%7Bv%7D&c=%2b"),
        ("https://x/a?mail=me@example.com", "https://x/a?mail=me@example.com"),
        ("https://x/@{Lead:mx_Y,a/b?c}/z", "https://x/a%2Fb%3Fc/z"),
        ("https://@{User:Id,k}:@api.example.com/", "https://k:@api.example.com/"),
    ],
)
def test_a_url_keeps_its_literal_text(template: str, expected: str) -> None:
    assert rendered_url(template, lead_named("v")) == expected


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://@agentNumber/", "host may not hold a merge field"),
        ("https://@{Lead:Id,}.example.com/", "host may not hold a merge field"),
        ("https://api-@leadId.example.com/", "host may not hold a merge field"),
        ("https://example.com:@{Lead:Id}/", "host may not hold a merge field"),
        ("@agentId://x/", "scheme"),
        ("ftp://x/", "scheme must be http or https"),
        ("javascript://x/", "scheme must be http or https"),
        ("/relative", "must begin with https://"),
        ("", "must begin with https://"),
        ("https:///x", "names no host"),
        ("https://:80/", "names no host"),
        ("https://a b/", "malformed"),
        ("https://x:99999/", "port 99999"),
        ("https://x/#frag", "never sent"),
        ("https://x/@agntName", "did you mean @agentName"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        rendered_url(url, MergeContext())


@pytest.mark.parametrize("value", [".", ".."])
def test_a_value_cannot_step_out_of_its_path_segment(value: str) -> None:
    with pytest.raises(TemplateError, match="path"):
        rendered_url(f"https://x/a/{X}/b", lead_named(value))


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "a\x7fb", "\x1b[0m"])
def test_a_control_character_in_a_header_is_refused_without_showing_it(value: str) -> None:
    spec = RequestSpec(method="GET", url=URL, headers=(("X-Name", X, False),))

    with pytest.raises(RenderError, match="X-Name") as refused:
        render_request(spec, lead_named(f"confidential{value}"))

    assert "confidential" not in str(refused.value)


@pytest.mark.parametrize("value", [value for value in HOSTILE_VALUES if value.isprintable()])
def test_a_header_holds_the_value(value: str) -> None:
    spec = RequestSpec(method="GET", url=URL, headers=(("X-Name", f"v={X}", False),))

    assert render_request(spec, lead_named(value)).headers == (("X-Name", f"v={value}".strip()),)


@pytest.mark.parametrize(
    ("body_type", "content_type"),
    [
        ("json", "application/json"),
        ("form", "application/x-www-form-urlencoded"),
        ("xml", "application/xml; charset=utf-8"),
        ("raw", "text/plain; charset=utf-8"),
    ],
)
def test_the_body_type_sets_the_content_type(body_type: str, content_type: str) -> None:
    request = render_request(RequestSpec(method="post", url=URL, body_type=body_type, body="<a/>"), MergeContext())

    assert request.method == "POST"
    assert dict(request.headers)["Content-Type"] == content_type


def test_no_body_has_neither_body_nor_content_type() -> None:
    request = render_request(RequestSpec(method="GET", url=URL, body="@nonsense"), MergeContext())

    assert (request.body, request.headers) == (None, ())


def test_raw_text_takes_values_as_they_are() -> None:
    assert rendered_body(BodyType.RAW, f"<{X}>", lead_named('a"&<')) == '<a"&<>'


def test_a_form_object_that_is_none_is_refused() -> None:
    with pytest.raises(TemplateError, match="JSON object"):
        rendered_body("form", '{"a": }', MergeContext())


def test_deeper_members_of_a_form_object_go_out_as_json() -> None:
    body = rendered_body("form", '{"a": {"b": [1, "@{Lead:mx_X}"]}, "t": true, "n": null}', lead_named("é"))

    assert dict(parse_qsl(body, keep_blank_values=True)) == {"a": '{"b": [1, "é"]}', "t": "true", "n": ""}


def test_what_was_typed_where_credentials_stand_counts_as_secret() -> None:
    spec = RequestSpec(
        method="POST",
        url="https://key:t%40ken@api.example.com/c?api_key=abcdef12&to=@customerNumber",
        headers=(("X-Api-Key", "s3cret!", True), ("X-Plain", "shown-value", False)),
        body_type="json",
        body='{"authkey": "zyx98765", "to": "@customerNumber", "n": @customerNumber, "mode": "auto"}',
    )

    request = render_request(spec, MergeContext(default_country="IN", customer_number="+919611795983"))

    basic = base64.b64encode(b"key:t@ken").decode().rstrip("=")
    assert set(request.secrets) == {"s3cret!", "t@ken", basic, "abcdef12", "zyx98765"}


@pytest.mark.parametrize(
    ("body_type", "body"),
    [
        ("form", "authkey=zyx98765&to=@customerNumber"),
        ("form", '{"authkey": "zyx98765", "to": "@customerNumber"}'),
        ("xml", "<a><authkey>zyx98765</authkey><to>@customerNumber</to></a>"),
        ("xml", '<a authkey="zyx98765" to="@customerNumber"/>'),
    ],
)
def test_typed_in_values_of_every_body_type_count_as_secret(body_type: str, body: str) -> None:
    spec = RequestSpec(method="POST", url=URL, body_type=body_type, body=body)

    assert render_request(spec, MergeContext()).secrets == ("zyx98765",)


@pytest.mark.parametrize(
    ("pair", "is_secret"),
    [
        ("mode=outbound", False),
        ("campaign=Sales_Desk Two", False),
        ("pin=1234", False),
        ("password=swordfish", True),
        ("AuthToken=abcdefgh", True),
        ("x=abc123", True),
        ("x=qwertyuiopasdfghjklz", True),
        ("campaign=@{Lead:City,Springfield9}", False),
    ],
)
def test_only_short_or_plain_words_under_harmless_names_are_shown(pair: str, is_secret: bool) -> None:
    name, _, value = pair.partition("=")
    bodies = {
        "form": pair,
        "json": f'{{"{name}": "{value}"}}',
        "xml": f"<{name}>{value}</{name}>",
    }

    for body_type, body in bodies.items():
        spec = RequestSpec(method="POST", url=URL, body_type=body_type, body=body)
        assert bool(render_request(spec, MergeContext()).secrets) is is_secret, body_type


def test_neither_specification_nor_request_shows_credentials_in_its_repr() -> None:
    spec = RequestSpec(
        method="POST", url="https://u:hunter22@x/", body_type="raw", body="hunter22", headers=(("A", "hunter22", True),)
    )

    assert "hunter22" not in repr(spec)
    assert "hunter22" not in repr(render_request(spec, MergeContext()))
