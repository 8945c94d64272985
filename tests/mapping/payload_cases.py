"""The providers' sample requests in tests/payloads/providers, as parsed requests with what they must become."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from connector_config.mapping.events import CallEvent, ParsedRequest
from connector_config.mapping.parsers import parse_request

FOLDER = Path(__file__).parent.parent / "payloads" / "providers"


@dataclass(frozen=True)
class PayloadCase:
    """One sample: the preset that reads it, the request as bytes, and the expected standard fields."""

    preset: str
    sample: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.preset}-{self.sample['name']}"

    @property
    def kind(self) -> str:
        return str(self.sample["kind"])

    @property
    def expected(self) -> dict[str, Any]:
        return dict(self.sample["expected"])

    @property
    def time_zone(self) -> str:
        return str(self.sample.get("assume", {}).get("timezone", "UTC"))

    def body(self) -> bytes:
        if "raw" in self.sample:
            return str(self.sample["raw"]).encode()
        if "payload" in self.sample:
            return json.dumps(self.sample["payload"]).encode()
        return urlencode(self.sample.get("form", {})).encode()

    def parse(self, endpoint: str = "events") -> ParsedRequest:
        transport = self.sample["transport"]
        return parse_request(
            method=transport["method"],
            endpoint=endpoint,
            query_string=urlencode(self.sample.get("query", {})),
            headers=transport.get("headers", {}),
            content_type=transport["content_type"] or "",
            body=self.body(),
        )


def payload_cases() -> list[PayloadCase]:
    return [
        PayloadCase(path.stem, sample)
        for path in sorted(FOLDER.glob("*.json"))
        for sample in json.loads(path.read_text(encoding="utf-8"))
    ]


_FIELDS = {
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
    "CallerName": "caller_name",
    "CallerCity": "caller_city",
    "CallerState": "caller_state",
    "CallerCountry": "caller_country",
}


def differences(event: CallEvent, expected: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """Standard field → (got, expected) where they differ; times to the second, numbers by their digits."""
    found: dict[str, tuple[object, object]] = {}
    for name, wanted in expected.items():
        if name == "agent_hint":
            named = {*event.agent_ids, *event.agent_numbers, event.agent_email, event.agent_name}
            if wanted not in named:
                found[name] = (named, wanted)
            continue
        got = getattr(event, _FIELDS[name])
        if not _is_same(name, got, wanted):
            found[name] = (got, wanted)
    return found


def _is_same(name: str, got: object, wanted: object) -> bool:
    if wanted is None:
        return got in (None, "", ())
    if isinstance(got, datetime):
        return got.replace(microsecond=0) == datetime.fromisoformat(str(wanted).replace("Z", "+00:00")).astimezone(UTC)
    if name.endswith("Number"):
        return _digits(str(got)) == _digits(str(wanted)) and bool(got)
    return got == wanted


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit() or character == "x")
