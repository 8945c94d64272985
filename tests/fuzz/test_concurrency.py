"""Providers and agents at the same moment, on real connections: nothing is lost, doubled or answered 500."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from calls.models import AgentStream, Call, Popup, PopupDelivery, StoredEvent
from calls.services.dispositions import save_disposition
from calls.services.popups import dismiss_popup
from connector_config.models import Connector
from crm.models import Lead
from tests.factories import AgentFactory, AgentMappingFactory, ConnectorFactory, LeadFactory, VirtualNumberFactory
from tests.fuzz.door import Answered, ask
from tests.fuzz.hostile_records import SAMPLE
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


@pytest.fixture(autouse=True)
def only_on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")


@pytest.fixture
def connector() -> Connector:
    connector: Connector = ConnectorFactory(time_zone="Asia/Kolkata")
    VirtualNumberFactory(connector=connector, number="+919020897874")
    return connector


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do them in a thread each, THREADS at a time, the first ones from one starting shot on."""
    shot = threading.Barrier(min(THREADS, len(works)), timeout=30)

    def run(number: int) -> Any:
        try:
            if number < shot.parties:
                shot.wait()
            return works[number]()
        finally:
            connection.close()

    with ThreadPoolExecutor(shot.parties) as pool:
        return list(pool.map(run, range(len(works))))


def sending(connector: Connector, body: Any, endpoint: str = "call-log") -> Callable[[], Answered]:
    content = json.dumps(body).encode()
    return lambda: ask("POST", f"/hooks/{connector.hook_key}/{endpoint}", content)


def popup_event(session_id: str, agents: str = "+919611795980", **fields: Any) -> dict[str, Any]:
    kept = {name: SAMPLE[name] for name in ("SourceNumber", "DisplayNumber", "Direction", "StartTime")}
    return {**kept, "CallSessionId": session_id, "DestinationNumber": agents, "Status": "Ringing", **fields}


def assert_all_processed(answers: Sequence[Answered]) -> None:
    assert {answer.status_code for answer in answers} == {200}
    assert JournalEntry.objects.filter(verdict="processed").count() == len(answers)


def assert_streams_are_sound() -> None:
    """No agent's delivery has a number that was never given out, or that another delivery has."""
    for stream in AgentStream.objects.all():
        numbers = list(PopupDelivery.objects.filter(agent=stream.agent_id).values_list("sequence", flat=True))
        assert len(numbers) == len(set(numbers))
        assert max(numbers) == stream.last_sequence


def test_events_of_one_session_at_once_make_one_call(connector: Connector) -> None:
    AgentFactory(phones=["+919611795980"])
    session = {"CallSessionId": "one"}
    bodies = [
        *[sending(connector, {**SAMPLE, **session, "CallNotes": f"note {number}"}) for number in range(8)],
        *[sending(connector, {**SAMPLE, **session}) for _ in range(4)],
        *[sending(connector, popup_event("one"), "agent-popup") for _ in range(4)],
        *[sending(connector, {**session, "ResourceURL": f"https://server/{number}.mp3"}) for number in range(4)],
    ]

    answers = at_once(bodies)

    assert_all_processed(answers)
    assert Call.objects.count() == 1
    assert StoredEvent.objects.count() == 8 + 1 + 1 + 4
    assert Popup.objects.get().state == "ended"
    assert Lead.objects.count() == 1
    assert_streams_are_sound()


def test_calls_without_session_id_at_once_are_told_apart(connector: Connector) -> None:
    record = {name: value for name, value in SAMPLE.items() if name != "CallSessionId"}

    answers = at_once([sending(connector, {**record, "CallDuration": 10 + number % 4}) for number in range(16)])

    assert_all_processed(answers)
    assert list(Call.objects.order_by("duration_seconds").values_list("duration_seconds", flat=True)) == [
        10,
        11,
        12,
        13,
    ]


def test_unknown_caller_in_many_calls_at_once_becomes_one_lead(connector: Connector) -> None:
    other: Connector = ConnectorFactory()
    bodies = [
        sending((connector, other)[number % 2], {**SAMPLE, "CallSessionId": f"s{number}"}) for number in range(24)
    ]

    answers = at_once(bodies)

    assert_all_processed(answers)
    assert Call.objects.count() == 24
    lead = Lead.objects.get()
    assert Call.objects.filter(lead=lead).count() == 24


def test_ring_groups_in_opposite_order_do_not_block_each_other(connector: Connector) -> None:
    agents = [AgentFactory() for _ in range(6)]
    for number, agent in enumerate(agents):
        AgentMappingFactory(connector=connector, agent=agent, provider_agent_id=f"{500 + number}")
    group = [f"{500 + number}" for number in range(6)]
    orders = [group, group[::-1], group[3:] + group[:3]]
    batches = [[popup_event(f"b{number}-{agent}", agent) for agent in orders[number % 3]] for number in range(12)]

    answers = at_once([sending(connector, batch, "agent-popup") for batch in batches])

    assert_all_processed(answers)
    assert PopupDelivery.objects.count() == 72
    assert set(AgentStream.objects.values_list("last_sequence", flat=True)) == {12}
    assert_streams_are_sound()


def test_unknown_callers_in_opposite_order_do_not_block_each_other(connector: Connector) -> None:
    numbers = [f"+9196117959{number:02d}" for number in range(6)]
    batches = [
        [
            {**SAMPLE, "CallSessionId": f"b{batch}-{number}", "SourceNumber": number}
            for number in (numbers if batch % 2 else numbers[::-1])
        ]
        for batch in range(8)
    ]

    answers = at_once([sending(connector, batch) for batch in batches])

    assert_all_processed(answers)
    assert Lead.objects.count() == 6
    assert Call.objects.count() == 48


def test_recording_before_its_log_at_once_is_not_lost(connector: Connector) -> None:
    works = []
    for number in range(16):
        session = {"CallSessionId": f"s{number}"}
        works.append(sending(connector, {**session, "ResourceURL": "https://server/late.mp3"}))
        works.append(sending(connector, {**SAMPLE, **session, "ResourceURL": ""}))

    answers = at_once(works)

    assert_all_processed(answers)
    assert Call.objects.count() == 16
    assert set(Call.objects.values_list("recording_url", "duration_seconds")) == {("https://server/late.mp3", 12)}


def test_what_an_agent_saves_while_the_log_comes_is_kept(connector: Connector) -> None:
    agent = AgentFactory(phones=["+919611795980"])
    LeadFactory(phones=[SAMPLE["SourceNumber"]])
    sessions = [f"s{number}" for number in range(16)]
    at_once([sending(connector, popup_event(session), "agent-popup") for session in sessions])
    works: list[Callable[[], Any]] = []
    for call in Call.objects.order_by("pk"):
        works.append(sending(connector, {**SAMPLE, "CallSessionId": call.session_id}))
        works.append(partial(save_disposition, call=call, agent=agent, value="Interested", notes="said"))

    at_once(works)

    assert set(Call.objects.values_list("disposition", "notes", "duration_seconds")) == {("Interested", "said", 12)}
    assert_streams_are_sound()


def test_popup_dismissed_while_its_call_ends_stays_dismissed(connector: Connector) -> None:
    agent = AgentFactory(phones=["+919611795980"])
    sessions = [f"s{number}" for number in range(24)]
    at_once([sending(connector, popup_event(session), "agent-popup") for session in sessions])
    works: list[Callable[[], Any]] = []
    for popup in Popup.objects.select_related("call"):
        works.append(sending(connector, {**SAMPLE, "CallSessionId": popup.call.session_id}))
        works.append(partial(dismiss_popup, popup=popup, agent=agent))

    answers = at_once(works)

    assert {answer.status_code for answer in answers if answer is not None} == {200}
    assert set(PopupDelivery.objects.values_list("state", flat=True)) == {"dismissed"}
    assert_streams_are_sound()
