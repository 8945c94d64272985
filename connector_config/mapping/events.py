"""The standard record: what every provider's request becomes, whatever its own words are."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What a request tells about a call. A popup is live news, an update brings late facts by session id alone."""

    CALL_LOG = "call_log"
    POPUP = "popup"
    UPDATE = "update"
    IGNORE = "ignore"


class CallStatus(StrEnum):
    """Statuses of a call; the words of the REST API."""

    RINGING = "Ringing"
    IN_PROGRESS = "InProgress"
    ANSWERED = "Answered"
    MISSED = "Missed"
    NOT_ANSWERED = "NotAnswered"
    BUSY = "Busy"
    DECLINED = "Declined"
    CANCELLED = "Cancelled"
    VOICEMAIL = "Voicemail"
    FAILED = "Failed"
    UNKNOWN = "Unknown"

    @property
    def is_terminal(self) -> bool:
        """True when the call is over: such a status never goes back to a live one."""
        return self not in _LIVE_STATUSES


_LIVE_STATUSES = frozenset({CallStatus.RINGING, CallStatus.IN_PROGRESS, CallStatus.UNKNOWN})


class Direction(StrEnum):
    """Seen from the company: Inbound is a customer calling us."""

    INBOUND = "Inbound"
    OUTBOUND = "Outbound"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing that a provider said about one call, in the standard fields (docs/domain.md).

    Empty string, empty tuple or None means "not sent": an empty value never erases a value of another event.
    Times are aware and in UTC. Numbers stand as they were sent. ``agent_ids`` are the provider's own ids of the
    agents named (a ring group names several); ``agent_numbers`` are numbers of agents. ``flags`` name what was
    unusual (for example ``time_ambiguous``).
    """

    kind: EventKind
    session_id: str = ""
    parent_session_id: str = ""
    call_reference: str = ""
    direction: Direction | None = None
    status: CallStatus | None = None
    raw_status: str = ""
    source_number: str = ""
    destination_number: str = ""
    display_number: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    recording_url: str = ""
    notes: str = ""
    caller_name: str = ""
    caller_city: str = ""
    caller_state: str = ""
    caller_country: str = ""
    caller_zip_code: str = ""
    caller_source: str = ""
    tag: str = ""
    lead_id: str = ""
    user_id: str = ""
    opportunity_id: str = ""
    agent_ids: tuple[str, ...] = ()
    agent_numbers: tuple[str, ...] = ()
    agent_name: str = ""
    agent_email: str = ""
    occurred_at: datetime | None = None
    sequence: int | None = None
    flags: frozenset[str] = frozenset()

    def present_fields(self) -> dict[str, object]:
        """The fields that were sent (neither None nor empty), without kind and flags; for folding and hashing."""
        names = (field.name for field in dataclasses.fields(self) if field.name not in {"kind", "flags"})
        return {name: value for name in names if (value := getattr(self, name)) not in (None, "", ())}


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A provider's request after transport parsing, before mapping.

    ``endpoint`` is the hook's last path segment (``call-log``, ``agent-popup``, ``events``); ``headers`` have
    lower-case names; ``bodies`` are the events of a batch, else one element (none when nothing was sent). Each body is
    one tree: the fields of query and form, and the keys of a JSON object over them; a JSON array that is no list of
    events stands under ``items``.
    """

    method: str
    endpoint: str
    query: dict[str, object]
    headers: dict[str, str]
    bodies: tuple[dict[str, object], ...]
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field of a request: the provider's own name of it and a sentence that says how to mend it."""

    field: str
    message: str


class NormalisationError(Exception):
    """The request cannot become events: the sender's or the mapping's fault; replayable after a mend."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class UnreadableBodyError(NormalisationError):
    """The body is not what its form promises (broken JSON): answered 400 rather than 422."""
