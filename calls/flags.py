"""What was unusual about a call: the names in its ``flags``."""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """Flags that calls get here; mapping adds its own, such as ``time_ambiguous`` and ``status_unknown``."""

    AGENT_UNKNOWN = "agent_unknown"
    NUMBER_UNREADABLE = "number_unreadable"
    NUMBER_WITHHELD = "number_withheld"
    NUMBER_INTERNAL = "number_internal"
    VIRTUAL_NUMBER_UNKNOWN = "virtual_number_unknown"
    LEAD_UNKNOWN = "lead_unknown"
    LEAD_AMBIGUOUS = "lead_ambiguous"
    OPPORTUNITY_UNKNOWN = "opportunity_unknown"
    SESSION_ID_REUSED = "session_id_reused"
    SESSION_ID_INFERRED = "session_id_inferred"
    NEVER_ENDED = "never_ended"
    AWAITING_CALL_LOG = "awaiting_call_log"
    MANUAL = "manual"
