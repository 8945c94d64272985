"""The calls that the simulator plays, and the faults that spoil them."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from calls.simulator.faults import Fault, spoil
from calls.simulator.script import SimulatedCall, steps_of

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
CALL = SimulatedCall(
    session_id="SIM-1",
    direction="Inbound",
    customer="+442079460101",
    our_end="+442079460011",
    display_number="+442079460001",
    time_zone="Asia/Kolkata",
    recording_url="http://127.0.0.1/a.wav",
)


def labels(call: SimulatedCall, *faults: Fault) -> list[str]:
    return [step.label for step in spoil(steps_of(call, NOW), faults, random.Random(1))]


def test_an_answered_call_rings_is_answered_logged_and_recorded_late() -> None:
    steps = steps_of(CALL, NOW)

    assert [step.label for step in steps] == ["popup Ringing", "popup Answered", "call log Answered", "late recording"]
    assert [step.delay_seconds for step in steps] == [0.0, 2.0, 8.0, 11.0]
    assert steps[2].payload == {
        "SourceNumber": "+442079460101",
        "DestinationNumber": "+442079460011",
        "DisplayNumber": "+442079460001",
        "Direction": "Inbound",
        "CallSessionId": "SIM-1",
        "StartTime": "2026-01-01 17:30:00",
        "EndTime": "2026-01-01 17:30:08",
        "CallDuration": "6",
        "Status": "Answered",
    }
    assert steps[3].payload == {"CallSessionId": "SIM-1", "ResourceURL": "http://127.0.0.1/a.wav"}


def test_an_outbound_call_starts_at_our_end_and_hands_back_what_it_was_given() -> None:
    call = SimulatedCall("SIM-2", "Outbound", "+44customer", "+44agent", "+44did", extra={"OpportunityId": "O"})

    payload = steps_of(call, NOW)[0].payload

    assert (payload["SourceNumber"], payload["DestinationNumber"]) == ("+44agent", "+44customer")
    assert payload["OpportunityId"] == "O"


def test_a_missed_call_rings_and_is_logged() -> None:
    call = SimulatedCall("SIM-3", "Inbound", "+441", "+442", "+443", is_answered=False)

    steps = steps_of(call, NOW)

    assert [step.label for step in steps] == ["popup Ringing", "call log Missed"]
    assert steps[1].payload["CallDuration"] == "0"


def test_faults() -> None:
    assert sorted(labels(CALL, Fault.DUPLICATE)) == sorted(labels(CALL) * 2)
    assert sorted(labels(CALL, Fault.SHUFFLE)) == sorted(labels(CALL))
    assert sorted(labels(CALL, Fault.BAD_SIGNATURE)) == sorted([*labels(CALL), *(f"forged {x}" for x in labels(CALL))])
    assert spoil(steps_of(CALL, NOW), {Fault.LATE_RECORDING}, random.Random(1))[-1].delay_seconds == 31.0


def test_shuffling_reaches_every_order() -> None:
    firsts = {spoil(steps_of(CALL, NOW), {Fault.SHUFFLE}, random.Random(seed))[0].label for seed in range(50)}

    assert firsts == set(labels(CALL))


@pytest.mark.parametrize("faults", [tuple(Fault), ()])
def test_steps_stay_in_the_order_of_their_times(faults: tuple[Fault, ...]) -> None:
    delays = [step.delay_seconds for step in spoil(steps_of(CALL, NOW), faults, random.Random(7))]

    assert delays == sorted(delays)
