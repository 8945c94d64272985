"""Why a recording cannot be played, in words for the person who pressed the button."""

from __future__ import annotations

from enum import StrEnum

from calls.errors import CallsError


class RecordingProblem(StrEnum):
    """What is the matter; the API answers it as ``code``."""

    NONE = "no_recording"
    NOT_READY = "not_ready"
    GONE = "gone"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    NOT_SOUND = "not_a_recording"
    TOO_LARGE = "too_large"
    MISCONFIGURED = "misconfigured"
    BUSY = "busy"


_STATUSES = {
    RecordingProblem.NONE: 404,
    RecordingProblem.GONE: 404,
    RecordingProblem.NOT_READY: 503,
    RecordingProblem.BUSY: 503,
}
_FAULT_OF_THE_PROVIDER = 502
_RETRY_SECONDS = {RecordingProblem.NOT_READY: 60, RecordingProblem.BUSY: 5}


class RecordingError(CallsError):
    """A recording that cannot be played. The message is for everybody and holds no address of the provider's.

    ``detail`` is for administrators and logs: it may name the provider's host, never path, query or a secret.
    """

    def __init__(self, problem: RecordingProblem, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.problem, self.message, self.detail = problem, message, detail

    @property
    def status(self) -> int:
        """The HTTP status of our answer."""
        return _STATUSES.get(self.problem, _FAULT_OF_THE_PROVIDER)

    @property
    def retry_seconds(self) -> int | None:
        """When it is worth another try; None when nobody knows."""
        return _RETRY_SECONDS.get(self.problem)


class UnsatisfiableRangeError(Exception):
    """A range that begins behind the end (RFC 9110 §15.5.17); ``total`` is None where the provider told no length."""

    def __init__(self, total: int | None) -> None:
        super().__init__("the range lies behind the end of the recording")
        self.total = total
