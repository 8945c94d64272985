"""Documents within documents: what the innermost receiver parses is the very value."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.rendering import RequestSpec, render_request
from tests.outgoing.test_rendering import DESTINATIONS, URL, X, as_xml_carries_it, rendered_body, rendered_url
from tests.outgoing.values import HOSTILE_VALUES, lead_named

LINK = f"https://example.com/dial.xml?to={X}"


def only(pairs: list[tuple[str, str]], *names: str) -> str:
    """The value of the first name, when there are just these."""
    assert [name for name, _ in pairs] == list(names)
    return pairs[0][1]


def to_of(url: str, *further: str) -> str:
    return only(parse_qsl(urlsplit(url).query, keep_blank_values=True), "to", *further)


def json_in_json(value: str) -> str:
    body = rendered_body("json", f'{{"ice": "{{\\"n\\": \\"{X}\\", \\"k\\": 1}}", "z": "{X}"}}', lead_named(value))
    outer = json.loads(body)
    assert outer["z"] == value
    return only(list(json.loads(outer["ice"]).items()), "n", "k")


def json_in_json_in_json(value: str) -> str:
    template = json.dumps({"a": json.dumps({"b": json.dumps({"n": X})})})
    outmost = json.loads(rendered_body("json", template, lead_named(value)))
    return str(json.loads(json.loads(outmost["a"])["b"])["n"])


def list_in_json(value: str) -> str:
    body = rendered_body("json", f'{{"app": "[{{\\"verb\\": \\"say\\", \\"text\\": \\"{X}\\"}}]"}}', lead_named(value))
    return str(json.loads(json.loads(body)["app"])[0]["text"])


def link_in_json(value: str) -> str:
    body = rendered_body("json", f'{{"answer_url": "{LINK}&k=1"}}', lead_named(value))
    return to_of(json.loads(body)["answer_url"], "k")


def link_in_json_in_form(value: str) -> str:
    body = rendered_body("form", f'data={{"url": "{LINK}"}}&y=1', lead_named(value))
    return to_of(json.loads(only(parse_qsl(body), "data", "y"))["url"])


def link_in_form(value: str) -> str:
    body = rendered_body("form", f"Url={LINK}%26k=1&y=1", lead_named(value))
    return to_of(only(parse_qsl(body), "Url", "y"), "k")


def encoded_link_in_form(value: str) -> str:
    body = rendered_body("form", f"Url=https%3A%2F%2Fexample.com%2F%3Fto%3D{X}&y=1", lead_named(value))
    return to_of(only(parse_qsl(body), "Url", "y"))


def link_in_form_object(value: str) -> str:
    return to_of(only(parse_qsl(rendered_body("form", f'{{"Url": "{LINK}"}}', lead_named(value))), "Url"))


def link_in_query(value: str) -> str:
    url = rendered_url(f"{URL}?callback={LINK}&y=1", lead_named(value))
    return to_of(only(parse_qsl(urlsplit(url).query), "callback", "y"))


def link_in_attribute(value: str) -> str:
    root = ET.fromstring(rendered_body("xml", f'<R><Dial action="{LINK}&amp;k=1">{X}</Dial></R>', lead_named(value)))
    assert root[0].text == as_xml_carries_it(value)
    return to_of(root[0].attrib["action"], "k")


def link_in_text(value: str) -> str:
    root = ET.fromstring(rendered_body("xml", f"<R><Redirect>{LINK}</Redirect><Say>{X}</Say></R>", lead_named(value)))
    assert root[1].text == as_xml_carries_it(value)
    return to_of(root[0].text or "")


def link_in_xml_in_form(value: str) -> str:
    body = rendered_body("form", f"Twiml=<R><Redirect>{LINK}</Redirect></R>&y=1", lead_named(value))
    return to_of(ET.fromstring(only(parse_qsl(body), "Twiml", "y"))[0].text or "")


def json_in_cdata(value: str) -> str:
    body = rendered_body("xml", f'<R><![CDATA[{{"n": "{X}"}}]]></R>', lead_named(value))
    return str(json.loads(ET.fromstring(body).text or "")["n"])


def json_in_attribute(value: str) -> str:
    body = rendered_body("xml", f'<R data=\'{{"n": "{X}"}}\'/>', lead_named(value))
    return str(json.loads(ET.fromstring(body).attrib["data"])["n"])


def json_in_header(value: str) -> str:
    spec = RequestSpec(method="GET", url=URL, headers=(("X-Data", f'{{"n": "{X}"}}', False),))
    return str(json.loads(dict(render_request(spec, lead_named(value)).headers)["X-Data"])["n"])


PLACES = (
    json_in_json, json_in_json_in_json, list_in_json, link_in_json, link_in_json_in_form, link_in_form,
    encoded_link_in_form, link_in_form_object, link_in_query, link_in_attribute, link_in_text, link_in_xml_in_form,
)  # fmt: skip
XML_PLACES = (json_in_cdata, json_in_attribute)
"""Nothing in XML, be it JSON, can hold what XML cannot carry."""


@pytest.mark.parametrize("value", HOSTILE_VALUES)
@pytest.mark.parametrize("parse_back", PLACES)
def test_a_hostile_value_stays_in_its_field_of_the_inner_document(parse_back: object, value: str) -> None:
    assert parse_back(value) == value  # type: ignore[operator]  # every place takes and gives a text


@pytest.mark.parametrize("parse_back", PLACES)
@given(value=st.text(min_size=1))
def test_any_value_stays_in_its_field_of_the_inner_document(parse_back: object, value: str) -> None:
    assert parse_back(value) == value  # type: ignore[operator]  # every place takes and gives a text


@pytest.mark.parametrize("parse_back", XML_PLACES)
@given(value=st.text(min_size=1))
def test_any_value_stays_in_its_field_of_json_inside_xml(parse_back: object, value: str) -> None:
    printable = "".join(character for character in as_xml_carries_it(value) if character.isprintable()) or "x"

    assert parse_back(printable) == printable  # type: ignore[operator]  # every place takes and gives a text


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_value_that_a_header_can_carry_stays_in_its_field_of_json_in_a_header(value: str) -> None:
    assert json_in_header(value) == value


@given(st.text(min_size=1))
def test_xml_in_a_json_string_keeps_every_value_in_its_element(value: str) -> None:
    template = f'{{"twiml": "<R><Dial note=\\"{X}\\">{X}</Dial></R>"}}'
    root = ET.fromstring(json.loads(rendered_body("json", template, lead_named(value)))["twiml"])

    assert (root[0].attrib["note"], root[0].text, len(root)) == (*(as_xml_carries_it(value),) * 2, 1)


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        (f'{{"note": "https://x/ {X}"}}', "a&b", {"note": "https://x/ a&b"}),
        (f'{{"note": "https://x/{X} x{X}"}}', "a&b", {"note": "https://x/a%26b xa&b"}),
        (f'{{"note": "see https://x/?a={X}"}}', "a&b", {"note": "see https://x/?a=a&b"}),
        (f'{{"note": "[{X}] called"}}', "Ravi", {"note": "[Ravi] called"}),
        (f'{{"note": "<{X}> called"}}', "a&b", {"note": "<a&b> called"}),
        (f'{{"link": "{X}"}}', "https://x/?a=1&b=2", {"link": "https://x/?a=1&b=2"}),
        (f'{{"link": "{X}?n={X}"}}', "https://x/", {"link": "https://x/?n=https://x/"}),
        ('{"n": "{\\"n\\": @{Lead:mx_X}}"}', "5", {"n": '{"n": 5}'}),
    ],
)
def test_only_text_that_begins_like_a_document_is_taken_for_one(template: str, value: str, expected: object) -> None:
    assert json.loads(rendered_body("json", template, lead_named(value))) == expected


def test_halves_of_surrogate_pairs_become_question_marks_in_headers_as_everywhere() -> None:
    spec = RequestSpec(method="GET", url=URL, headers=(("X-Name", f"{X}!", False),))

    assert render_request(spec, lead_named("a\ud800")).headers == (("X-Name", "a?!"),)


@pytest.mark.parametrize("value", ["a\ud800", "\udfffb", "\udc00\ud800"])
@pytest.mark.parametrize("parse_back", [*DESTINATIONS, list_in_json, link_in_json, link_in_form, link_in_query])
def test_halves_of_surrogate_pairs_break_no_place(parse_back: object, value: str) -> None:
    # Every place takes and gives a text.
    assert parse_back(value) == value.encode("utf-8", "replace").decode()  # type: ignore[operator]
