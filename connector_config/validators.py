"""What is checked when a request template is saved: every mistake, each beside its field."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from connector_config.outgoing.address import compile_url
from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.grammar import Template, TemplateError, compile_template
from connector_config.rendering import BodyType, RequestSpec, render_body
from connector_config.success_rules import SuccessRuleError, SuccessRules, parse_path, parse_statuses

BARRED_HEADERS = frozenset({
    "accept", "connection", "content-length", "content-type", "date", "expect", "host", "if-modified-since", "range",
    "referer", "transfer-encoding", "user-agent", "proxy-connection",
})  # fmt: skip
"""Headers that a custom header may not set; the body type sets Content-Type."""

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
MAX_HEADERS = 10
MIN_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS = 1, 60
LONGEST_URL = 4000

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_XML_ENCODING = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
_DOCUMENT_TYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake. ``field`` is a name of the configuration file: ``url``, ``body``, ``headers.0.name``, …"""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class RequestTemplateDraft:
    """A request template before it is saved."""

    spec: RequestSpec
    rules: SuccessRules = field(default_factory=SuccessRules)
    timeout_seconds: int = 10


def validate_request_template(draft: RequestTemplateDraft, custom_fields: Collection[str] = ()) -> list[FieldError]:
    """Every mistake in the draft, in the order of the form; an empty list when it can be saved."""
    return [
        *_request_errors(draft.spec, custom_fields),
        *_header_errors(draft.spec, custom_fields),
        *_body_errors(draft.spec, custom_fields),
        *_rule_errors(draft.rules),
        *_timeout_errors(draft.timeout_seconds),
    ]


def validate_template_text(field_name: str, text: str, custom_fields: Collection[str] = ()) -> list[FieldError]:
    """Mistakes in one text with merge fields that is no request."""
    return list(_caught(field_name, lambda: compile_template(text, custom_fields)))


def validate_url_template(field_name: str, text: str, custom_fields: Collection[str] = ()) -> list[FieldError]:
    """Mistakes in a URL with merge fields (a popup's external URL, an agent panel)."""
    if _CONTROL.search(text.strip()):
        return [FieldError(field_name, "the URL holds a line break or another control character")]
    if len(text) > LONGEST_URL:
        return [FieldError(field_name, f"the URL is longer than {LONGEST_URL} characters")]
    return list(_caught(field_name, lambda: compile_url(text, custom_fields)))


def _caught(field_name: str, check: Callable[[], object]) -> Iterator[FieldError]:
    try:
        check()
    except (TemplateError, SuccessRuleError) as error:
        yield FieldError(field_name, str(error))


def _request_errors(spec: RequestSpec, custom_fields: Collection[str]) -> Iterator[FieldError]:
    if spec.method.upper() not in METHODS:
        yield FieldError("method", f"{spec.method!r} is none of {', '.join(sorted(METHODS))}")
    yield from validate_url_template("url", spec.url, custom_fields)


def _header_errors(spec: RequestSpec, custom_fields: Collection[str]) -> Iterator[FieldError]:
    if len(spec.headers) > MAX_HEADERS:
        yield FieldError("headers", f"{len(spec.headers)} headers, but at most {MAX_HEADERS} may be set")
    seen: set[str] = set()
    for index, (name, value, is_secret) in enumerate(spec.headers):
        yield from _header_name_errors(f"headers.{index}.name", name, seen)
        seen.add(name.casefold())
        if _CONTROL.search(value):
            yield FieldError(f"headers.{index}.value", "a line break or another control character may not stand here")
        if not is_secret:
            yield from validate_template_text(f"headers.{index}.value", value, custom_fields)


def _header_name_errors(field_name: str, name: str, seen: set[str]) -> Iterator[FieldError]:
    if not _TOKEN.fullmatch(name):
        yield FieldError(field_name, f"{name!r} is no header name: letters, digits and hyphens only")
    elif name.casefold() in BARRED_HEADERS:
        remedy = "; choose the body type instead" if name.casefold() == "content-type" else ""
        yield FieldError(field_name, f"{name} is set by the connector itself{remedy}")
    elif name.casefold() in seen:
        yield FieldError(field_name, f"{name} stands twice")


def _body_errors(spec: RequestSpec, custom_fields: Collection[str]) -> Iterator[FieldError]:
    if spec.body_type not in set(BodyType):
        yield FieldError("body_type", f"{spec.body_type!r} is none of {', '.join(BodyType)}")
        return
    body_type = BodyType(spec.body_type)
    if body_type is BodyType.NONE:
        return
    try:
        body = compile_template(spec.body, custom_fields)
        for sample in SAMPLES:
            _parse_sample(body_type, body, sample)
    except TemplateError as error:
        yield FieldError("body", str(error))


def json_fault(error: Exception) -> str:
    """What is wrong with a JSON text, and behind which of its words."""
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    before = error.doc[max(0, error.pos - 20) : error.pos].strip()
    return f"{error.msg}, behind “{before}”" if before else f"{error.msg}, at its beginning"


def _parse_sample(body_type: BodyType, body: Template, sample: MergeContext) -> None:
    """Raises TemplateError when the body, filled with sample values, is not what its type says."""
    written = (render_body(body_type, body, sample) or b"").decode()
    if body_type is BodyType.JSON:
        try:
            json.loads(written, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise TemplateError(f"this is no JSON once merge fields are filled in: {json_fault(error)}") from None
    elif body_type is BodyType.XML:
        _parse_xml(written)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _parse_xml(text: str) -> None:
    # An entity can be made to grow without bound in a reader; no provider's API asks for one.
    if _DOCUMENT_TYPE.search(text):
        raise TemplateError("a document type or entity may not stand in the body")
    declared = _XML_ENCODING.match(text)
    if declared and declared[1].lower() not in {"utf-8", "utf8"}:
        raise TemplateError(f"the body is sent in UTF-8; take encoding={declared[1]!r} out of it")
    try:
        ET.fromstring(text.encode())  # noqa: S314 - without document types there are no entities to expand
    except ET.ParseError as error:
        raise TemplateError(f"this is no XML once merge fields are filled in: {error}") from None


def _rule_errors(rules: SuccessRules) -> Iterator[FieldError]:
    yield from _caught("success_statuses", lambda: parse_statuses(rules.statuses))
    if rules.path.strip():
        yield from _caught("success_path", lambda: parse_path(rules.path))
    if rules.call_id_path.strip():
        yield from _caught("call_id_path", lambda: parse_path(rules.call_id_path))


def _timeout_errors(seconds: int) -> Iterator[FieldError]:
    if not MIN_TIMEOUT_SECONDS <= seconds <= MAX_TIMEOUT_SECONDS:
        yield FieldError("timeout_seconds", f"between {MIN_TIMEOUT_SECONDS} and {MAX_TIMEOUT_SECONDS} seconds")


def _sample(text: str, number: str) -> MergeContext:
    person = dict.fromkeys(("Id", "Name", "EmailAddress", "TelephonyAgentId", "TeamId", "GroupIds", "Role"), text)
    return MergeContext(
        default_country="IN",
        customer_number=number,
        agent_number=number,
        request_id=text,
        call_reference=text,
        lead=person,
        user=person,
        owner=person,
        opportunity=person,
        call=dict.fromkeys(("CallSessionId", "Disposition", "Notes", "Status"), text),
        connector={"Name": text},
        virtual_number={"Number": number, "Tag": text},
    )


SAMPLES = (_sample("5071", "+919611795983"), _sample('Zoë "O\'Neil" <a> & b=c', "sip:a b"), MergeContext())
"""Values that are all digits, values that would break a body that fails to quote them, and none at all."""
