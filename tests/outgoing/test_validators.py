"""What saving a request template refuses, and beside which field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector_config.rendering import RequestSpec
from connector_config.success_rules import SuccessRules
from connector_config.validators import (
    BARRED_HEADERS,
    RequestTemplateDraft,
    validate_request_template,
    validate_url_template,
)

GOOD = RequestSpec(
    method="POST",
    url="https://key:token@api.example.com/call?agent=@agentNumber",
    body_type="json",
    body='{"to": "@PhoneNumberWithCountryCode", "n": @customerNumber}',
    headers=(("X-Api-Key", "s3@ret", True),),
)


def mistakes(spec: RequestSpec, rules: SuccessRules | None = None, timeout_seconds: int = 10) -> list[tuple[str, str]]:
    draft = RequestTemplateDraft(spec, rules or SuccessRules(), timeout_seconds)
    return [(error.field, error.message) for error in validate_request_template(draft)]


def test_a_good_template_has_no_mistakes() -> None:
    assert mistakes(GOOD) == []


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://api.exotel.com/v1/Accounts/@{Connector:Name,}/Calls/connect"),
        ("GET", "http://127.0.0.1:9009/call?agent=@agentNumber"),
        ("PUT", "https://[2001:db8::1]/"),
        ("PATCH", "https://bücher.example/"),
        ("DELETE", "https://x"),
    ],
)
def test_usual_urls_and_methods_are_accepted(method: str, url: str) -> None:
    assert mistakes(replace(GOOD, method=method, url=url)) == []


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"method": "TRACE"}, "method", "none of"),
        ({"url": ""}, "url", "begin with https://"),
        ({"url": "ftp://x/"}, "url", "http or https"),
        ({"url": "https://@agentNumber/"}, "url", "host may not hold"),
        ({"url": "https://x/\r\ny"}, "url", "line break"),
        ({"url": "https://x/@agntName"}, "url", "@agentName"),
        ({"url": "https://x/" + "y" * 5000}, "url", "longer than"),
        ({"headers": (("X A", "1", False),)}, "headers.0.name", "no header name"),
        ({"headers": (("", "1", False),)}, "headers.0.name", "no header name"),
        ({"headers": (("X-Ä", "1", False),)}, "headers.0.name", "no header name"),
        ({"headers": (("A", "1", False), ("a", "2", False))}, "headers.1.name", "twice"),
        ({"headers": (("A", "1\r\nB: 2", False),)}, "headers.0.value", "line break"),
        ({"headers": (("A", "1\nB", True),)}, "headers.0.value", "line break"),
        ({"headers": (("A", "@agntName", False),)}, "headers.0.value", "@agentName"),
        ({"headers": tuple((f"A{n}", "1", False) for n in range(11))}, "headers", "at most 10"),
        ({"body_type": "yaml"}, "body_type", "none of"),
        ({"body": ""}, "body", "no JSON"),
        ({"body": '{"to": "@agntName"}'}, "body", "@agentName"),
        ({"body": '{"to": @agentName" }'}, "body", "no JSON"),
        ({"body": '{"to": 91@customerNumber}'}, "body", "no JSON"),
        ({"body": '{"to": "a",}'}, "body", "no JSON"),
        ({"body": '{"to": NaN}'}, "body", "no JSON"),
        ({"body_type": "xml", "body": "<a>"}, "body", "no XML"),
        ({"body_type": "xml", "body": "<a>&</a>"}, "body", "no XML"),
        ({"body_type": "xml", "body": "<a x=@agentName/>"}, "body", "no XML"),
        ({"body_type": "xml", "body": "<@agentName/>"}, "body", "no XML"),
        ({"body_type": "xml", "body": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "body", "document type"),
        ({"body_type": "xml", "body": '<?xml version="1.0" encoding="latin-1"?><a/>'}, "body", "UTF-8"),
        ({"body_type": "form", "body": '{"a": }'}, "body", "JSON object"),
        ({"body_type": "form", "body": "a=@agntName"}, "body", "@agentName"),
    ],
)
def test_a_mistake_is_named_beside_its_field(change: dict[str, object], field: str, words: str) -> None:
    found = mistakes(replace(GOOD, **change))  # type: ignore[arg-type]  # each case changes one field to its own type

    assert [name for name, _ in found] == [field]
    assert words in found[0][1]


@pytest.mark.parametrize("name", sorted(BARRED_HEADERS))
def test_barred_headers_are_refused_in_any_case(name: str) -> None:
    found = mistakes(replace(GOOD, headers=((name.upper(), "x", False),)))

    assert len(BARRED_HEADERS) == 13
    assert [field for field, _ in found] == ["headers.0.name"]


def test_content_type_points_to_the_body_type() -> None:
    assert "body type" in mistakes(replace(GOOD, headers=(("Content-Type", "x", False),)))[0][1]


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (SuccessRules(statuses="2yy"), "success_statuses"),
        (SuccessRules(path="a b"), "success_path"),
        (SuccessRules(call_id_path="["), "call_id_path"),
    ],
)
def test_success_rules_that_cannot_be_read_are_refused(rules: SuccessRules, field: str) -> None:
    assert [name for name, _ in mistakes(GOOD, rules)] == [field]


@pytest.mark.parametrize(("seconds", "is_good"), [(0, False), (1, True), (60, True), (61, False), (-1, False)])
def test_the_time_out_lies_between_one_and_sixty_seconds(seconds: int, is_good: bool) -> None:
    assert (mistakes(GOOD, timeout_seconds=seconds) == []) is is_good


def test_all_mistakes_are_told_at_once() -> None:
    spec = RequestSpec(method="X", url="x", body_type="json", body="{", headers=(("Host", "@agntName", False),))

    fields = [field for field, _ in mistakes(spec, SuccessRules(statuses="x", path="["), 0)]

    assert fields == [
        "method", "url", "headers.0.name", "headers.0.value", "body", "success_statuses", "success_path",
        "timeout_seconds",
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["https://crm.example.com/lead?id=@leadId&m=me@example.com", "http://localhost/p"])
def test_urls_of_popups_and_panels_are_checked_alone(url: str) -> None:
    assert validate_url_template("external_url", url) == []
    assert validate_url_template("external_url", "https://@leadId/")[0].field == "external_url"
