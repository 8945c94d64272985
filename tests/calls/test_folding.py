"""The fold: same events, same calls, in whatever order they came."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.folding import (
    HeardEvent,
    content_hash,
    event_from_json,
    event_to_json,
    fold,
    heard,
    is_over,
    session_key_of,
    split_into_calls,
)
from connector_config.mapping.events import CallEvent, CallStatus, Direction, EventKind

T0 = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
LOG, POPUP, UPDATE = EventKind.CALL_LOG, EventKind.POPUP, EventKind.UPDATE


def event(kind: EventKind = LOG, **fields: Any) -> CallEvent:
    return CallEvent(kind=kind, **({"session_id": "s"} | fields))


def inbound(customer: str, *, agent: str = "5071", **fields: Any) -> CallEvent:
    return event(source_number=customer, destination_number=agent, direction=Direction.INBOUND, **fields)


def told(*events: CallEvent, at: datetime = T0) -> list[HeardEvent]:
    return [heard(one, at) for one in events]


def partition(events: list[HeardEvent], *, is_inferred: bool = False) -> set[frozenset[str]]:
    return {frozenset(one.content_hash for one in group) for group in split_into_calls(events, is_inferred=is_inferred)}


@pytest.mark.parametrize(
    ("events", "field", "winner"),
    [
        ([event(POPUP, duration_seconds=3), event(LOG, duration_seconds=5)], "duration_seconds", 5),
        ([event(LOG, notes="a"), event(LOG, notes="")], "notes", "a"),
        (
            [event(LOG, notes="new", occurred_at=T0 + timedelta(1)), event(LOG, notes="old", occurred_at=T0)],
            "notes",
            "new",
        ),
        ([event(LOG, notes="b", sequence=2), event(LOG, notes="a", sequence=1)], "notes", "b"),
        ([event(LOG, notes="full", tag="x"), event(LOG, notes="bare")], "notes", "full"),
        (
            [event(POPUP, status=CallStatus.ANSWERED), event(POPUP, status=CallStatus.RINGING)],
            "status",
            CallStatus.ANSWERED,
        ),
        ([event(LOG, status=CallStatus.MISSED), event(POPUP, status=CallStatus.RINGING)], "status", CallStatus.MISSED),
        ([event(LOG, status=CallStatus.MISSED), event(POPUP, status=CallStatus.ANSWERED)], "status", CallStatus.MISSED),
        (
            [
                event(POPUP, status=CallStatus.IN_PROGRESS, agent_ids=("2",)),
                event(POPUP, status=CallStatus.RINGING, agent_ids=("1",), tag="fuller"),
            ],
            "agent_ids",
            ("2",),
        ),
    ],
)
def test_highest_ranked_value_wins_in_any_order(events: list[CallEvent], field: str, winner: object) -> None:
    assert getattr(fold(told(*events)), field) == winner
    assert getattr(fold(told(*reversed(events))), field) == winner


@pytest.mark.parametrize(
    ("live", "outcome"),
    [(CallStatus.RINGING, CallStatus.MISSED), (CallStatus.IN_PROGRESS, CallStatus.ANSWERED), (None, None)],
)
def test_an_end_told_without_its_outcome_makes_a_live_status_final(
    live: CallStatus | None, outcome: CallStatus | None
) -> None:
    rung = event(POPUP, status=live)

    assert fold(told(rung, event(UPDATE, ended_at=T0))).status == outcome
    assert fold(told(event(UPDATE, ended_at=T0), rung)).status == outcome
    assert fold(told(rung, event(POPUP, ended_at=T0))).status == live


def test_raw_status_belongs_to_the_status_that_won() -> None:
    facts = fold(
        told(
            event(LOG, status=CallStatus.BUSY, raw_status="486"),
            event(POPUP, status=CallStatus.RINGING, raw_status="ringing"),
        )
    )

    assert (facts.status, facts.raw_status) == (CallStatus.BUSY, "486")


def test_update_alone_still_waits_for_its_log() -> None:
    assert fold(told(event(UPDATE, recording_url="https://x/y.mp3"))).kind == UPDATE


@pytest.mark.parametrize(
    ("one", "over"),
    [
        (event(POPUP, status=CallStatus.RINGING), False),
        (event(POPUP, status=CallStatus.ANSWERED), False),
        (event(POPUP, status=CallStatus.MISSED), True),
        (event(POPUP, ended_at=T0), True),
        (event(LOG), True),
        (event(UPDATE, duration_seconds=4), False),
    ],
)
def test_over_means_log_end_or_a_terminal_word_other_than_answered(one: CallEvent, over: bool) -> None:
    assert is_over(one) is over


def test_starts_within_ten_minutes_are_one_call_and_later_ones_another() -> None:
    near = told(event(started_at=T0), event(started_at=T0 + timedelta(minutes=10), tag="b"))
    far = told(event(started_at=T0), event(started_at=T0 + timedelta(minutes=10, seconds=1)))

    assert len(partition(near)) == 1
    assert len(partition(far)) == 2


def test_event_without_start_joins_the_latest_call() -> None:
    early, late = event(started_at=T0), event(started_at=T0 + timedelta(hours=1))
    recording = event(UPDATE, recording_url="https://x/y.mp3")

    groups = split_into_calls(told(recording, late, early), is_inferred=False)

    assert [len(group) for group in groups] == [1, 2]


def test_other_customer_under_the_same_id_is_another_call() -> None:
    events = told(inbound("+919611795983", started_at=T0), inbound("+919611795984", started_at=T0))

    assert len(partition(events)) == 2


@pytest.mark.parametrize(
    "other",
    [
        inbound("09611795983", tag="other writing"),
        inbound("", tag="unknown"),
        inbound("anonymous"),
        event(source_number="5071", destination_number="+919611795983", direction=Direction.OUTBOUND),
        inbound("+919611795983", agent="5072"),
    ],
)
def test_other_writings_ends_and_agents_of_one_customer_stay_one_call(other: CallEvent) -> None:
    assert len(partition(told(inbound("+919611795983"), other))) == 1


class TestWithoutSessionId:
    """Calls whose provider sends no id."""

    def log(self, **fields: Any) -> CallEvent:
        base: dict[str, Any] = {
            "session_id": "",
            "source_number": "+919611795983",
            "destination_number": "5071",
            "direction": Direction.INBOUND,
            "started_at": T0,
            "ended_at": T0 + timedelta(minutes=1),
            "duration_seconds": 60,
        }
        return event(**(base | fields))

    def test_key_is_the_same_for_every_writing_of_the_customer(self) -> None:
        assert session_key_of(self.log()) == session_key_of(self.log(source_number="09611795983"))
        assert session_key_of(self.log()) != session_key_of(self.log(source_number="09611795984"))

    @pytest.mark.parametrize(
        ("change", "calls"),
        [
            ({"notes": "more"}, 1),
            ({"duration_seconds": 61}, 2),
            ({"ended_at": T0 + timedelta(minutes=2)}, 2),
            ({"recording_url": "https://x/y.mp3"}, 1),
            ({"started_at": T0 + timedelta(seconds=1)}, 2),
        ],
    )
    def test_logs_are_told_apart_by_start_end_duration_and_recording(self, change: dict[str, Any], calls: int) -> None:
        assert len(partition(told(self.log(), self.log(**change)), is_inferred=True)) == calls

    def test_popup_joins_the_log_during_which_it_came(self) -> None:
        popup = CallEvent(kind=POPUP, source_number="+919611795983", direction=Direction.INBOUND)

        assert len(partition([*told(self.log()), heard(popup, T0)], is_inferred=True)) == 1

    def test_popup_after_the_call_is_a_new_call(self) -> None:
        popup = CallEvent(kind=POPUP, source_number="+919611795983", direction=Direction.INBOUND)

        events = [*told(self.log()), heard(popup, T0 + timedelta(minutes=5))]

        assert len(partition(events, is_inferred=True)) == 2


times = st.one_of(st.none(), st.integers(0, 3000).map(lambda seconds: T0 + timedelta(seconds=seconds)))
events_strategy = st.lists(
    st.builds(
        CallEvent,
        kind=st.sampled_from([LOG, POPUP, UPDATE]),
        session_id=st.just("s"),
        status=st.one_of(st.none(), st.sampled_from(list(CallStatus))),
        direction=st.one_of(st.none(), st.sampled_from(list(Direction))),
        source_number=st.sampled_from(["", "+919611795983", "09611795983", "+919611795984", "5071"]),
        destination_number=st.sampled_from(["", "5071", "+919611795983"]),
        started_at=times,
        duration_seconds=st.one_of(st.none(), st.integers(0, 5)),
        notes=st.sampled_from(["", "a", "b"]),
        sequence=st.one_of(st.none(), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=8,
    unique_by=content_hash,
)


@given(events_strategy, st.randoms(), st.booleans())
def test_order_of_arrival_does_not_matter(events: list[CallEvent], rng: random.Random, is_inferred: bool) -> None:
    ordered = told(*events)
    shuffled = ordered[:]
    rng.shuffle(shuffled)

    groups = split_into_calls(ordered, is_inferred=is_inferred)

    assert partition(shuffled, is_inferred=is_inferred) == partition(ordered, is_inferred=is_inferred)
    assert sum(len(group) for group in groups) == len(events)
    for group in groups:
        again = group[:]
        rng.shuffle(again)
        assert fold(again) == fold(group)


@given(events_strategy)
def test_events_survive_their_way_through_json(events: list[CallEvent]) -> None:
    for one in events:
        assert event_from_json(one.kind.value, event_to_json(one)) == one
