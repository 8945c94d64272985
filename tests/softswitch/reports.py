"""What the exchange tells the product: popups, the call log, and the recording later, with the standard field names."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from tests.softswitch.record import CallRecord

ATTEMPTS = 5
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Report:
    """One request to a hook."""

    endpoint: str
    body: Mapping[str, object]


def report_of(record: CallRecord) -> Report:
    """A popup while the call lasts, its log once it is over."""
    parties = {
        "CallSessionId": record.call_id,
        "Direction": "Outbound",
        "SourceNumber": record.wish.agent,
        "DestinationNumber": record.wish.customer,
        "DisplayNumber": record.wish.virtual_number,
        "CallReference": record.wish.reference,
        "StartTime": record.started_at.isoformat(),
    }
    if record.ended_at is None:
        return Report("agent-popup", {**parties, "Status": "Answered" if record.answered_at else "Ringing"})
    end = {"EndTime": record.ended_at.isoformat(), "CallDuration": record.duration_seconds}
    return Report("call-log", {**parties, **end, "Status": record.outcome})


def late_recording(record: CallRecord, url: str) -> Report:
    """The recording, with nothing but the call's id."""
    return Report("call-log", {"CallSessionId": record.call_id, "ResourceURL": url})


class Reporter:
    """Posts reports in the order in which they come, away from the exchange's thread."""

    def __init__(self, *, hooks_url: str, recordings_url: str, recording_delay_seconds: float) -> None:
        """`hooks_url` is `…/hooks/<key>`; a recording is at `<recordings_url>/<call id>.wav`."""
        self._hooks_url, self._recordings_url = hooks_url.rstrip("/"), recordings_url
        self._delay = recording_delay_seconds
        self._thread = ThreadPoolExecutor(1)

    def __call__(self, record: CallRecord) -> None:
        """Report a call that has changed."""
        self._thread.submit(self._post, report_of(record))
        if record.has_recording:
            late = late_recording(record, f"{self._recordings_url}/{record.call_id}.wav")
            timer = threading.Timer(self._delay, self._thread.submit, (self._post, late))
            timer.daemon = True
            timer.start()

    def _post(self, report: Report) -> None:
        for attempt in range(ATTEMPTS):
            try:
                answer = requests.post(
                    f"{self._hooks_url}/{report.endpoint}", json=dict(report.body), timeout=TIMEOUT_SECONDS
                )
                verdict, is_final = str(answer.status_code), answer.status_code < 500
            except requests.RequestException as error:
                # Not the error's own text: it holds the URL, and with it the key.
                verdict, is_final = type(error).__name__, False
            print(f"{report.endpoint} of {report.body['CallSessionId']}: {verdict}", flush=True)
            if is_final:
                return
            time.sleep(PAUSE_SECONDS * (attempt + 1))
