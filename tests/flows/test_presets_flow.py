"""Every provider's sample over real HTTP into a connector that its preset alone has made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.environment.live import LiveSystem
from tests.flows.client import ProductClient
from tests.mapping.payload_cases import PayloadCase, payload_cases

CASES = payload_cases()
_CALL_FIELDS = {
    "SourceNumber": "source_number",
    "DestinationNumber": "destination_number",
    "DisplayNumber": "display_number",
    "StartTime": "started_at",
    "EndTime": "ended_at",
    "CallDuration": "duration_seconds",
    "Status": "status",
    "Direction": "direction",
    "CallSessionId": "session_id",
    "ResourceURL": "recording_url",
    "CallNotes": "notes",
}
_CALLER_FIELDS = {"CallerName": "name", "CallerCity": "city", "CallerState": "state", "CallerCountry": "country"}


def connector_of(case: PayloadCase, index: int) -> dict[str, Any]:
    key = f"{index:04d}{'k' * 40}"
    return {
        "slug": f"case-{index}",
        "name": case.preset,
        "preset": case.preset,
        "time_zone": case.time_zone,
        "hook_key": key,
    }


@pytest.fixture(scope="module")
def product(live_system: LiveSystem, tmp_path_factory: pytest.TempPathFactory) -> ProductClient:
    connectors = [connector_of(case, index) for index, case in enumerate(CASES)]
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), {"connectors": connectors})


def post(product: ProductClient, case: PayloadCase, index: int) -> requests.Response:
    transport = case.sample["transport"]
    url = product.hook("events").replace(product.hook_key, connector_of(case, index)["hook_key"])
    headers = {"Content-Type": transport["content_type"]} if transport["content_type"] else {}
    return requests.request(
        transport["method"], url, params=case.sample.get("query"), data=case.body(), headers=headers, timeout=30
    )


@pytest.mark.parametrize(("index", "case"), list(enumerate(CASES)), ids=[case.id for case in CASES])
def test_sample_becomes_the_expected_call(product: ProductClient, index: int, case: PayloadCase) -> None:
    response = post(product, case, index)

    if case.kind == "invalid":
        assert 400 <= response.status_code < 500
        return
    calls = product.get("calls/", connector=f"case-{index}")["results"]
    if case.kind == "unmappable":
        assert calls == []
        return
    assert response.status_code == 200, response.text
    assert len(calls) == 1
    assert {
        name: problem for name in case.expected if (problem := difference(calls[0], name, case.expected[name]))
    } == {}
    popups = product.get("popups/", connector=f"case-{index}")["results"]
    assert len(popups) in {"popup": {1}, "intermediate": {0, 1}}.get(case.kind, {0})
    if case.kind == "intermediate":
        assert calls[0]["status"] in {"Ringing", "InProgress", "Answered", "Unknown"}


def difference(call: dict[str, Any], name: str, expected: object) -> tuple[object, object] | None:
    """What the call has and what it should have, where they differ."""
    if name == "agent_hint":
        return None if "agent_unknown" in call["flags"] else (call["flags"], expected)
    got = call["caller"].get(_CALLER_FIELDS[name]) if name in _CALLER_FIELDS else call[_CALL_FIELDS[name]]
    return None if _is_same(name, got, expected) else (got, expected)


def _is_same(name: str, got: Any, expected: Any) -> bool:
    if expected is None:
        return got in (None, "")
    if name.endswith("Time"):
        return bool(got) and _moment(got) == _moment(expected)
    if name.endswith("Number"):
        return "".join(filter(str.isalnum, got)) == "".join(filter(str.isalnum, expected))
    return bool(got == expected)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).replace(microsecond=0)
