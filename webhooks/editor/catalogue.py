"""The engine's closed lists in plain words: fields, transforms, derivations, kinds of rules."""

from __future__ import annotations

from dataclasses import dataclass

from connector_config.mapping.compiled import BY_STATUS
from connector_config.mapping.events import CallStatus, Direction, EventKind
from connector_config.mapping.fields import FIELD_KINDS, FieldKind

_CLOSED_WORDS = {
    FieldKind.STATUS: [status.value for status in CallStatus],
    FieldKind.DIRECTION: [direction.value for direction in Direction],
}


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A standard field: its label, what it is for, and whether it stands among the first."""

    name: str
    label: str
    help: str = ""
    is_main: bool = False

    @property
    def kind(self) -> str:
        """How its value is read: number, time, status …"""
        return FIELD_KINDS[self.name].value

    @property
    def words(self) -> list[str]:
        """The only words that it may become; none for a free text."""
        return _CLOSED_WORDS.get(FIELD_KINDS[self.name], [])


FIELDS = (
    FieldInfo("session_id", "Call id", "The provider's own id of the call; keeps its requests together.", True),
    FieldInfo("direction", "Direction", "Inbound: a customer calls us. Outbound: we call.", True),
    FieldInfo("status", "Status", "How the call stands or ended.", True),
    FieldInfo("source_number", "From number", "Who calls: the customer when inbound, the agent when outbound.", True),
    FieldInfo("destination_number", "To number", "Who is called: the agent when inbound, the customer when outbound.",
              True),
    FieldInfo("display_number", "Virtual number", "Our number (DID) that was dialled or shown.", True),
    FieldInfo("started_at", "Start time", "", True),
    FieldInfo("ended_at", "End time", "", True),
    FieldInfo("duration_seconds", "Duration", "Seconds, or a text such as 2:14.", True),
    FieldInfo("recording_url", "Recording", "A link to the recording.", True),
    FieldInfo("agent_ids", "Agent's id at the provider", "Looked up in the connector's list of agents.", True),
    FieldInfo("agent_numbers", "Agent's number", "A telephone number or extension of an agent.", True),
    FieldInfo("agent_email", "Agent's e-mail"),
    FieldInfo("agent_name", "Agent's name"),
    FieldInfo("answered_at", "Answer time"),
    FieldInfo("notes", "Notes"),
    FieldInfo("caller_name", "Caller's name"),
    FieldInfo("caller_city", "Caller's city"),
    FieldInfo("caller_state", "Caller's state"),
    FieldInfo("caller_country", "Caller's country"),
    FieldInfo("caller_zip_code", "Caller's postal code"),
    FieldInfo("caller_source", "Source of the lead", "Where a new lead comes from, such as a campaign."),
    FieldInfo("tag", "Tag", "Becomes the origin of a new lead."),
    FieldInfo("lead_id", "Lead id", "Our id, or the CRM's, where the provider knows it: forces the match."),
    FieldInfo("user_id", "User id", "Our id or e-mail of the agent, where the provider knows it."),
    FieldInfo("opportunity_id", "Opportunity id"),
    FieldInfo("raw_status", "Status as sent", "Kept beside the status; filled by it when left empty."),
    FieldInfo("parent_session_id", "Parent call id", "The call that this leg belongs to."),
    FieldInfo("call_reference", "Call reference", "What our click-to-call gave the provider, sent back."),
    FieldInfo("occurred_at", "Time of the event", "When the provider made this request; orders late ones."),
    FieldInfo("sequence", "Sequence number", "The provider's count of a call's requests; orders late ones."),
)  # fmt: skip
"""Every standard field, the ones that matter most first."""


@dataclass(frozen=True, slots=True)
class TransformInfo:
    """A transform's label; ``argument`` says what to write beside it, empty when it takes nothing."""

    name: str
    label: str
    argument: str = ""


TRANSFORMS = (
    TransformInfo("milliseconds", "Is in milliseconds"),
    TransformInfo("minutes", "Is in minutes"),
    TransformInfo("phone", "Take the number out of an address (sip:, tel:, “Name” <…>)"),
    TransformInfo("digits_only", "Keep digits only"),
    TransformInfo("strip_prefix", "Drop at the beginning", "what to drop"),
    TransformInfo("strip_suffix", "Drop at the end", "what to drop"),
    TransformInfo("before", "Take what stands before", "a mark, such as @"),
    TransformInfo("after", "Take what stands after", "a mark, such as :"),
    TransformInfo("after_last", "Take what stands after the last", "a mark, such as /"),
    TransformInfo("absent_if", "Leave empty when it says", "a word, such as unknown"),
    TransformInfo("url_prefix", "Put an address before it", "https://…"),
    TransformInfo("first_word", "Take the first word"),
    TransformInfo("lower", "In small letters"),
    TransformInfo("upper", "In capital letters"),
    TransformInfo("trim", "Drop blanks around it"),
    TransformInfo("word", "Ignore blanks, hyphens and capitals"),
    TransformInfo("percent_decode", "Undo %20 and the like"),
)

DERIVATIONS = {
    "start_from_duration": "Start time: end less duration",
    "end_from_duration": "End time: start plus duration",
    "end_from_event_time": "End time: the time of the request that ended the call",
    "duration_from_times": "Duration: from start to end",
    "duration_from_answer": "Duration: from answer to end",
    "no_duration_unless_answered": "Duration: 0 for a call that nobody answered",
    "status_from_answer": "Status: answered when there is an answer time, else missed",
    "status_from_duration": "Status: answered when there is a duration, else missed",
    "answered_needs_duration": "Status: missed when it says answered and lasted 0 seconds",
}

RULE_KINDS = {
    EventKind.CALL_LOG.value: "Call log: the call is over",
    EventKind.POPUP.value: "Popup: the phone rings, or the call goes on",
    EventKind.UPDATE.value: "Late facts: a recording or duration, by call id",
    BY_STATUS: "By status: popup while it goes on, call log once over",
    EventKind.IGNORE.value: "Ignore: understood, and not wanted",
}
