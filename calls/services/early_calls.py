"""A call that came before its click's answer: tied to the click as soon as the answer tells the call's id."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import Q

from calls.models import Call, OutboundRequest, StoredEvent
from calls.services.recording import refold_calls
from connector_config.models import RequestTemplate
from connector_config.selectors import connector_config_by_id
from telephony_connector.common.phones import suffix_of

_CLOCK_MARGIN = timedelta(seconds=5)
"""Web server and worker may run on machines whose clocks differ a little."""


def tie_calls_that_came_first(request_id: uuid.UUID) -> list[Call]:
    """Give the calls that this click has led to its agent, lead and opportunity, and the agent their popup.

    For a click whose provider has answered with the id of its call; of one without an id nothing is asked. Idempotent.
    """
    request = OutboundRequest.objects.get(pk=request_id)
    if request.purpose != RequestTemplate.Purpose.CLICK_TO_CALL or not request.provider_call_id:
        return []
    return refold_calls(
        connector=connector_config_by_id(request.connector_id),
        provider_call_id=request.provider_call_id,
        keys=lambda: _session_keys(request),
    )


def _session_keys(request: OutboundRequest) -> set[str]:
    """The session keys of calls that name the provider's id, or whose events name it as the click's reference."""
    told_id, since = request.provider_call_id, request.created_at - _CLOCK_MARGIN
    named = Call.objects.filter(
        Q(session_id=told_id) | Q(parent_session_id=told_id), connector=request.connector_id, received_at__gte=since
    )
    # The number's index narrows the search; of events themselves only the session is indexed.
    with_number = Call.objects.filter(
        connector=request.connector_id, customer_suffix=suffix_of(request.phone), received_at__gte=since
    )
    referring = StoredEvent.objects.filter(call__in=with_number, fields__call_reference=told_id)
    return {*named.values_list("session_key", flat=True), *referring.values_list("session_key", flat=True)}
