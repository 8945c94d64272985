"""XML bodies become the trees that JSON gives, and hostile ones a clean refusal."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.document import parse_mapping
from connector_config.mapping.events import UnreadableBodyError
from connector_config.mapping.normalise import normalise
from connector_config.mapping.parsers import parse_request
from connector_config.presets import load_preset

FORM = "application/x-www-form-urlencoded"
CALL = "<Call><CallSessionId>s-1</CallSessionId><Status>Answered</Status></Call>"
READ = {"CallSessionId": "s-1", "Status": "Answered"}
CDR = """<?xml version="1.0"?>
<cdr core-uuid="4d0cbb3c" switchname="pbx">
  <channel_data><state>CS_REPORTING</state><direction>inbound</direction></channel_data>
  <variables>
    <uuid>2b7ab5a0-0d44-4b1c-a34c-d14d2ae0f7d1</uuid><direction>inbound</direction>
    <start_epoch>1769851800</start_epoch><answer_epoch>1769851805</answer_epoch><end_epoch>1769851860</end_epoch>
    <billsec>55</billsec><hangup_cause>NORMAL_CLEARING</hangup_cause>
    <caller_id_name>Ravi%20Kumar</caller_id_name>
  </variables>
  <app_log><application app_name="set" app_data="a%3Db"/></app_log>
  <callflow dialplan="XML" profile_index="1">
    <caller_profile><caller_id_number>%2B919611795983</caller_id_number><destination_number>1001</destination_number>
    </caller_profile>
  </callflow>
</cdr>"""


def bodies(body: bytes | str, content_type: str = "text/xml", query: str = "") -> tuple[dict[str, Any], ...]:
    raw = body.encode() if isinstance(body, str) else body
    return parse_request(
        method="POST", endpoint="events", query_string=query, headers={}, content_type=content_type, body=raw
    ).bodies


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CALL, [READ]),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<!-- a call -->\n' + CALL, [READ]),
        ('<Call CallSessionId="s-1" Status="Answered"/>', [READ]),
        (f'<t:Envelope xmlns:t="urn:x" xmlns="urn:y"><t:Body t:id="1">{CALL}</t:Body></t:Envelope>',
         [{"Body": {"id": "1", "Call": READ}}]),
        ("<c><a>1</a><a>2</a><b><d>x</d></b></c>", [{"a": ["1", "2"], "b": {"d": "x"}}]),
        ('<c><a unit="s">12</a><b/><n> R &amp; D </n></c>',
         [{"a": {"unit": "s", "text": "12"}, "b": None, "n": "R & D"}]),
        ("<c><![CDATA[<b>]]></c>", [{"c": "<b>"}]),
        (f"<calls>{CALL.replace('Call>', 'call>')}<call><CallSessionId>s-2</CallSessionId></call></calls>",
         [READ, {"CallSessionId": "s-2"}]),
        (f"<Calls>{CALL}</Calls>", [READ]),
        ("<cdr><variables><uuid>u</uuid></variables></cdr>", [{"variables": {"uuid": "u"}}]),
    ],
)  # fmt: skip
def test_documents(body: str, expected: list[dict[str, object]]) -> None:
    assert list(bodies(body)) == expected


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=utf-8", "text/plain", "", FORM])
def test_xml_is_read_under_any_content_type_and_laid_over_the_query(content_type: str) -> None:
    assert bodies(CALL, content_type, "Tag=Sales&Status=x") == ({"Tag": "Sales", **READ},)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1251", "gb2312"])
def test_declared_character_set_is_read(charset: str) -> None:
    name = {"iso-8859-1": "Zoë", "windows-1251": "Иван", "gb2312": "王芳"}[charset]
    body = f"<?xml version='1.0' encoding='{charset}'?><c><a>{name}</a></c>".encode(charset)

    assert bodies(body, "application/xml") == ({"a": name},)


@pytest.mark.parametrize("field", ["cdr", "data", "anything_alone"])
@pytest.mark.parametrize("written", [CALL, base64.b64encode(CALL.encode()).decode()], ids=["plain", "base64"])
def test_xml_in_a_form_field(field: str, written: str) -> None:
    assert bodies(f"{field}={quote_plus(written)}", FORM) == ({field: READ, **READ},)


def test_markup_in_other_fields_stays_text() -> None:
    [body] = bodies(f"CallNotes={quote_plus('<p><b>Rang</b> twice</p>')}&id=1", FORM)

    assert body == {"CallNotes": "<p><b>Rang</b> twice</p>", "id": "1"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<a><b></a>", "is not valid XML: mismatched tag"),
        ("<", "is not valid XML"),
        ("<a/><b/>", "is not valid XML"),
        ("<a/>", "without any content"),
        ("<a>\x00</a>", "is not valid XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "declares entities"),
        ("<a>" * 200 + "</a>" * 200, "nested deeper"),
        ("<a>" * 100_000 + "</a>" * 100_000, "nested deeper"),
        ("<a>" + "<b>1</b>" * 60_000 + "</a>", "more than"),
        ("hello", "neither JSON nor XML nor a form"),
    ],
)
def test_unreadable_documents_are_refused_by_name(body: str, words: str) -> None:
    with pytest.raises(UnreadableBodyError) as refused:
        bodies(body)

    assert words in refused.value.errors[0].message


@pytest.mark.parametrize("form", ["body", "cdr", "base64"])
def test_freeswitch_record_of_mod_xml_cdr(form: str) -> None:
    cdr = CDR if form != "base64" else base64.b64encode(CDR.encode()).decode()
    body = CDR if form == "body" else f"cdr={quote_plus(cdr)}"
    content_type = "text/xml" if form == "body" else FORM
    request = parse_request(
        method="POST", endpoint="events", query_string="uuid=a_2b7", headers={}, content_type=content_type,
        body=body.encode(),
    )  # fmt: skip

    [event] = normalise(request=request, mapping=parse_mapping(load_preset("freeswitch").mapping), time_zone="UTC")

    assert event.session_id == "2b7ab5a0-0d44-4b1c-a34c-d14d2ae0f7d1"
    assert (event.direction, event.status, event.duration_seconds) == ("Inbound", "Answered", 55)
    assert (event.source_number, event.destination_number, event.caller_name) == ("+919611795983", "1001", "Ravi Kumar")
    assert event.started_at is not None
    assert event.started_at.isoformat() == "2026-01-31T09:30:00+00:00"


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True), st.text(), min_size=2))
def test_what_was_written_is_read(fields: dict[str, str]) -> None:
    printable = {name: "".join(char for char in text if char.isprintable()).strip() for name, text in fields.items()}
    elements = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in printable.items())
    attributes = " ".join(f"{name}={quoteattr(text)}" for name, text in printable.items())
    expected = {name: text or None for name, text in printable.items()}

    assert bodies(f"<Root_>{elements}</Root_>") == (expected,)
    assert bodies(f"<Root_ {attributes}/>") == (printable,)


@given(st.text(alphabet="<>/a&;!?=\"' -[]", max_size=60))
def test_any_markup_is_read_or_refused(text: str) -> None:
    with suppress(UnreadableBodyError):
        assert all(isinstance(body, dict) for body in bodies(f"<{text}"))
