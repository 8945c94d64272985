"""What providers call things: the words in a field's name that tell what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_GLUED = {
    "callid": "call id", "callsid": "call id", "calluuid": "call id", "uniqueid": "unique id",
    "callerid": "caller", "clid": "caller", "starttime": "start time", "endtime": "end time", "calltype": "call type",
    "href": "url",
    "sessionid": "session id", "callstatus": "call status", "recordingurl": "recording url",
    "recordingfile": "recording",
    "billsec": "talk seconds", "talktime": "talk time", "callduration": "call duration", "agentid": "agent id",
    "agentname": "agent name",
    "phonenumber": "phone", "phoneno": "phone", "mobileno": "mobile",
    "fromnumber": "from", "tonumber": "to",
    "starttimestamp": "start time", "endtimestamp": "end time", "useragent": "software", "hungup": "hangup",
}  # fmt: skip


class Role(StrEnum):
    """What a value may be for a call: the standard fields that can be guessed, and the two people."""

    SESSION = "session_id"
    DIRECTION = "direction"
    STATUS = "status"
    SOURCE = "source_number"
    DESTINATION = "destination_number"
    DISPLAY = "display_number"
    CUSTOMER = "customer"
    AGENT_NUMBER = "agent_numbers"
    AGENT_ID = "agent_ids"
    AGENT_NAME = "agent_name"
    AGENT_EMAIL = "agent_email"
    STARTED = "started_at"
    ANSWERED = "answered_at"
    ENDED = "ended_at"
    DURATION = "duration_seconds"
    RECORDING = "recording_url"
    NOTES = "notes"
    CALLER_NAME = "caller_name"
    CALLER_CITY = "caller_city"


@dataclass(frozen=True, slots=True)
class Hint:
    """Words that speak for a role when all of them stand in a name."""

    words: frozenset[str]
    weight: int


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _hints(text: str) -> tuple[Hint, ...]:
    """``call id:6, uuid:5``."""
    parts = (entry.rpartition(":") for entry in text.split(","))
    return tuple(Hint(frozenset(words.split()), int(weight)) for words, _, weight in parts)


HINTS: dict[Role, tuple[Hint, ...]] = {
    Role.SESSION: _hints("call id:9, unique id:8, session id:8, call ref:7, call reference:7, call key:7, call uid:9, "
                         "call guid:9, call uuid:9, conversation id:7, interaction id:7, session:6, ucid:8, "
                         "linkedid:6, uuid:5, guid:5, uid:5, call sid:9, sid:5, cdr id:6, reference:4, ref:4, id:4, "
                         "key:2, call no:5, ref no:7, ticket:5, call token:6, leg id:4, call:2"),
    Role.DIRECTION: _hints("direction:9, dir:8, call type:6, call direction:9, flow:5, type:4, way:3, kind:3, "
                           "inbound:3, bound:4, traffic:4"),
    Role.STATUS: _hints("status:8, state:7, call status:9, outcome:7, result:7, disposition:7, call result:8, "
                        "hangup cause:4, cause:3, event:4, event type:4, event name:4, rc:4, code:4, call state:8, "
                        "status code:9, disp:6, st:6, answered:2, type:2, phase:5"),
    Role.SOURCE: _hints("from:8, source:7, src:8, ani:8, cli:7, caller:8, calling:8, a number:6, a party:7, origin:5, "
                        "caller number:9, from number:9, originator:7, dialer:4, initiator:6"),
    Role.DESTINATION: _hints("to:8, destination:8, dest:8, dst:8, called:8, callee:8, b number:6, b party:7, dialed:7, "
                             "dialled:7, recipient:7, receiver:7, target:6, to number:9, called number:9"),
    Role.DISPLAY: _hints("did:9, virtual:9, virtual number:10, display:7, dnis:9, ddi:9, trunk:6, line:5, tracking:6, "
                         "company:4, hotline:6, service:4, pilot:6, toll:5, business:5, our:5, access:5, inum:6, "
                         "caller id shown:6, gateway:4, pbx number:5, cloud:4, campaign number:5, tfn:8"),
    Role.CUSTOMER: _hints("customer:8, client:7, contact:6, lead:6, subscriber:6, external:6, visitor:5, patient:5, "
                          "msisdn:6, mobile:4, phone:3, number:2, remote:5, guest:5, party:3, member:3, cust:7"),
    Role.AGENT_NUMBER: _hints("agent number:9, agent phone:9, agent mobile:9, agent:6, operator:6, employee:6, "
                              "extension:8, ext:8, user phone:7, user number:7, rep:5, executive:6, internal:5, "
                              "staff:6, answered by:6, seat:5, advisor:6, line extension:8"),
    Role.AGENT_ID: _hints("agent id:10, agent:7, operator:6, operator id:9, employee id:9, user id:7, agent code:9, "
                          "agent key:8, staff:6, staff id:9, executive:5, rep:5, rep id:8, login:4, seat:5, "
                          "answered by:6, handled by:6, extension:4, ext:4, agent ext:8, advisor:6, advisor id:9"),
    Role.AGENT_NAME: _hints("agent name:9, operator name:8, employee name:8, user name:6, executive name:8, "
                            "staff name:8, rep name:8, advisor name:8"),
    Role.AGENT_EMAIL: _hints("agent email:9, agent mail:9, operator email:9, user email:8, employee email:8, "
                             "staff email:9, email:4, mail:3, agent:4, rep:3, advisor email:9"),
    Role.STARTED: _hints("start:9, started:9, begin:8, began:8, initiated:7, initiation:7, call time:7, call date:7, "
                         "time:4, date:4, timestamp:5, ts:4, created:5, at:3, when:4, ring:3, dialed:3, received:4, "
                         "offered:5, arrived:5, since:3, opened:3"),
    Role.ANSWERED: _hints("answer:9, answered:9, connect:8, connected:8, pickup:8, picked:8, talk start:8, bridged:7"),
    Role.ENDED: _hints("end:9, ended:9, hangup:9, finish:8, finished:8, stop:8, stopped:8, disconnect:8, "
                       "disconnected:8, completed:7, terminated:7, release:7, closed:6, over:5, until:4"),
    Role.DURATION: _hints("duration:9, dur:8, talk time:8, talk seconds:9, talk:6, talked:6, length:6, seconds:5, "
                          "secs:5, sec:5, bill:5, billed:5, conversation time:7, elapsed:5, call time:4, len:5"),
    Role.RECORDING: _hints("recording:9, record:8, rec:7, audio:7, mp3:6, voice:4, file:3, media:4, url:2, link:2, "
                           "playback:5"),
    Role.NOTES: _hints("notes:8, note:8, comment:7, comments:7, remark:7, remarks:7, memo:6, summary:5, description:3"),
    Role.CALLER_NAME: _hints("caller name:9, customer name:9, contact name:8, client name:8, lead name:8, cnam:8, "
                             "cust name:9, name:3"),
    Role.CALLER_CITY: _hints("city:7, town:6, caller city:9"),
}  # fmt: skip

AGAINST: dict[Role, frozenset[str]] = {
    Role.SESSION: _words("agent user customer client lead contact account acc org company tenant campaign queue "
                         "message webhook event request flow employee operator staff did trunk parent status app "
                         "project batch rep advisor operation department line disposition"),
    Role.DIRECTION: _words("content media customer"),
    Role.STATUS: _words("country area zip postal agent http system account lead reason pin dtmf"),
    Role.STARTED: _words("end ended hangup answer answered update updated birth expiry sent pushed"),
    Role.ENDED: _words("reason cause by"),
    Role.ANSWERED: _words("by"),
    Role.DURATION: _words("ring ringing wait waiting queue hold ivr delay rate price cost setup dial"),
    Role.SOURCE: _words("name time city date email id"),
    Role.DESTINATION: _words("name time city date email id"),
    Role.CUSTOMER: _words("agent operator employee rep staff advisor name id email"),
    Role.CALLER_NAME: _words("agent operator user employee event file company queue campaign did staff rep advisor "
                             "account"),
    Role.AGENT_EMAIL: _words("customer client lead contact caller"),
    Role.RECORDING: _words("webhook callback status"),
    Role.AGENT_ID: _words("name email mail customer phone mobile number status time duration"),
    Role.AGENT_NUMBER: _words("name email mail id status time duration"),
}  # fmt: skip
"""Words that speak against a role."""


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words in a name, whatever joins them: ``callerNo``, ``CALL_ID``, ``start-time``, ``callid``."""
    words: list[str] = []
    for part in _PART.findall(name):
        words += _GLUED.get(part.lower(), part.lower()).split()
    folded = "".join(words)
    return tuple(_GLUED[folded].split() if folded in _GLUED else words)


def name_score(role: Role, keys: Sequence[str]) -> float:
    """How much a path of names speaks for a role: the last name fully, the groups around it by half; 0 for nothing."""
    own = words_of(keys[-1]) if keys else ()
    around = [word for key in keys[:-1] for word in words_of(key)]
    if AGAINST.get(role, frozenset()) & set(own):
        return 0
    best = 0.0
    for hint in HINTS[role]:
        if hint.words <= set(own):
            exactness = 1.0 if len(own) == len(hint.words) else 0.0
            best = max(best, hint.weight + exactness)
        elif hint.words <= set(own) | set(around):
            best = max(best, hint.weight * (0.8 if hint.words & set(own) else 0.5))
    if AGAINST.get(role, frozenset()) & set(around):
        best /= 2
    return best
