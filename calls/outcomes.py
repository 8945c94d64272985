"""What a try to send means for the request: done, refused, again later, or never again."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from calls.models import OutboundRequest
from connector_config.models import RequestTemplate
from connector_config.success_rules import Verdict

Status = OutboundRequest.Status
CLICK_TO_CALL = RequestTemplate.Purpose.CLICK_TO_CALL

RETRIED_STATUSES = frozenset({408, 425, 429})
"""Client errors that speak of the moment, not of the request (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The request's next status; PENDING means another attempt, no sooner than ``retry_after_seconds`` from now.

    ``message`` is the provider's own words where it said something, else ours.
    """

    status: OutboundRequest.Status
    message: str = ""
    provider_call_id: str = ""
    retry_after_seconds: float | None = None


def not_reached(purpose: str, reason: str, retry_after_seconds: float | None = None) -> Outcome:
    """Certainly not sent: a disposition can wait, the agent who clicked cannot."""
    status = Status.FAILED if purpose == CLICK_TO_CALL else Status.PENDING
    return Outcome(status, f"The provider could not be reached: {reason}", retry_after_seconds=retry_after_seconds)


def no_answer(purpose: str, reason: str) -> Outcome:
    """Sent, perhaps, but unanswered. A click to call is never repeated, since a telephone may be ringing already."""
    if purpose == CLICK_TO_CALL:
        return Outcome(Status.UNKNOWN, f"The provider did not answer ({reason}). The call may have been made.")
    return Outcome(Status.PENDING, f"The provider did not answer: {reason}")


def misconfigured(message: str) -> Outcome:
    """Nothing that repeating would mend; the message tells the administrator what to change."""
    return Outcome(Status.FAILED, message)


def answered(purpose: str, http_status: int, verdict: Verdict, retry_after_seconds: float | None) -> Outcome:
    """The provider answered. Redirects are not followed: they would carry credentials to an address nobody checked."""
    if verdict.is_success:
        return Outcome(Status.SUCCEEDED, verdict.message, verdict.provider_call_id)
    words = verdict.message or _reason_phrase(http_status)
    if 300 <= http_status < 400:
        return misconfigured(
            f"The provider answered {http_status}, a redirect, which is not followed: enter the final URL."
        )
    if purpose != CLICK_TO_CALL and _passes_by_itself(http_status):
        return Outcome(Status.PENDING, words, retry_after_seconds=retry_after_seconds)
    return Outcome(Status.REFUSED, words)


def _passes_by_itself(http_status: int) -> bool:
    return http_status >= 500 or http_status in RETRIED_STATUSES


def _reason_phrase(http_status: int) -> str:
    try:
        return f"The provider answered {http_status} {HTTPStatus(http_status).phrase}."
    except ValueError:
        return f"The provider answered {http_status}."
