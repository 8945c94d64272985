"""Whatever is sent to a hook, the answer is in form, nothing is lost, and no credential comes out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from hypothesis import given

from connector_config.models import Connector
from connector_config.presets import preset_names
from telephony_connector.common.logs import logging_config
from tests.factories import AgentFactory, AgentMappingFactory, ConnectorFactory, LeadFactory, VirtualNumberFactory
from tests.fuzz.door import Answered, ask
from tests.fuzz.hostile import FUZZING, HostileRequest, requests
from webhooks import look_ups
from webhooks.endpoints import EVENT_ENDPOINTS, ROUTE_ENDPOINTS, Endpoint
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "s3cret-of-the-provider-0123456789"
ERROR_STATUSES = {400, 401, 404, 405, 413, 415, 422}
_END_OF_WORK = {"processed", "ignored", "rejected", "answered"}
_TOLD_THE_HOOK = {"sipgate"}
"""Presets whose reply names the hook that was asked, for the later events of the call."""


@dataclass
class Doors:
    """A connector for each preset, two that verify, and what was logged meanwhile."""

    keys: dict[str, str]
    secrets: tuple[str, ...]
    log: list[str]


class _Collector(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    lines: list[str] = []
    formatter = dict(logging_config(level="WARNING", output="console")["formatters"]["line"])
    collector = _Collector(lines)
    collector.setFormatter(formatter.pop("()")(**formatter))
    logging.getLogger().addHandler(collector)
    yield lines
    logging.getLogger().removeHandler(collector)


@pytest.fixture
def doors(log_lines: list[str]) -> Doors:
    agent = AgentFactory(email="asha@example.com", phones=["+919611795980"])
    LeadFactory(phones=["+919611795983"], owner=agent)
    connectors = {name: ConnectorFactory(preset=name, server_credential=SECRET) for name in preset_names()}
    verification = {"verification_scheme": "token", "verification_settings": {"location": "header", "name": "x-token"}}
    connectors["guarded"] = ConnectorFactory(**verification, verification_secrets={"secret": SECRET})
    VirtualNumberFactory(connector=connectors["standard"], number="+919020897874", fallback_agent=agent)
    AgentMappingFactory(connector=connectors["standard"], agent=agent, provider_agent_id="5071")
    keys = {name: connector.hook_key for name, connector in connectors.items()}
    return Doors(keys=keys, secrets=(SECRET, *keys.values()), log=log_lines)


def send(sent: HostileRequest, key: str) -> Answered:
    """As the first request of a new sender, whom nothing holds back."""
    cache.clear()
    path = sent.path.replace("{key}", key)
    return ask(sent.method, path, sent.body, sent.content_type, QUERY_STRING=sent.query, **sent.headers)


def is_in_error_form(response: Answered) -> bool:
    document = json.loads(response.content)
    is_named = all(set(error) == {"field", "message"} for error in document["Errors"])
    has_words = document["Status"] == "Error" and document["ExceptionType"] and document["ExceptionMessage"]
    return bool(is_named and has_words) and set(document) == {"Status", "ExceptionType", "ExceptionMessage", "Errors"}


def is_counted(sent: HostileRequest) -> bool:
    """An event or look-up for a known hook in the ordinary writing of its path; no probe."""
    known = {f"/hooks/{{key}}/{endpoint}" for endpoint in EVENT_ENDPOINTS | ROUTE_ENDPOINTS}
    # A length of its own may leave no body, and so a probe.
    is_probe = sent.method == "GET" and not sent.query and (not sent.body or "CONTENT_LENGTH" in sent.headers)
    return sent.path.rstrip("/") in known and sent.method.upper() in ("GET", "POST") and not is_probe


@FUZZING
@given(sent=requests())
def test_any_request_is_answered_in_form_and_kept(doors: Doors, sent: HostileRequest) -> None:
    before = JournalEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    doors.log.clear()

    response = send(sent, doors.keys[sent.preset])

    look_ups.write_look_ups()
    entries = JournalEntry.objects.filter(pk__gt=before)
    kept = list(entries.values_list("verdict", flat=True))
    assert response.status_code < 300 or response.status_code in ERROR_STATUSES, "".join(doors.log)
    if response.status_code >= 400 and sent.method != "HEAD":
        assert is_in_error_form(response), response.content
    assert set(kept) <= _END_OF_WORK, "".join(doors.log)
    assert len(kept) <= 1
    if (
        response.status_code < 300
        and is_counted(sent)
        and "zd_echo" not in sent.query
        and "validation" not in sent.query
    ):
        assert len(kept) == 1, (response.status_code, response.content)
    if response.status_code == 422:
        assert kept == ["rejected"]
    answer = response.content.decode("utf-8", "replace") + str(response.headers)
    if sent.preset in _TOLD_THE_HOOK:
        answer = answer.replace(doors.keys[sent.preset], "")
    told = answer + "".join(doors.log)
    assert [secret for secret in doors.secrets if secret in told] == []


@FUZZING
@given(sent=requests())
def test_nothing_unproven_gets_in(doors: Doors, sent: HostileRequest) -> None:
    doors.log.clear()

    response = send(sent, doors.keys["guarded"])

    assert response.status_code < 300 or response.status_code in ERROR_STATUSES, "".join(doors.log)
    # A look-up without the server credential is kept as what it is: asked, and refused.
    refused = JournalEntry.objects.filter(verdict=JournalEntry.Verdict.ANSWERED, reply_status=401)
    assert not JournalEntry.objects.exclude(pk__in=refused).exists()
    assert SECRET not in response.content.decode("utf-8", "replace") + "".join(doors.log)
    if is_counted(sent):
        assert response.status_code in {401, 400, 413, 415}


def test_every_endpoint_is_fuzzed() -> None:
    from tests.fuzz.hostile import PATHS

    assert {endpoint for endpoint in Endpoint if endpoint in repr(PATHS)} == set(Endpoint)


def test_connectors_cover_every_preset(doors: Doors) -> None:
    assert set(Connector.objects.values_list("preset", flat=True)) == set(preset_names())


def test_look_up_that_cannot_be_written_takes_no_other_with_it(doors: Doors) -> None:
    for _ in range(3):
        ask("GET", f"/hooks/{doors.keys['standard']}/call-route", QUERY_STRING="caller_id=9611795983")
    look_ups._waiting[1].connector_id = 10**9

    assert look_ups.write_look_ups() == 2
    assert JournalEntry.objects.filter(verdict="answered").count() == 2
