"""What real providers do wrong, on demand. Pure but for the dice that the caller brings."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Collection
from enum import StrEnum

from calls.simulator.script import Step

REPEATED_AFTER_SECONDS = 0.5
RECORDING_LATER_SECONDS = 20.0
SLOW_SECONDS = 3.0


class Fault(StrEnum):
    """One kind of misbehaviour."""

    DUPLICATE = "duplicate"
    """Every request comes twice."""
    SHUFFLE = "shuffle"
    """The requests of a call come in any order."""
    LATE_RECORDING = "late-recording"
    """The recording comes twenty seconds later still."""
    BAD_SIGNATURE = "bad-signature"
    """Every request is followed by a forged one, whose credential is wrong."""
    SLOW = "slow"
    """Our requests are answered after three seconds."""


def spoil(steps: list[Step], faults: Collection[Fault], dice: random.Random) -> list[Step]:
    """The steps of one call with the faults applied, in the order of their new delays."""
    if Fault.LATE_RECORDING in faults:
        steps = [_later(step, RECORDING_LATER_SECONDS) if "recording" in step.label else step for step in steps]
    if Fault.SHUFFLE in faults:
        delays = [step.delay_seconds for step in steps]
        dice.shuffle(delays)
        steps = [dataclasses.replace(step, delay_seconds=delay) for step, delay in zip(steps, delays, strict=True)]
    if Fault.BAD_SIGNATURE in faults:
        steps = steps + [_forged(step) for step in steps]
    if Fault.DUPLICATE in faults:
        steps = steps + [_later(step, REPEATED_AFTER_SECONDS) for step in steps if not step.is_forged]
    return sorted(steps, key=lambda step: step.delay_seconds)


def _later(step: Step, seconds: float) -> Step:
    return dataclasses.replace(step, delay_seconds=step.delay_seconds + seconds)


def _forged(step: Step) -> Step:
    return dataclasses.replace(step, is_forged=True, label=f"forged {step.label}")
