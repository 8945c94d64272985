"""The general vocabulary: words for statuses and directions that mean the same with every provider."""

from __future__ import annotations

from collections.abc import Mapping

from connector_config.mapping.events import CallStatus, Direction
from connector_config.mapping.values import fold_word

_STATUS_WORDS: dict[CallStatus, str] = {
    CallStatus.RINGING: "ringing ring initiated initiate queued dialing dialling calling alerting new started start "
    "initial setup proceeding incoming",
    CallStatus.IN_PROGRESS: "in-progress connected connecting ongoing active talking bridged on-call hold up",
    CallStatus.ANSWERED: "answered answer completed complete success successful accepted call-connected normal",
    CallStatus.MISSED: "missed miss missed-call incomplete unanswered abandoned abandon lost",
    CallStatus.NOT_ANSWERED: "not-answered no-answer not-answer noanswered not-connected unavailable unreachable "
    "no-response timeout timed-out no-user-response switched-off not-reachable out-of-coverage",
    CallStatus.BUSY: "busy user-busy line-busy agent-busy engaged agent-engaged",
    CallStatus.DECLINED: "declined decline rejected reject call-rejected refused",
    CallStatus.CANCELLED: "cancelled canceled cancel originator-cancel caller-hangup client-hangup",
    CallStatus.VOICEMAIL: "voicemail voice-mail voice-message vm",
    CallStatus.FAILED: "failed failure fail call-failure call-failed error congestion network-error invalid-number "
    "unallocated-number chan-unavail",
    CallStatus.UNKNOWN: "unknown",
}

_DIRECTION_WORDS: dict[Direction, str] = {
    Direction.INBOUND: "inbound in incoming inward ingress inbound-call incoming-call terminating received",
    Direction.OUTBOUND: "outbound out outgoing outward egress outbound-call outgoing-call outbound-api outbound-dial "
    "click-to-call click2call manual originating dialed",
}

STATUS_WORDS: Mapping[str, CallStatus] = {
    fold_word(word): status for status, words in _STATUS_WORDS.items() for word in words.split()
}
"""Folded word → status; used by ``standard``, and by every other mapping after its own table."""

DIRECTION_WORDS: Mapping[str, Direction] = {
    fold_word(word): direction for direction, words in _DIRECTION_WORDS.items() for word in words.split()
}
"""Folded word → direction; used as STATUS_WORDS is."""
