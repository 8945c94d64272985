"""Every preset through one contract suite, and every sample request through its preset."""

from __future__ import annotations

from typing import Any

import pytest

from connector_config.mapping.document import parse_mapping
from connector_config.mapping.events import (
    CallEvent,
    EventKind,
    NormalisationError,
    ParsedRequest,
    UnreadableBodyError,
)
from connector_config.mapping.normalise import normalise
from connector_config.presets import UnknownPresetError, load_preset, preset_names
from connector_config.presets.replies import Reply
from connector_config.rendering import RequestSpec
from connector_config.success_rules import SuccessRules
from connector_config.validators import RequestTemplateDraft, validate_request_template
from connector_config.verification import validate_settings
from tests.mapping.payload_cases import PayloadCase, differences, payload_cases

CASES = payload_cases()
ENDPOINTS = ("events", "call-log", "agent-popup")
KINDS = {
    "call_log": EventKind.CALL_LOG,
    "popup": EventKind.POPUP,
    "recording_update": EventKind.UPDATE,
    "partial_update": EventKind.UPDATE,
}


def events_of(case: PayloadCase, endpoint: str = "events") -> list[CallEvent]:
    mapping = parse_mapping(load_preset(case.preset).mapping)
    return normalise(request=case.parse(endpoint), mapping=mapping, time_zone=case.time_zone)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("case", [case for case in CASES if case.kind in KINDS], ids=lambda case: case.id)
def test_sample_becomes_the_expected_record_at_every_endpoint(case: PayloadCase, endpoint: str) -> None:
    events = events_of(case, endpoint)

    assert [event.kind for event in events] == [KINDS[case.kind]]
    assert differences(events[0], case.expected) == {}


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "intermediate"], ids=lambda case: case.id)
def test_mid_call_sample_never_becomes_a_final_log(case: PayloadCase) -> None:
    [event] = events_of(case)

    assert event.kind is not EventKind.CALL_LOG
    assert event.status is None or not event.status.is_terminal
    assert differences(event, case.expected) == {}


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "invalid"], ids=lambda case: case.id)
def test_broken_sample_is_unreadable(case: PayloadCase) -> None:
    with pytest.raises(UnreadableBodyError):
        case.parse()


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "unmappable"], ids=lambda case: case.id)
def test_unmappable_sample_is_refused_with_its_reason(case: PayloadCase) -> None:
    with pytest.raises(NormalisationError, match=case.expected["reject_reason"]):
        events_of(case)


def test_samples_have_names_of_their_own() -> None:
    assert len(CASES) >= 52
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("name", preset_names())
def test_preset_compiles_and_describes_itself(name: str) -> None:
    preset = load_preset(name)

    assert parse_mapping(preset.mapping).rules
    assert preset.title
    assert preset.description.endswith(".")
    assert preset.link.startswith("https://") or name == "custom"
    assert preset.on_reject in (200, 422)


@pytest.mark.parametrize("name", preset_names())
def test_verification_is_a_known_scheme_with_good_settings(name: str) -> None:
    settings = dict(load_preset(name).verification)

    errors = validate_settings(str(settings.pop("scheme")), settings, has_secret=True)

    assert errors == []
    assert "secret" not in settings


@pytest.mark.parametrize("purpose", ["click_to_call", "disposition"])
@pytest.mark.parametrize("name", preset_names())
def test_request_templates_can_be_saved_as_they_are(name: str, purpose: str) -> None:
    template: dict[str, Any] = dict(getattr(load_preset(name), purpose))
    if not template:
        return
    headers = tuple((row["name"], row["value"], row.get("secret", False)) for row in template.get("headers", []))
    draft = RequestTemplateDraft(
        RequestSpec(
            template["method"], template["url"], template.get("body_type", "none"), template.get("body", ""), headers
        ),
        SuccessRules(
            keyword=template.get("response_keyword", ""),
            failure_keyword=template.get("failure_keyword", ""),
            path=template.get("success_path", ""),
            statuses=template.get("success_statuses", ""),
            call_id_path=template.get("call_id_path", ""),
        ),
    )

    assert validate_request_template(draft) == []


@pytest.mark.parametrize("name", [name for name in preset_names() if name != "standard"])
@pytest.mark.parametrize("body", [{}, {"unknown": "thing"}, {"event": "something.new", "id": "1"}])
def test_preset_takes_nothing_final_from_a_request_it_does_not_know(name: str, body: dict[str, object]) -> None:
    request = ParsedRequest("POST", "events", {}, {}, (body,))
    mapping = parse_mapping(load_preset(name).mapping)

    try:
        events = normalise(request=request, mapping=mapping, time_zone="UTC")
    except NormalisationError:
        events = []

    assert all(event.status is None or not event.status.is_terminal for event in events)


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownPresetError, match="standard, 3cx"):
        load_preset("../standard")


@pytest.mark.parametrize(
    ("content_type", "rendered"),
    [
        ("application/json", '{"id": "a\\"<$hook_url", "u": "https://x/?a=1&b=2"}'),
        ("text/xml", '{"id": "a&quot;&lt;$hook_url", "u": "https://x/?a=1&amp;b=2"}'),
        ("text/plain", '{"id": "a"<$hook_url", "u": "https://x/?a=1&b=2"}'),
    ],
)
def test_a_reply_escapes_what_it_repeats_and_fills_in_one_pass(content_type: str, rendered: str) -> None:
    reply = Reply(content_type=content_type, body='{"id": "$session_id", "u": "$hook_url"}')

    assert reply.render(session_id='a"<$hook_url', hook_url="https://x/?a=1&b=2") == rendered
