"""Making a request exactly as a real click or disposition would, showing it, and sending it without owing anything."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from calls.dispatch import CONFIGURATION_ERRORS
from calls.dry_run.curl import curl_line
from calls.errors import TokenUnavailableError
from calls.merge_context import MergeSubjects, merge_context
from calls.models import Call, OutboundRequest
from calls.provider_requests import preview_for, render_for, rules_of
from calls.sending import send_rendered
from calls.services.click_to_call import number_to_call, virtual_number_for
from connector_config.models import Connector, RequestTemplate, VirtualNumber
from connector_config.outgoing.preview import RequestPreview
from connector_config.rendering import RenderedRequest
from connector_config.success_rules import ResponseSnapshot, Verdict, judge
from crm.models import Agent, Lead
from telephony_connector.common.http import HttpDoorError
from telephony_connector.common.redaction import redact_headers, redact_text

SAMPLE_SESSION_ID = "dry-run"
LONGEST_SHOWN_BODY = 20_000


class DryRunError(Exception):
    """The request cannot be made or sent; the message tells the administrator what to change."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """A request that is never stored: an unsaved OutboundRequest and the saved template that it is made from."""

    request: OutboundRequest
    template: RequestTemplate


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """The request for the eye, and as a curl line; secrets are masked in both."""

    preview: RequestPreview
    curl: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What came back, redacted, with what each success rule said of it. ``elapsed_ms`` is None for the local sink."""

    status: int
    headers: Mapping[str, str]
    body: str
    elapsed_ms: int | None
    verdict: Verdict
    is_truncated: bool = False


def click_to_call_run(
    *, connector: Connector, agent: Agent, lead: Lead | None, phone: str, virtual_number: VirtualNumber | None
) -> DryRun:
    """The request of a click. Raises ClickToCallRefusedError where a click would be refused, DryRunError."""
    called = number_to_call(agent=agent, connector=connector, lead=lead, phone=phone)
    request_id = uuid.uuid4()
    subjects = MergeSubjects(
        connector=connector,
        request_id=str(request_id),
        call_reference=str(request_id),
        customer_number=called.phone,
        agent=agent,
        lead=called.lead,
        virtual_number=virtual_number_for(connector, called, given=virtual_number, agent=agent),
    )
    return _run(subjects, request_id, RequestTemplate.Purpose.CLICK_TO_CALL)


def disposition_run(
    *, connector: Connector, agent: Agent, call: Call | None, lead: Lead | None, value: str, notes: str
) -> DryRun:
    """The request of a disposition; without a call, of one with the session id ``dry-run``. Raises DryRunError.

    The call is changed in memory only; do not save it.
    """
    call = call or _sample_call(connector, lead)
    call.disposition, call.notes = value, notes
    request_id = uuid.uuid4()
    subjects = MergeSubjects(
        connector=connector,
        request_id=str(request_id),
        customer_number=call.customer_number_e164 or call.customer_number,
        agent=agent,
        lead=call.lead,
        opportunity=call.opportunity,
        call=call,
    )
    return _run(subjects, request_id, RequestTemplate.Purpose.DISPOSITION)


def show(run: DryRun) -> ShownRequest:
    """The request as it would be sent. Raises DryRunError."""
    try:
        preview = preview_for(run.request, run.template)
    except CONFIGURATION_ERRORS as error:
        raise DryRunError(str(error)) from None
    return ShownRequest(
        preview=preview, curl=curl_line(preview, has_own_authority=bool(run.request.connector.ca_certificates))
    )


def send_to_provider(run: DryRun, *, user: User) -> ShownAnswer:
    """Send it once, whatever the provider then does, and note in the admin's log who did so. Raises DryRunError."""
    sent: list[RenderedRequest] = []
    try:
        rules = rules_of(run.template)
        answer = send_rendered(render_for(run.request, run.template), run.template, sent.append)
        redacted = partial(redact_text, secrets=sent[-1].secrets)
        verdict = judge(ResponseSnapshot(answer.status, answer.headers, answer.text), rules, redacted)
    except (HttpDoorError, TokenUnavailableError, *CONFIGURATION_ERRORS) as error:
        if sent:
            _log(run, user, "no answer")
        raise DryRunError(redact_text(str(error), sent[-1].secrets if sent else ())) from None
    _log(run, user, f"answered {answer.status}")
    secrets = sent[-1].secrets
    return ShownAnswer(
        status=answer.status,
        headers=redact_headers(answer.headers, secrets=secrets),
        body=redacted(answer.text)[:LONGEST_SHOWN_BODY],
        elapsed_ms=answer.elapsed_ms,
        verdict=_redacted(verdict, secrets),
        is_truncated=answer.is_truncated or len(answer.text) > LONGEST_SHOWN_BODY,
    )


def answer_from_sink(run: DryRun, *, status: int, body: str) -> ShownAnswer:
    """Render the request, send nothing, and judge an answer that the administrator supplies. Raises DryRunError."""
    try:
        rendered = render_for(run.request, run.template)
        redacted = partial(redact_text, secrets=rendered.secrets)
        verdict = judge(ResponseSnapshot(status=status, body=body), rules_of(run.template), redacted)
    except CONFIGURATION_ERRORS as error:
        raise DryRunError(str(error)) from None
    return ShownAnswer(
        status=status,
        headers={},
        body=redacted(body),
        elapsed_ms=None,
        verdict=_redacted(verdict, rendered.secrets),
    )


def _sample_call(connector: Connector, lead: Lead | None) -> Call:
    phone = lead.phones.first() if lead else None
    number = (phone.e164 or phone.number) if phone else ""
    return Call(
        connector=connector,
        session_id=SAMPLE_SESSION_ID,
        lead=lead,
        customer_number=number,
        received_at=timezone.now(),
        happened_at=timezone.now(),
    )


def _run(subjects: MergeSubjects, request_id: uuid.UUID, purpose: str) -> DryRun:
    template = RequestTemplate.objects.filter(connector=subjects.connector, purpose=purpose).first()
    if template is None:
        raise DryRunError("There is no request yet: write it in its tab and save it first.")
    template.connector = subjects.connector
    request = OutboundRequest(
        id=request_id, connector=subjects.connector, purpose=purpose, context=merge_context(subjects).to_json()
    )
    return DryRun(request=request, template=template)


def _redacted(verdict: Verdict, secrets: tuple[str, ...]) -> Verdict:
    checks = tuple(
        type(check)(check.name, check.passed, redact_text(check.detail, secrets)) for check in verdict.checks
    )
    return Verdict(
        is_success=verdict.is_success,
        checks=checks,
        message=redact_text(verdict.message, secrets),
        provider_call_id=verdict.provider_call_id,
    )


def _log(run: DryRun, user: User, outcome: str) -> None:
    connector = run.request.connector
    purpose = RequestTemplate.Purpose(run.request.purpose).label
    LogEntry.objects.log_actions(
        user.pk,
        Connector.objects.filter(pk=connector.pk),
        CHANGE,
        change_message=f"Dry run of {purpose} sent to the provider: {outcome}",
        single_object=True,
    )
