"""What the exchange knows about a call: its own measure, which its reports and the tests go by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NO_DIGIT = re.compile(r"\D")


class Outcome(StrEnum):
    """How a call ended, in the words of the `standard` preset."""

    ANSWERED = "Answered"
    BUSY = "Busy"
    DECLINED = "Declined"
    CANCELLED = "Cancelled"
    NOT_ANSWERED = "NotAnswered"
    FAILED = "CallFailure"


# The answer to a BYE: somebody hung up; before the customer answered, that was the agent, or the exchange going off.
HUNG_UP = 200
# RFC 3261, section 21; what is not here is a failure.
_UNANSWERED = {
    HUNG_UP: Outcome.CANCELLED,
    408: Outcome.NOT_ANSWERED,
    480: Outcome.NOT_ANSWERED,
    486: Outcome.BUSY,
    487: Outcome.CANCELLED,
    600: Outcome.BUSY,
    603: Outcome.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What an originate request asks for; numbers as they were sent, `reference` is sent back in every report."""

    agent: str
    customer: str
    virtual_number: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it stands. Times are UTC; `answered_at` is when both parties were connected."""

    call_id: str
    wish: Wish
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def duration_seconds(self) -> int:
        """Whole seconds of talk, rounded; 0 while it lasts and for a call that was not answered."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round((self.ended_at - self.answered_at).total_seconds())

    @property
    def has_recording(self) -> bool:
        """Whether its recording is complete."""
        return self.outcome is Outcome.ANSWERED

    def as_json(self) -> dict[str, object]:
        """What the HTTP side tells of it."""
        return {
            "call_id": self.call_id,
            "agent": self.wish.agent,
            "customer": self.wish.customer,
            "reference": self.wish.reference,
            "started_at": self.started_at.isoformat(),
            "answered_at": self.answered_at.isoformat() if self.answered_at else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "duration_seconds": self.duration_seconds,
            "outcome": self.outcome,
        }


def digits(number: str) -> str:
    """A number as the dial plan knows it: `+91 96117-95980` and `919611795980` are one telephone."""
    return _NO_DIGIT.sub("", number)


def outcome_of(sip_status: int, *, was_answered: bool) -> Outcome:
    """How a call ended whose last SIP status this is."""
    return Outcome.ANSWERED if was_answered else _UNANSWERED.get(sip_status, Outcome.FAILED)
