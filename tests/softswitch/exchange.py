"""The exchange itself: calls the agent, then the customer, joins and records what they say (SIP by pjsua2)."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pjsua2

from tests.softswitch.record import HUNG_UP, CallRecord, Outcome, Wish, digits, outcome_of

SAMPLES_PER_SECOND = 8000
TURN_MILLISECONDS = 10
GOODBYE_SECONDS = 3.0
MEDIA_CHANGED = -1
CALLS_AT_ONCE = 16
LOG_WARNINGS = 2
Listener = Callable[[CallRecord], None]


class NoTelephoneError(Exception):
    """The dial plan knows no telephone for a number."""


@dataclass(frozen=True, slots=True)
class _News:
    """What the SIP stack told about one leg."""

    leg: Leg
    state: int = MEDIA_CHANGED
    sip_status: int = 0


@dataclass(eq=False)
class _Bridge:
    """A call under way: two legs and what is recorded of them."""

    record: CallRecord
    agent: Leg | None = None
    customer: Leg | None = None
    recorder: pjsua2.AudioMediaRecorder | None = None


class Leg(pjsua2.Call):
    """One telephone in a call. Callbacks only note what happened: an exception inside one would end the process."""

    def __init__(self, account: pjsua2.Account, news: Callable[[_News], None]) -> None:
        super().__init__(account, pjsua2.PJSUA_INVALID_ID)
        self._tell = news

    def dial(self, address: str) -> None:
        """Send the INVITE."""
        self.makeCall(f"sip:{address}", pjsua2.CallOpParam(True))

    def hang_up(self) -> None:
        """BYE, or CANCEL while it still rings; nothing for a leg that is gone."""
        if self.isActive():
            self.hangup(pjsua2.CallOpParam())

    def onCallState(self, prm: pjsua2.OnCallStateParam) -> None:  # noqa: N802
        """The SIP stack: the leg rings, is answered, is over."""
        info = self.getInfo()
        self._tell(_News(self, info.state, info.lastStatusCode))

    def onCallMediaState(self, prm: pjsua2.OnCallMediaStateParam) -> None:  # noqa: N802
        """The SIP stack: the leg's audio flows or stops."""
        self._tell(_News(self))


class Exchange:
    """Back-to-back calls on 127.0.0.1. Everything of pjsua2 happens in the thread that calls `run`."""

    def __init__(self, *, telephones: Mapping[str, str], recordings: Path) -> None:
        """`telephones` gives a number's `host:port`; `recordings` is a folder."""
        self._telephones = {digits(number): address for number, address in telephones.items()}
        self._recordings = recordings
        self._listener: Listener = lambda _record: None
        self._records: dict[str, CallRecord] = {}
        self._wishes: queue.SimpleQueue[CallRecord] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[_News] = queue.SimpleQueue()
        self._bridges: dict[Leg, _Bridge] = {}
        self._endpoint = pjsua2.Endpoint()
        self._account = pjsua2.Account()

    def originate(self, wish: Wish) -> CallRecord:
        """Ask for a call, from any thread; it begins a moment later. Raises NoTelephoneError."""
        for number in (wish.agent, wish.customer):
            self._address(number)
        record = CallRecord(uuid.uuid4().hex, wish, datetime.now(UTC))
        self._records[record.call_id] = record
        self._wishes.put(record)
        return record

    def record(self, call_id: str) -> CallRecord | None:
        """The call as it stands; None for an unknown id. From any thread."""
        return self._records.get(call_id)

    def records(self) -> list[CallRecord]:
        """All calls as they stand, oldest first. From any thread."""
        return list(self._records.values())

    def recording(self, call_id: str) -> Path | None:
        """The WAV file of a call that is over; None where there is none. From any thread."""
        record = self.record(call_id)
        return self._path(record) if record and record.has_recording else None

    def run(self, stopping: threading.Event, *, listener: Listener, port: int = 0) -> None:
        """Serve SIP on this port (0: any) until told to stop; the listener hears of each change of a call."""
        self._listener = listener
        self._start(port)
        try:
            while not stopping.is_set():
                self._turn()
            self._end_all()
        finally:
            self._account.shutdown()
            self._endpoint.libDestroy()

    def _turn(self) -> None:
        self._endpoint.libHandleEvents(TURN_MILLISECONDS)
        while not self._wishes.empty():
            self._begin(self._wishes.get())
        while not self._news.empty():
            self._hear(self._news.get())

    def _end_all(self) -> None:
        """Hang up, and let the telephones take notice: a leg that outlives the SIP stack would abort the process."""
        for bridge in set(self._bridges.values()):
            self._end(bridge, outcome_of(HUNG_UP, was_answered=bridge.record.answered_at is not None))
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self._bridges and time.monotonic() < deadline:
            self._turn()
        self._bridges.clear()

    def _start(self, port: int) -> None:
        config = pjsua2.EpConfig()
        # One thread, ours: pjsua2's own would enter Python from outside.
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 2 * CALLS_AT_ONCE
        config.medConfig.clockRate = config.medConfig.sndClockRate = SAMPLES_PER_SECOND
        config.medConfig.noVad = True
        # The null device is the clock of all audio; by default it stops a second after the last call began.
        config.medConfig.sndAutoCloseTime = -1
        config.logConfig.level = config.logConfig.consoleLevel = LOG_WARNINGS
        self._endpoint.libCreate()
        self._endpoint.libInit(config)
        transport = pjsua2.TransportConfig()
        transport.boundAddress, transport.port = "127.0.0.1", port
        self._endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, transport)
        self._endpoint.audDevManager().setNullDev()
        self._endpoint.libStart()
        account = pjsua2.AccountConfig()
        account.idUri = "sip:exchange@127.0.0.1"
        account.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        self._account.create(account)

    def _address(self, number: str) -> str:
        try:
            return f"{digits(number)}@{self._telephones[digits(number)]}"
        except KeyError:
            raise NoTelephoneError(f"no telephone has the number {number}") from None

    def _path(self, record: CallRecord) -> Path:
        return self._recordings / f"{record.call_id}.wav"

    def _note(self, bridge: _Bridge, **changes: Any) -> None:
        """The call has changed: keep it and tell the listener."""
        bridge.record = replace(bridge.record, **changes)
        self._records[bridge.record.call_id] = bridge.record
        self._listener(bridge.record)

    def _begin(self, record: CallRecord) -> None:
        bridge = _Bridge(record)
        self._note(bridge)
        bridge.agent = self._dial(bridge, record.wish.agent)

    def _dial(self, bridge: _Bridge, number: str) -> Leg | None:
        """A leg that rings; None, and the call is over, when the SIP stack refuses to begin one."""
        leg = Leg(self._account, self._news.put)
        try:
            leg.dial(self._address(number))
        except pjsua2.Error:
            self._end(bridge, Outcome.FAILED)
            return None
        self._bridges[leg] = bridge
        return leg

    def _hear(self, news: _News) -> None:
        bridge = self._bridges.get(news.leg)
        if bridge is None:
            return
        if news.state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            del self._bridges[news.leg]
            self._end(bridge, outcome_of(news.sip_status, was_answered=bridge.record.answered_at is not None))
        elif bridge.record.ended_at:
            news.leg.hang_up()
        elif news.state == pjsua2.PJSIP_INV_STATE_CONFIRMED:
            self._answered(bridge, news.leg)
        elif news.state == MEDIA_CHANGED:
            _join(bridge)

    def _answered(self, bridge: _Bridge, leg: Leg) -> None:
        if leg is bridge.agent:
            bridge.customer = self._dial(bridge, bridge.record.wish.customer)
            return
        bridge.recorder = pjsua2.AudioMediaRecorder()
        bridge.recorder.createRecorder(str(self._path(bridge.record)))
        _join(bridge)
        self._note(bridge, answered_at=datetime.now(UTC))

    def _end(self, bridge: _Bridge, outcome: Outcome) -> None:
        """The first leg to go ends the call for both; the other one goes by itself, and changes nothing more."""
        if bridge.record.ended_at:
            return
        # The recorder's destructor completes the file.
        bridge.recorder = None
        for leg in (bridge.agent, bridge.customer):
            if leg:
                leg.hang_up()
        self._note(bridge, ended_at=datetime.now(UTC), outcome=outcome)


def _join(bridge: _Bridge) -> None:
    """Let both parties and the recorder hear each other; again at each change of media, which makes new ports."""
    agent, customer = _audio(bridge.agent), _audio(bridge.customer)
    if agent is None or customer is None or bridge.recorder is None:
        return
    agent.startTransmit(customer)
    customer.startTransmit(agent)
    agent.startTransmit(bridge.recorder)
    customer.startTransmit(bridge.recorder)


def _audio(leg: Leg | None) -> pjsua2.AudioMedia | None:
    """The leg's audio while it flows."""
    if leg is None or not leg.isActive():
        return None
    # Named, so that it lives as long as the loop: the list below is a view into its memory.
    info = leg.getInfo()
    for index, media in enumerate(info.media):
        if media.type == pjsua2.PJMEDIA_TYPE_AUDIO and media.status == pjsua2.PJSUA_CALL_MEDIA_ACTIVE:
            return leg.getAudioMedia(index)
    return None
