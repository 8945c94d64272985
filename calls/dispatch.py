"""Sends one outbound request: claim, render, send, judge, settle. No HTTP happens inside a transaction."""

from __future__ import annotations

import dataclasses
import logging
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from calls import outcomes
from calls.circuit import note_answer
from calls.errors import TokenError, TokenUnavailableError
from calls.handover import hand_to_worker
from calls.models import OutboundAttempt, OutboundRequest
from calls.outbox import Claim, claim, next_of_the_call, postpone_if_unanswered, settle
from calls.outcomes import Outcome
from calls.pacing import put_off_if_too_many
from calls.provider_requests import render_for, rules_of, template_of
from calls.push import ring_doorbell
from calls.retry_schedule import retry_after_seconds
from calls.sending import send_rendered
from calls.services.early_calls import tie_calls_that_came_first
from connector_config.models import RequestTemplate
from connector_config.placeholders import TemplateError
from connector_config.rendering import RenderedRequest
from connector_config.success_rules import ResponseSnapshot, SuccessRuleError, Verdict, judge
from telephony_connector.common.address_policy import NetworkError
from telephony_connector.common.fields import DecryptionError
from telephony_connector.common.http import (
    AddressRefusedError,
    ConnectFailedError,
    HttpAnswer,
    InvalidRequestError,
    OutcomeUnknownError,
)
from telephony_connector.common.redaction import redact_headers, redact_text, redact_url

logger = logging.getLogger(__name__)

CONFIGURATION_ERRORS = (TokenError, TemplateError, SuccessRuleError, DecryptionError, NetworkError, InvalidRequestError)
LONGEST_RECORDED_BODY = 10_000


@dataclass(slots=True)
class Trial:
    """What one try has come to; whatever is known when it ends goes into its OutboundAttempt."""

    started_at: datetime = field(default_factory=timezone.now)
    clock: float = field(default_factory=time.monotonic)
    rendered: RenderedRequest | None = None
    answer: HttpAnswer | None = None
    verdict: Verdict | None = None
    error: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no record may show."""
        return self.rendered.secrets if self.rendered else ()

    def about_to_leave(self, rendered: RenderedRequest) -> None:
        """From now on the provider may have it."""
        self.rendered = rendered


def dispatch(outbound_request_id: uuid.UUID) -> None:
    """Send the request if it is due and nobody else is sending it; never raises for what a provider does.

    Called twice, or by two workers at once, it sends once: the claim is one conditional UPDATE. A disposition that was
    not taken is owed again at its ``next_attempt_at``; a click to call is tried once and never again.
    """
    if postpone_if_unanswered(outbound_request_id) or put_off_if_too_many(outbound_request_id):
        return
    held = claim(outbound_request_id)
    if held is None:
        return
    trial = Trial()
    outcome = _attempted(held.request, trial)
    _tell_circuit(held.request, trial, outcome)
    _record(held, trial, _recordable(outcome, trial))


def _attempted(request: OutboundRequest, trial: Trial) -> Outcome:
    """One of the doors with a broad catch: whatever breaks, the request gets a status that people can see."""
    try:
        return _sent(request, trial)
    except CONFIGURATION_ERRORS as error:
        trial.error = str(error)
        what = RequestTemplate.Purpose(request.purpose).label.lower()
        return outcomes.misconfigured(f"The {what} request of {request.connector.name} cannot be sent: {error}.")
    except AddressRefusedError as error:
        trial.error = str(error)
        return outcomes.misconfigured(
            f"{error}. Allow the network under {request.connector.name}'s allowed networks, or change the URL."
        )
    except (ConnectFailedError, TokenUnavailableError) as error:
        trial.error = str(error)
        pause = error.retry_after_seconds if isinstance(error, TokenUnavailableError) else None
        return outcomes.not_reached(request.purpose, trial.error, pause)
    except OutcomeUnknownError as error:
        trial.error = str(error)
        return outcomes.no_answer(request.purpose, trial.error)
    except Exception as error:
        logger.exception("Dispatch of outbound request %s broke", request.pk)
        trial.error = f"{type(error).__name__}, see the log"
        is_sent = trial.rendered is not None
        return (outcomes.no_answer if is_sent else outcomes.not_reached)(request.purpose, trial.error)


def _tell_circuit(request: OutboundRequest, trial: Trial, outcome: Outcome) -> None:
    """Only of dispositions, which alone are put off; what never left us says nothing about the provider."""
    is_tried_again = outcome.status is OutboundRequest.Status.PENDING
    if request.purpose == RequestTemplate.Purpose.DISPOSITION and (trial.answer is not None or is_tried_again):
        note_answer(request.connector_id, is_answered=trial.answer is not None)


def _sent(request: OutboundRequest, trial: Trial) -> Outcome:
    template = template_of(request)
    rules = rules_of(template)
    template.connector = request.connector
    answer = trial.answer = send_rendered(render_for(request, template), template, trial.about_to_leave)
    snapshot = ResponseSnapshot(status=answer.status, headers=answer.headers, body=answer.text)
    verdict = trial.verdict = judge(snapshot, rules, partial(redact_text, secrets=trial.secrets))
    pause = retry_after_seconds(answer.headers.get("retry-after", ""), timezone.now())
    return outcomes.answered(request.purpose, answer.status, verdict, pause)


def _record(held: Claim, trial: Trial, outcome: Outcome) -> None:
    """The attempt and the request's new status, together; afterwards the waiting page is told."""
    request = held.request
    with transaction.atomic():
        _attempt_row(request, trial).save()
        is_settled = settle(held, outcome)
    if not is_settled:
        logger.warning("Outbound request %s was taken over before its answer was recorded", request.pk)
        return
    if request.agent_id:
        ring_doorbell([request.agent_id])
    waiting = next_of_the_call(request)
    if waiting is not None:
        hand_to_worker(waiting, RequestTemplate.Purpose.DISPOSITION)
    if outcome.provider_call_id:
        tie_calls_that_came_first(request.pk)


def _attempt_row(request: OutboundRequest, trial: Trial) -> OutboundAttempt:
    redacted = partial(redact_text, secrets=trial.secrets)
    rendered, answer, verdict = trial.rendered, trial.answer, trial.verdict
    highest = request.attempts.aggregate(highest=Max("number"))["highest"]
    return OutboundAttempt(
        request=request,
        number=(highest or 0) + 1,
        started_at=trial.started_at,
        duration_ms=answer.elapsed_ms if answer else round((time.monotonic() - trial.clock) * 1000),
        method=rendered.method if rendered else "",
        url=redact_url(rendered.url, trial.secrets) if rendered else "",
        request_headers=redact_headers(rendered.headers, secrets=trial.secrets) if rendered else {},
        request_body=_storable(redacted(_body_text(rendered))),
        response_status=answer.status if answer else None,
        response_body=_storable(redacted(answer.text)) if answer else "",
        checks=[
            {**dataclasses.asdict(check), "detail": _storable(redacted(check.detail))}
            for check in (verdict.checks if verdict else ())
        ],
        error=redacted(trial.error),
    )


def _body_text(rendered: RenderedRequest | None) -> str:
    body = rendered.body if rendered else None
    return body.decode("utf-8", "replace") if body else ""


def _recordable(outcome: Outcome, trial: Trial) -> Outcome:
    message = _storable(redact_text(outcome.message, trial.secrets))
    return dataclasses.replace(outcome, message=message, provider_call_id=_storable(outcome.provider_call_id))


def _storable(text: str) -> str:
    """Redacted text, short enough to keep, without what no database's text can hold: NUL, halves of surrogate pairs."""
    encodable = text[:LONGEST_RECORDED_BODY].encode("utf-8", "replace").decode("utf-8")
    return encodable.replace("\x00", "\N{REPLACEMENT CHARACTER}")
