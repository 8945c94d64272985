"""The simulated provider: makes calls of its own, and does what click-to-calls and dispositions ask of it."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Callable, Mapping
from http.server import ThreadingHTTPServer

from django.utils import timezone

from calls.simulator.cast import Cast, new_session_id
from calls.simulator.endpoint import HOST, Reply, json_reply, make_server
from calls.simulator.faults import SLOW_SECONDS, Fault, spoil
from calls.simulator.hooks import HookClient
from calls.simulator.script import SimulatedCall, Step, steps_of
from calls.simulator.timeline import Timeline

Say = Callable[[str], None]

CUSTOMER_FIELDS = ("customer", "to", "customernumber", "phone", "number", "destination", "lead")
AGENT_FIELDS = ("agent", "agentnumber", "from", "agentid", "user")
DISPLAY_FIELDS = ("virtualnumber", "displaynumber", "did", "callerid", "caller_id")
ECHOED_FIELDS = {
    "OpportunityId": ("opportunityid", "opportunity_id"),
    "CallReference": ("callreference", "call_reference", "reference", "ref", "custom_identifier", "requestid"),
}
"""What a provider hands back with the call's events, by the names under which it may have been sent."""


class SimulatedProvider:
    """One provider account, played against one connector of a running instance."""

    def __init__(
        self,
        *,
        hooks: HookClient,
        cast: Cast,
        faults: frozenset[Fault],
        say: Say,
        pace: float = 1.0,
        recording_authorization: str = "",
    ) -> None:
        """``say`` gets one line for each thing that happens, from any thread. ``pace`` 2 plays calls twice as fast."""
        self._hooks = hooks
        self._cast = cast
        self._faults = faults
        self._say = say
        self._pace = pace
        self._recording_authorization = recording_authorization
        self._dice = random.Random()  # noqa: S311 - it plays, it protects nothing
        self._timeline = Timeline()
        self._server: ThreadingHTTPServer | None = None
        self._sessions_by_key: dict[str, str] = {}
        self._lock = threading.Lock()

    def serve(self, port: int) -> int:
        """Answer click-to-calls and dispositions on 127.0.0.1; the port. Raises OSError when it is taken."""
        self._server = make_server(port, self._handle, recording_authorization=self._recording_authorization)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return int(self._server.server_address[1])

    def make_calls(self, count: int, *, rate: float) -> None:
        """Begin that many inbound calls, ``rate`` a second."""
        for position in range(count):
            self._play_after(position / rate, self._cast.inbound_call(self._dice))

    def wait_until_done(self) -> None:
        """Return once every request of every call has been made."""
        self._timeline.wait_until_empty()

    def stop(self) -> None:
        """End at once; what was still to come is dropped."""
        self._timeline.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _play_after(self, delay_seconds: float, call: SimulatedCall) -> None:
        self._timeline.add(delay_seconds, lambda: self._play(call))

    def _play(self, call: SimulatedCall) -> None:
        call = dataclasses.replace(call, recording_url=self._recording_url(call))
        for step in spoil(steps_of(call, timezone.now()), self._faults, self._dice):
            self._timeline.add(step.delay_seconds / self._pace, self._sending(call, step))

    def _sending(self, call: SimulatedCall, step: Step) -> Callable[[], None]:
        def send() -> None:
            answer = self._hooks.post(step)
            arrow = "<-" if call.is_inbound else "->"
            self._say(f"{call.session_id}  {call.our_end} {arrow} {call.customer}  {step.label}: {answer}")

        return send

    def _recording_url(self, call: SimulatedCall) -> str:
        address = self._server.server_address[1] if self._server else 9009
        return f"http://{HOST}:{address}/recordings/{call.session_id}.wav"

    def _handle(self, path: str, fields: Mapping[str, str]) -> Reply:
        if Fault.SLOW in self._faults:
            time.sleep(SLOW_SECONDS)
        if path.rstrip("/").endswith("/call"):
            return self._click_to_call(fields)
        if path.rstrip("/").endswith("/dispose"):
            return self._dispose(fields)
        return json_reply(404, status="ERROR", message=f"This provider has no {path}")

    def _click_to_call(self, fields: Mapping[str, str]) -> Reply:
        customer, agent = _first(fields, CUSTOMER_FIELDS), _first(fields, AGENT_FIELDS)
        if not customer or not agent:
            missing = "customer" if not customer else "agent"
            self._say(f"click to call refused: no {missing} number in it")
            return json_reply(400, status="ERROR", message=f"No {missing} number was given")
        session_id, is_new = self._session_of(fields.get("idempotency-key", ""))
        if not is_new:
            self._say(f"{session_id}  click to call once more, same key: nothing rings again")
            return json_reply(200, status="OK", message="Call is being connected", callId=session_id)
        self._say(f"{session_id}  click to call: ringing {agent}, then {customer}")
        echoed = {ours: value for ours, names in ECHOED_FIELDS.items() if (value := _first(fields, names))}
        call = SimulatedCall(
            session_id=session_id,
            direction="Outbound",
            customer=customer,
            our_end=agent,
            display_number=_first(fields, DISPLAY_FIELDS) or self._cast.display_numbers[0],
            time_zone=self._cast.time_zone,
            extra=echoed,
        )
        self._play_after(0.5 / self._pace, call)
        return json_reply(200, status="OK", message="Call is being connected", callId=session_id)

    def _session_of(self, idempotency_key: str) -> tuple[str, bool]:
        with self._lock:
            known = self._sessions_by_key.get(idempotency_key) if idempotency_key else None
            session_id = known or new_session_id()
            self._sessions_by_key[idempotency_key] = session_id
        return session_id, known is None

    def _dispose(self, fields: Mapping[str, str]) -> Reply:
        session, value = (
            _first(fields, ("session", "callsessionid", "callid")),
            _first(fields, ("value", "disposition")),
        )
        who = _first(fields, ("agentid", "agent")) or "the agent"
        self._say(f"{session or '(no session)'}  disposition {value!r}: {who} is free again")
        return json_reply(200, status="OK", message="Disposition saved")


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name].strip() for name in names if fields.get(name, "").strip()), "")
