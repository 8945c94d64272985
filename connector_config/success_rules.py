"""Did the provider accept the request? Judged by status, keywords and a place in a JSON answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from connector_config.mapping.evaluation import is_true
from connector_config.mapping.expressions import Expression, ExpressionError, compile_expression

LONGEST_MESSAGE = 300

_STATUS = re.compile(r"(?P<low>[1-5][0-9]{2})(?:-(?P<high>[1-5][0-9]{2}))?|(?P<hundred>[1-5])xx", re.IGNORECASE)
_COMPARISON = re.compile(r"(?<![!<>=])={1,2}(?!=)")
_TAG = re.compile(r"<[^<>]*>")
_MESSAGE_KEYS = (
    "message", "error_description", "errormessage", "error_message", "exceptionmessage", "error", "reason",
    "description", "detail", "details", "msg", "status_message", "statusmessage", "title", "errors", "status",
)  # fmt: skip
_DEEPEST_MESSAGE = 4


@dataclass(frozen=True, slots=True)
class ResponseSnapshot:
    """An answer: its status, headers, and body as text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class SuccessRules:
    """When an answer counts as success; empty rules ask for any 2xx.

    ``statuses`` is ``200,201,2xx,200-204``; ``path`` is ``data.status = "queued"`` or just ``sid`` (JMESPath, ``$.``
    in front allowed); ``is_empty`` asks for an answer without a body; ``call_id_path`` tells where the provider's call
    id stands.
    """

    keyword: str = ""
    failure_keyword: str = ""
    path: str = ""
    statuses: str = ""
    is_empty: bool = False
    call_id_path: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule and how it went, in words for the administrator."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Success when every check passed. ``message`` is what the provider said, at most 300 characters."""

    is_success: bool
    checks: tuple[Check, ...]
    message: str
    provider_call_id: str = ""


class SuccessRuleError(ValueError):
    """A rule that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class PathRule:
    """A place in the answer, and the text that has to stand there; None asks for any true value."""

    expression: Expression
    expected: str | None


def judge(response: ResponseSnapshot, rules: SuccessRules, redacted: Callable[[str], str] = str) -> Verdict:
    """Apply every rule that is set. Raises SuccessRuleError for rules that saving would have refused.

    Its words are taken from the answer ``redacted``: they are cut short, and half a secret could not be found in them.
    """
    document = _json_of(response.body)
    shown_body = redacted(response.body)
    shown = document if shown_body == response.body else _json_of(shown_body)
    checks = [_status_check(response.status, rules.statuses)]
    if rules.is_empty:
        is_empty = not response.body.strip()
        checks.append(Check("empty", is_empty, f"the answer is {'' if is_empty else 'not '}empty"))
    if keyword := rules.keyword.strip():
        found = _holds(response.body, document, keyword)
        checks.append(Check("keyword", found, f"the answer {'holds' if found else 'does not hold'} “{keyword}”"))
    if keyword := rules.failure_keyword.strip():
        found = _holds(response.body, document, keyword)
        checks.append(
            Check("failure keyword", not found, f"the answer {'holds' if found else 'does not hold'} “{keyword}”")
        )
    if rules.path.strip():
        checks.append(_path_check(document, shown, parse_path(rules.path), rules.path.strip()))
    return Verdict(
        is_success=all(check.passed for check in checks),
        checks=tuple(checks),
        message=provider_message(shown_body),
        provider_call_id=_call_id(document, rules.call_id_path),
    )


def parse_statuses(text: str) -> tuple[range, ...]:
    """``200,201,2xx,200-204`` as ranges; an empty text is 2xx. Raises SuccessRuleError."""
    ranges: list[range] = []
    for entry in filter(None, re.split(r"[,;\s]+", text.strip())):
        found = _STATUS.fullmatch(entry)
        if found is None:
            raise SuccessRuleError(f"“{entry}” is no status: write 200, 2xx or 200-204, separated by commas")
        if found["hundred"]:
            low = int(found["hundred"]) * 100
            high = low + 99
        else:
            low, high = int(found["low"]), int(found["high"] or found["low"])
        if high < low:
            raise SuccessRuleError(f"“{entry}” ends before it begins")
        ranges.append(range(low, high + 1))
    return tuple(ranges) or (range(200, 300),)


def parse_path(text: str) -> PathRule:
    """``$.a.b == "x"``, ``a.b = x`` or ``a.b``. Raises SuccessRuleError."""
    written, expected = _split_comparison(text.strip())
    expression = written.strip().removeprefix("$").removeprefix(".")
    try:
        return PathRule(compile_expression(expression), expected)
    except ExpressionError as error:
        raise SuccessRuleError(f"“{expression}” {error}") from None


def provider_message(body: str) -> str:
    """The provider's own words: a JSON message, error, reason or description; else the text without tags."""
    words = next(_messages(_json_of(body), 0), "") or _TAG.sub(" ", body)
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_MESSAGE else f"{words[: LONGEST_MESSAGE - 1]}…"


def _split_comparison(text: str) -> tuple[str, str | None]:
    """Split at the ``=`` that stands outside brackets and quotes, if there is one."""
    depth, quote = 0, ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'`":
            quote = character
        elif character in "[({":
            depth += 1
        elif character in "])}":
            depth -= 1
        elif character == "=" and depth == 0 and (found := _COMPARISON.match(text, index)):
            return text[:index], _unquoted(text[found.end() :].strip())
    return text, None


def _unquoted(text: str) -> str:
    is_quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'`"
    return text[1:-1] if is_quoted else text


def _status_check(status: int, statuses: str) -> Check:
    wanted = statuses.strip() or "2xx"
    passed = any(status in accepted for accepted in parse_statuses(statuses))
    return Check("status", passed, f"status {status} is {'' if passed else 'not '}among {wanted}")


def _path_check(document: object, shown: object, rule: PathRule, written: str) -> Check:
    if document is None:
        return Check("path", passed=False, detail=f"{written}: the answer is no JSON")
    found = _evaluate(rule.expression, document)
    detail = f"{written}: found {_shown(_evaluate(rule.expression, shown))}"
    if rule.expected is None:
        return Check("path", is_true(found), detail)
    values = found if isinstance(found, list) else [found]
    return Check("path", any(_text(value).casefold() == rule.expected.casefold() for value in values), detail)


def _evaluate(expression: Expression, document: object) -> object:
    if isinstance(document, dict):
        return expression.evaluate(document)
    # A compiled path reads objects; a list at the top is reached through its JMESPath form.
    return expression.evaluate(document) if isinstance(document, list) and not expression.path else None  # type: ignore[arg-type]  # the interpreter takes any JSON


def _call_id(document: object, path: str) -> str:
    if document is None or not path.strip():
        return ""
    found = _evaluate(parse_path(path).expression, document)
    first = found[0] if isinstance(found, list) and found else found
    return _text(first)[:255] if isinstance(first, str | int | float) else ""


def _holds(body: str, document: object, keyword: str) -> bool:
    """Compared without case; in JSON also after its ``\\u…`` escapes are read, and however it is spaced."""
    wanted = keyword.casefold()
    if wanted in body.casefold():
        return True
    try:
        return document is not None and any(wanted in text.casefold() for text in _written_anew(document))
    except RecursionError:
        return False


def _written_anew(document: object) -> Iterator[str]:
    yield json.dumps(document, ensure_ascii=False)
    yield json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _json_of(body: str) -> object:
    text = body.strip().removeprefix("\ufeff")
    if not text.startswith(("{", "[")):
        return None
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _messages(document: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST_MESSAGE:
        return
    if isinstance(document, list):
        for item in document[:3]:
            yield from _messages(item, depth + 1)
    if not isinstance(document, dict):
        return
    by_key = {str(key).casefold(): value for key, value in document.items()}
    for key in _MESSAGE_KEYS:
        value = by_key.get(key)
        if isinstance(value, str) and value.strip():
            yield value
        elif isinstance(value, dict | list):
            yield from _messages(value, depth + 1)
            yield from (item for item in value if isinstance(value, list) and isinstance(item, str))
    for value in document.values():
        if isinstance(value, dict | list):
            yield from _messages(value, depth + 1)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:100]
