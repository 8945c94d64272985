"""Dispositions: how a call went, saved here first and then told to the provider."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from calls.errors import DispositionError
from calls.handover import dispatch_after_commit
from calls.merge_context import MergeSubjects, merge_context
from calls.models import Call, OutboundRequest, Popup
from calls.outbox import REPLACED
from calls.services.disposition_tasks import follow_disposition
from calls.services.popups import touch_deliveries
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent

PURPOSE = RequestTemplate.Purpose.DISPOSITION
LONGEST_VALUE = 120
LONGEST_NOTES = 10_000


def save_disposition(
    *, call: Call, agent: Agent | None, value: str, notes: str | None = None
) -> OutboundRequest | None:
    """Save how the call went, and owe the provider the news if it wants them; ``notes=None`` leaves the notes alone.

    Returns the request that carries it, or None when the connector has no enabled disposition template. Saving the
    same value and notes again while their request is open or succeeded returns that request. Of requests that the
    provider has not accepted at the first try, only the latest disposition's is tried on. Raises DispositionError.
    """
    value = _checked_value(value, call.connector)
    if notes is not None and len(notes) > LONGEST_NOTES:
        raise DispositionError(f"Use at most {LONGEST_NOTES} characters.", "notes")
    with transaction.atomic():
        saved = Call.objects.select_for_update(of=("self",), no_key=True).select_related("connector").get(pk=call.pk)
        latest = _latest_request(saved)
        notes = saved.notes if notes is None else notes
        is_unchanged = (saved.disposition, saved.notes) == (value, notes)
        if is_unchanged and latest and _still_stands(latest):
            return latest
        is_other = saved.disposition != value
        _write(saved, agent=agent, value=value, notes=notes)
        if is_other:
            follow_disposition(call=saved, agent=agent)
        request = _owe(saved, agent) if _is_wanted(saved) else None
        _tell_desks(saved)
    call.refresh_from_db(fields=["disposition", "disposed_at", "disposed_by", "notes"])
    return request


def disposition_options(connector: Connector) -> list[str]:
    """The values to choose from, in their order; empty when any text will do."""
    template = connector.request_templates.filter(purpose=PURPOSE).select_related("field").first()
    if template is None or template.field is None:
        return []
    return list(template.field.options.values_list("value", flat=True))


def _checked_value(value: str, connector: Connector) -> str:
    value = value.strip()
    options = disposition_options(connector)
    if not value:
        raise DispositionError("Choose a disposition.", "value")
    if options and value not in options:
        raise DispositionError(f"“{value[:LONGEST_VALUE]}” is none of: {', '.join(options)}.", "value")
    if len(value) > LONGEST_VALUE:
        raise DispositionError(f"Use at most {LONGEST_VALUE} characters.", "value")
    return value


def _is_wanted(call: Call) -> bool:
    """No provider knows a call that was entered by hand."""
    connector = call.connector
    if call.is_manual:
        return False
    return connector.is_enabled and connector.request_templates.filter(purpose=PURPOSE, is_enabled=True).exists()


def _latest_request(call: Call) -> OutboundRequest | None:
    return call.outbound_requests.filter(purpose=PURPOSE).order_by("-created_at").first()


def _still_stands(request: OutboundRequest) -> bool:
    return request.is_open or request.status == OutboundRequest.Status.SUCCEEDED


def _write(call: Call, *, agent: Agent | None, value: str, notes: str) -> None:
    call.disposition = value
    call.notes = notes
    call.disposed_at = timezone.now()
    call.disposed_by = agent
    call.save(update_fields=["disposition", "notes", "disposed_at", "disposed_by", "updated_at"])


def _owe(call: Call, agent: Agent | None) -> OutboundRequest:
    give_up_replaced(call_id=call.pk)
    request_id = uuid.uuid4()
    subjects = MergeSubjects(
        connector=call.connector,
        request_id=str(request_id),
        customer_number=call.customer_number_e164 or call.customer_number,
        agent=agent or call.agent,
        lead=call.lead,
        opportunity=call.opportunity,
        call=call,
    )
    request = OutboundRequest.objects.create(
        id=request_id,
        connector=call.connector,
        purpose=PURPOSE,
        agent=agent,
        lead=call.lead,
        opportunity=call.opportunity,
        call=call,
        phone=call.customer_number[:40],
        phone_e164=call.customer_number_e164,
        context=merge_context(subjects).to_json(),
        next_attempt_at=timezone.now(),
    )
    dispatch_after_commit(request)
    return request


def give_up_replaced(*, call_id: int) -> None:
    """Stop retrying the call's earlier dispositions: an old word that arrives late would replace the new one there."""
    OutboundRequest.objects.filter(
        call_id=call_id, purpose=PURPOSE, status=OutboundRequest.Status.PENDING, attempt_count__gt=0
    ).update(
        status=OutboundRequest.Status.FAILED,
        message=REPLACED,
        next_attempt_at=None,
        finished_at=timezone.now(),
        updated_at=timezone.now(),
    )


def _tell_desks(call: Call) -> None:
    """Give the call's popup a new version, so that the agent's other tabs learn of it."""
    popup = Popup.objects.filter(call=call).first()
    if popup is not None:
        touch_deliveries(popup=popup)
