"""Template to wire: what a provider's server receives from a rendered request."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector_config.placeholders import MergeContext
from connector_config.rendering import RequestSpec, render_request
from connector_config.success_rules import ResponseSnapshot, SuccessRules, judge
from telephony_connector.common.http import OutgoingRequest, send
from tests.common.raw_server import RawServer, serving
from tests.outgoing.values import HOSTILE_VALUES

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n"
    b'{"status": "queued", "sid": "CA-123"}'
)


@pytest.mark.parametrize("value", [value for value in HOSTILE_VALUES if len(value) < 5000])
def test_a_provider_receives_the_very_values_and_its_answer_is_judged(value: str) -> None:
    context = MergeContext(default_country="IN", customer_number="+919611795983", user={"Name": value})

    with serving(lambda it: it.answering(ANSWER)) as server:
        answer = send(outgoing(server, context))
    verdict = judge(
        ResponseSnapshot(answer.status, answer.headers, answer.text), SuccessRules(keyword="QUEUED", call_id_path="sid")
    )

    head, _, body = server.received[0].partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    assert dict(parse_qsl(urlsplit(target).query, keep_blank_values=True)) == {"to": "+919611795983", "name": value}
    assert json.loads(body) == {"name": value, "to": 9611795983}
    assert b"Authorization: Basic a2V5OnRva2Vu" in head
    assert b"Content-Type: application/json" in head
    assert (verdict.is_success, verdict.provider_call_id, verdict.message) == (True, "CA-123", "queued")


def outgoing(server: RawServer, context: MergeContext) -> OutgoingRequest:
    spec = RequestSpec(
        method="POST",
        url=f"http://key:token@127.0.0.1:{server.port}/call?to=@PhoneNumberWithCountryCode&name=@agentName",
        body_type="json",
        body='{"name": "@agentName", "to": @customerNumber}',
    )
    rendered = render_request(spec, context)
    return OutgoingRequest(
        method=rendered.method,
        url=rendered.url,
        headers=rendered.headers,
        body=rendered.body,
        timeout_seconds=3,
        allowed_networks=("127.0.0.0/8",),
    )
