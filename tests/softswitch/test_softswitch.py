"""The exchange's own parts: what it makes of requests, how it reports, what its telephones play."""

from __future__ import annotations

import io
import json
import struct
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tests.environment.provider import Answer, ProviderServer
from tests.environment.sip import hindrance
from tests.softswitch.phones import SipPhone
from tests.softswitch.process import RunningExchange
from tests.softswitch.ranges import part_of
from tests.softswitch.record import CallRecord, Outcome, Wish, digits, outcome_of
from tests.softswitch.reports import Reporter, late_recording, report_of
from tests.softswitch.tone import loudness, tone

STARTED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WISH = Wish("+919611795980", "+919611795983", "+919020897874", "R-1")
RINGING = CallRecord("c-1", WISH, STARTED)
TALKING = CallRecord("c-1", WISH, STARTED, STARTED + timedelta(seconds=4))
OVER = CallRecord("c-1", WISH, STARTED, TALKING.answered_at, STARTED + timedelta(seconds=16.4), Outcome.ANSWERED)
MISSED = CallRecord("c-1", WISH, STARTED, None, STARTED + timedelta(seconds=9), Outcome.NOT_ANSWERED)


@pytest.mark.parametrize(
    ("record", "endpoint", "facts"),
    [
        (RINGING, "agent-popup", {"Status": "Ringing", "CallReference": "R-1", "Direction": "Outbound"}),
        (TALKING, "agent-popup", {"Status": "Answered"}),
        (OVER, "call-log", {"Status": "Answered", "CallDuration": 12, "EndTime": "2026-03-01T09:00:16.400000+00:00"}),
        (MISSED, "call-log", {"Status": "NotAnswered", "CallDuration": 0}),
    ],
)
def test_a_call_is_reported_as_popup_while_it_lasts_and_as_log_when_it_is_over(
    record: CallRecord, endpoint: str, facts: dict[str, object]
) -> None:
    report = report_of(record)

    assert report.endpoint == endpoint
    assert facts.items() <= dict(report.body).items()


def test_a_recording_is_told_by_the_calls_id_alone() -> None:
    assert late_recording(OVER, "http://x/c-1.wav").body == {
        "CallSessionId": "c-1",
        "ResourceURL": "http://x/c-1.wav",
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (486, "Busy"),
        (600, "Busy"),
        (603, "Declined"),
        (480, "NotAnswered"),
        (487, "Cancelled"),
        (200, "Cancelled"),
        (503, "CallFailure"),
    ],
)
def test_a_sip_status_tells_how_a_call_ended_that_nobody_answered(status: int, outcome: str) -> None:
    assert outcome_of(status, was_answered=False) == outcome
    assert outcome_of(status, was_answered=True) == "Answered"


def test_a_number_is_one_telephone_in_any_writing() -> None:
    assert digits("+91 96117-95980") == digits("919611795980") == "919611795980"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=0-1,4-5", None),
        ("bytes=0-3", range(4)),
        ("bytes=4-", range(4, 10)),
        ("bytes=8-99", range(8, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=10-", range(0)),
        ("bytes=7-2", range(0)),
    ],
)
def test_a_range_is_the_part_that_was_asked_for(header: str, part: range | None) -> None:
    found = part_of(header, 10)

    assert (found is None) == (part is None)
    assert list(found or ()) == list(part or ())


@given(st.one_of(st.text(), st.from_regex(r"bytes=\d*-\d*", fullmatch=True)), st.integers(0, 1000))
def test_no_range_reaches_outside(header: str, length: int) -> None:
    assert set(part_of(header, length) or ()) <= set(range(length))


def test_a_recording_of_two_tones_has_both_and_no_third() -> None:
    first, second = (_linear(tone(hertz)) for hertz in (440, 620))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(struct.pack("<8000h", *(a + b for a, b in zip(first, second, strict=True))))

    heard = {hertz: loudness(file.getvalue(), hertz) for hertz in (440, 620, 1000)}

    assert heard[440] == pytest.approx(8000, rel=0.05)
    assert heard[620] == pytest.approx(8000, rel=0.05)
    assert heard[1000] < 100


def _linear(mu_law: bytes) -> list[int]:
    """G.711 the other way round, by its table's definition."""
    samples = []
    for code in mu_law:
        value = ~code & 0xFF
        magnitude = (((value & 0x0F) << 3) + 0x84 << (value >> 4 & 7)) - 0x84
        samples.append(-magnitude if value & 0x80 else magnitude)
    return samples


def test_a_report_that_is_not_taken_is_sent_again_before_the_next_one(capsys: pytest.CaptureFixture[str]) -> None:
    server = ProviderServer()
    answers = iter([Answer(503), Answer(200), Answer(200)])
    server.answer("/hooks/secret-key/agent-popup", lambda _request: next(answers))
    reporter = Reporter(
        hooks_url=f"{server.url}/hooks/secret-key", recordings_url="http://x", recording_delay_seconds=0.0
    )

    reporter(RINGING)
    reporter(TALKING)
    taken = server.wait_for("/hooks/secret-key/agent-popup", count=3)
    server.stop()

    assert [request.json()["Status"] for request in taken] == ["Ringing", "Ringing", "Answered"]
    assert "secret-key" not in capsys.readouterr().out


@pytest.mark.skipif(bool(hindrance()), reason=hindrance() or "never")
class TestExchange:
    """The running exchange, without the product."""

    @pytest.fixture
    def hooks(self) -> Iterator[ProviderServer]:
        server = ProviderServer()
        yield server
        server.stop()

    def test_one_key_rings_once_and_what_cannot_be_dialled_is_refused(
        self, hooks: ProviderServer, tmp_path: Path
    ) -> None:
        agent = SipPhone(tmp_path / "agent")
        engaged = SipPhone(tmp_path / "engaged", scenario="engaged")
        exchange = RunningExchange(
            hooks_url=f"{hooks.url}/hooks/k",
            telephones={"100": agent.address, "200": engaged.address},
            log=tmp_path / "log",
        )

        def originate(body: object, key: str = "") -> tuple[int, dict[str, str]]:
            answer = requests.post(
                f"{exchange.url}/originate", data=json.dumps(body), headers={"Idempotency-Key": key}, timeout=10
            )
            return answer.status_code, answer.json()

        try:
            asked_at = time.monotonic()
            first, second = (originate({"agent": "100", "customer": "200"}, "k-1") for _ in range(2))
            seconds = time.monotonic() - asked_at
            refused = [originate(body)[0] for body in ({"agent": "100", "customer": "999"}, {"agent": "100"}, [1])]
            log = hooks.wait_for("/hooks/k/call-log", timeout_seconds=30)[0].json()
            no_recording = requests.get(f"{exchange.url}/recordings/{first[1]['call_id']}.wav", timeout=10)
            statuses = (agent.finish(), engaged.finish())
        finally:
            exit_status = exchange.stop()
            agent.stop()
            engaged.stop()

        assert first == second == (200, {"status": "queued", "call_id": log["CallSessionId"]})
        assert seconds < 5
        assert refused == [404, 400, 400]
        assert (log["Status"], log["CallDuration"], no_recording.status_code) == ("Busy", 0, 404)
        assert (agent.log(), engaged.log()) == (["rang", "answered"], ["refused"])
        assert (statuses, exit_status) == ((0, 0), 0)

    def test_a_call_under_way_is_over_when_the_exchange_goes_off(self, hooks: ProviderServer, tmp_path: Path) -> None:
        agent, customer = SipPhone(tmp_path / "agent"), SipPhone(tmp_path / "customer")
        exchange = RunningExchange(
            hooks_url=f"{hooks.url}/hooks/k",
            telephones={"100": agent.address, "200": customer.address},
            log=tmp_path / "log",
        )

        try:
            requests.post(f"{exchange.url}/originate", json={"agent": "100", "customer": "200"}, timeout=10)
            hooks.wait_for("/hooks/k/agent-popup", count=2, timeout_seconds=30)
            exit_status = exchange.stop()
            statuses = (agent.finish(), customer.finish())
        finally:
            exchange.stop()
            agent.stop()
            customer.stop()

        assert (exit_status, statuses) == (0, (0, 0))
        assert hooks.received("/hooks/k/call-log")[0].json()["Status"] == "Answered"
