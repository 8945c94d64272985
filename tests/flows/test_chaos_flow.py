"""A clumsy provider: every event three times, shuffled, from eight clients at once, recordings first.

CHAOS_CALLS sets the number of calls (100 in the suite; docs/operations.md tells the figures of a run with 2,000).
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.environment.live import LiveSystem
from tests.flows.client import ProductClient, standard_document

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)

CALLS = int(os.environ.get("CHAOS_CALLS", "100"))
CLIENTS = 8
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
COMPARED = (
    "session_id", "direction", "status", "raw_status", "source_number", "destination_number", "display_number",
    "started_at", "ended_at", "duration_seconds", "recording_url", "notes", "caller", "flags",
)  # fmt: skip

Event = tuple[str, dict[str, Any]]


def events_of_call(number: int) -> list[Event]:
    """Popup ringing, popup in progress, call log, recording; every third call names an agent that nobody knows."""
    start = START + timedelta(minutes=number)
    session = {"CallSessionId": f"chaos-{number}"}
    popup = session | {
        "SourceNumber": f"+91981{number:07d}",
        "DestinationNumber": "5071" if number % 3 else "9999",
        "DisplayNumber": "+919020897874",
        "Direction": "Inbound",
    }
    log = popup | {
        "StartTime": f"{start:%Y-%m-%d %H:%M:%S}",
        "EndTime": f"{start + timedelta(seconds=30 + number % 90):%Y-%m-%d %H:%M:%S}",
        "CallDuration": str(number % 90),
        "CallerName": f"Caller {number}",
        "Status": ("Answered", "Missed", "Busy", "Voicemail")[number % 4],
    }
    return [
        ("agent-popup", popup | {"Status": "Ringing"}),
        ("agent-popup", popup | {"Status": "InProgress"}),
        ("call-log", log),
        ("call-log", session | {"ResourceURL": f"https://server/{number}.mp3"}),
    ]


def chaotic_feed(rng: random.Random) -> list[Event]:
    """Each event three times, shuffled within a sliding window; the recording first in a third of the calls."""
    feed: list[tuple[float, Event]] = []
    for number in range(CALLS):
        for place, event in enumerate(events_of_call(number)):
            is_recording_first = place == 3 and number % 3 == 0
            base = number - 50 if is_recording_first else number
            feed += [(base + rng.uniform(0, 40), event) for _ in range(3)]
    return [event for _, event in sorted(feed, key=lambda entry: entry[0])]


def calls_of(product: ProductClient) -> dict[str, dict[str, Any]]:
    """All calls by session id, in the fields that a clean feed gives as well."""
    found: dict[str, dict[str, Any]] = {}
    page = product.get("calls/", page_size="200")
    while True:
        for call in page["results"]:
            assert call["session_id"] not in found
            lead = call["lead"] and call["lead"]["name"]
            agent = call["agent"] and call["agent"]["name"]
            found[call["session_id"]] = {name: call[name] for name in COMPARED} | {"lead": lead, "agent": agent}
        if not page["next"]:
            return found
        page = product.get(page["next"].split("/api/")[1])


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[tuple[str, str, object, object]]:
    """Each field of a call that is not as the clean feed gave it."""
    session = expected["session_id"]
    return [(session, name, found[name], expected[name]) for name in expected if found[name] != expected[name]]


def test_chaotic_feed_gives_the_same_rows_as_a_clean_one(
    live_system: LiveSystem, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    clean = ProductClient(live_system, folder, standard_document("clean"))
    for number in range(CALLS):
        for endpoint, body in events_of_call(number):
            assert clean.send(endpoint, body).status_code == 200
    expected = calls_of(clean)
    live_system.manage("shell", "-c", "from calls.models import Call; Call.objects.all().delete()")
    live_system.manage("shell", "-c", "from crm.models import Lead; Lead.objects.all().delete()")
    chaotic = ProductClient(live_system, folder, standard_document("chaotic"))
    feed = chaotic_feed(random.Random(20260105))

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = set(pool.map(lambda event: chaotic.send(*event).status_code, feed))

    assert statuses == {200}
    found = calls_of(chaotic)
    assert found.keys() == expected.keys()
    assert [difference for key in found for difference in differences(found[key], expected[key])] == []
