"""Success rules: what counts as accepted, and the provider's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.success_rules import (
    LONGEST_MESSAGE,
    ResponseSnapshot,
    SuccessRuleError,
    SuccessRules,
    judge,
    parse_path,
    parse_statuses,
    provider_message,
)

EXOTEL_XML = (
    "<?xml version='1.0'?><TwilioResponse><Call><Sid>c5797dcbaaeed7678c4062a4a3ed2f8a</Sid></Call></TwilioResponse>"
)


@pytest.mark.parametrize(
    ("status", "body", "rules", "is_success"),
    [
        (200, "", SuccessRules(), True),
        (204, "", SuccessRules(), True),
        (201, '{"sid": "x"}', SuccessRules(), True),
        (199, "OK", SuccessRules(), False),
        (302, "OK", SuccessRules(), False),
        (401, "OK", SuccessRules(keyword="OK"), False),
        (500, "", SuccessRules(), False),
        (200, "Call was QUEUED successfully", SuccessRules(keyword="queued"), True),
        (200, "STRASSE", SuccessRules(keyword="straße"), True),
        (200, '{"m": "\\u0939\\u093e\\u0901"}', SuccessRules(keyword="हाँ"), True),
        (200, "+OK 7f4de4bc", SuccessRules(keyword="+OK"), True),
        (200, "-ERR no reply", SuccessRules(keyword="+OK"), False),
        (200, "anything", SuccessRules(keyword="   "), True),
        (204, "", SuccessRules(keyword="OK"), False),
        (204, "", SuccessRules(keyword="", statuses="204"), True),
        (
            200,
            '{"status":"fail","message":"queued? no"}',
            SuccessRules(keyword="queued", failure_keyword='"FAIL"'),
            False,
        ),
        (200, '{"status":"queued"}', SuccessRules(failure_keyword="fail"), True),
        (202, "", SuccessRules(statuses="200,201"), False),
        (404, "", SuccessRules(statuses="2xx, 404"), True),
        (203, "", SuccessRules(statuses="200-204"), True),
        (205, "", SuccessRules(statuses="200-204"), False),
        (200, '{"success": true}', SuccessRules(path="success"), True),
        (200, '{"success": false}', SuccessRules(path="success"), False),
        (200, '{"success": 0}', SuccessRules(path="success = 0"), True),
        (200, '{"success": true}', SuccessRules(path="$.success = true"), True),
        (200, '{"data": {"status": "Queued"}}', SuccessRules(path='$.data.status == "queued"'), True),
        (200, '{"data": {"status": "Queued"}}', SuccessRules(path="data.status = queued"), True),
        (200, '{"data": {"status": "failed"}}', SuccessRules(path="data.status='queued'"), False),
        (200, '{"data": {}}', SuccessRules(path="data.status = queued"), False),
        (200, '{"calls": [{"ok": "n"}, {"ok": "y"}]}', SuccessRules(path="calls[*].ok = y"), True),
        (200, '{"calls": [{"k": "a=b", "v": 1}]}', SuccessRules(path="calls[?k=='a=b'].v = 1"), True),
        (200, '{"code": 0}', SuccessRules(path="code != `0`"), False),
        (200, '[{"sid": "x"}]', SuccessRules(path="$[0].sid"), True),
        (200, '[{"sid": "x"}]', SuccessRules(path="sid"), False),
        (200, "not json", SuccessRules(path="sid"), False),
        (200, "", SuccessRules(path="sid"), False),
        (200, "{broken", SuccessRules(path="sid"), False),
        (200, '\ufeff{"sid": 1}', SuccessRules(path="sid"), True),
    ],
)
def test_an_answer_is_judged_by_every_rule_that_is_set(
    status: int, body: str, rules: SuccessRules, is_success: bool
) -> None:
    verdict = judge(ResponseSnapshot(status, {}, body), rules)

    assert verdict.is_success is is_success
    assert all(check.passed for check in verdict.checks) is is_success


def test_each_rule_is_ticked_or_crossed_in_words() -> None:
    rules = SuccessRules(keyword="success", failure_keyword="error", path="status = ok")

    verdict = judge(ResponseSnapshot(200, {}, '{"status": "no", "error": "x"}'), rules)

    assert [(check.name, check.passed) for check in verdict.checks] == [
        ("status", True),
        ("keyword", False),
        ("failure keyword", False),
        ("path", False),
    ]
    assert verdict.checks[1].detail == "the answer does not hold “success”"
    assert 'found "no"' in verdict.checks[3].detail


@pytest.mark.parametrize(
    ("body", "path", "call_id"),
    [
        ('{"data": {"sid": "abc"}}', "data.sid", "abc"),
        ('{"Call": {"Sid": 42}}', "$.Call.Sid", "42"),
        ('{"calls": [{"id": "x"}, {"id": "y"}]}', "calls[*].id", "x"),
        ('[{"id": "x"}]', "[0].id", "x"),
        ('{"data": {"sid": {"no": 1}}}', "data.sid", ""),
        ('{"data": null}', "data.sid", ""),
        ("plain", "data.sid", ""),
        ('{"sid": "abc"}', "", ""),
    ],
)
def test_the_provider_call_id_is_taken_from_the_answer(body: str, path: str, call_id: str) -> None:
    assert judge(ResponseSnapshot(200, {}, body), SuccessRules(call_id_path=path)).provider_call_id == call_id


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message": "Agent is offline"}', "Agent is offline"),
        ('{"Message": "Agent is offline", "status": "fail"}', "Agent is offline"),
        ('{"error": {"code": 400, "message": "Bad number"}}', "Bad number"),
        ('{"RestException": {"Status": 403, "Message": "Invalid"}}', "Invalid"),
        ('{"errors": [{"detail": "too short"}]}', "too short"),
        ('{"errors": ["too short"]}', "too short"),
        ('{"Status":"Error","ExceptionType":"X","ExceptionMessage":"No such key"}', "No such key"),
        ('{"reason": "busy"}', "busy"),
        ('{"status":"queued successfully"}', "queued successfully"),
        ('{"sid": "x"}', '{"sid": "x"}'),
        ("  Agent \n offline ", "Agent offline"),
        ("<html><body><h1>502</h1> Bad  gateway</body></html>", "502 Bad gateway"),
        (EXOTEL_XML, "c5797dcbaaeed7678c4062a4a3ed2f8a"),
        ("", ""),
        ("x" * 1000, "x" * (LONGEST_MESSAGE - 1) + "…"),
    ],
)
def test_the_message_is_what_the_provider_said(body: str, message: str) -> None:
    assert provider_message(body) == message


@pytest.mark.parametrize("text", ["2x", "abc", "200-", "99", "600", "204-200", "2xx3", "200,,x"])
def test_statuses_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(SuccessRuleError):
        parse_statuses(text)


@pytest.mark.parametrize("text", ["", " ", "$", "a.", "= x", "a b", "sort_by(a, &b)", "a" * 300, "a..b", "$.a["])
def test_paths_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(SuccessRuleError):
        parse_path(text)


@given(st.integers(100, 599), st.text(), st.text(max_size=20), st.text(max_size=20))
def test_any_answer_gets_a_verdict(status: int, body: str, keyword: str, failure_keyword: str) -> None:
    rules = SuccessRules(keyword=keyword, failure_keyword=failure_keyword, path="a.b = c", call_id_path="a.c")

    verdict = judge(ResponseSnapshot(status, {}, body), rules)

    assert len(verdict.message) <= LONGEST_MESSAGE


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, "<" * 100_000, '{"message": ' + "[" * 900 + "]" * 900 + "}"]
)
def test_an_answer_made_to_exhaust_the_reader_gets_a_verdict(body: str) -> None:
    assert judge(ResponseSnapshot(200, {}, body), SuccessRules(keyword="x", path="a")).is_success is False


@pytest.mark.parametrize(
    "body", ['{"status":"fail"}', '{"status": "fail"}', '{\n  "status" : "Fail"\n}', '[{"status":"FAIL"}]']
)
@pytest.mark.parametrize("keyword", ['"status":"fail"', '"status": "fail"'])
def test_a_keyword_is_found_however_the_json_is_spaced(body: str, keyword: str) -> None:
    answer = ResponseSnapshot(200, body=body)

    assert judge(answer, SuccessRules(keyword=keyword)).is_success
    assert not judge(answer, SuccessRules(failure_keyword=keyword)).is_success


@pytest.mark.parametrize(
    ("body", "is_success"), [("", True), (" \r\n", True), ("OK", False), ('{"error":"busy"}', False)]
)
def test_an_empty_answer_can_be_what_success_looks_like(body: str, is_success: bool) -> None:
    verdict = judge(ResponseSnapshot(200, body=body), SuccessRules(is_empty=True))

    assert verdict.is_success is is_success
    assert [check.name for check in verdict.checks] == ["status", "empty"]
