"""What the page of a call shows, gathered for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calls import desk_selectors
from calls.forms import FOLLOW_UPS
from calls.models import Call, OutboundRequest, PopupDelivery
from calls.popup_card import LeadChoice, lead_choices
from calls.presentation import wants_name
from calls.selectors import calls_of_thread, visible_calls, visible_popups
from calls.services.dispositions import disposition_options
from calls.services.manual_calls import may_change
from calls.services.missed_calls import is_missed
from crm.models import Opportunity
from crm.selectors import agent_of


@dataclass(frozen=True, slots=True)
class CallPage:
    """Everything beside the call's own columns. ``legs`` are the calls that the provider ties to this one."""

    options: Sequence[str]
    follow_ups: Sequence[tuple[str, str]]
    opportunities: Sequence[Opportunity]
    choices: Sequence[LeadChoice]
    legs: Sequence[Call]
    deliveries: Sequence[PopupDelivery]
    disposition_request: OutboundRequest | None
    popup_id: int | None
    is_missed: bool
    may_change: bool
    wants_name: bool


def call_page(call: Call, *, viewer: Any) -> CallPage:
    """The page as this viewer may see it: their own popup delivery (staff: all), the legs that are theirs."""
    popup = visible_popups(viewer).filter(call=call).first()
    deliveries = popup.deliveries.select_related("agent").order_by("id") if popup else PopupDelivery.objects.none()
    if not viewer.is_staff:
        deliveries = deliveries.filter(agent=agent_of(viewer))
    legs = calls_of_thread(call).filter(pk__in=visible_calls(viewer).values("pk"))
    return CallPage(
        options=disposition_options(call.connector),
        follow_ups=[(key, words) for key, (words, _) in FOLLOW_UPS.items()],
        opportunities=list(Opportunity.objects.filter(lead_id=call.lead_id)) if call.lead_id else [],
        choices=lead_choices(call),
        legs=list(legs.select_related("agent", "lead").order_by("happened_at", "id")[:20]),
        deliveries=list(deliveries),
        disposition_request=desk_selectors.disposition_request(call),
        popup_id=popup.pk if popup else None,
        is_missed=is_missed(call),
        may_change=may_change(call=call, user=viewer),
        wants_name=wants_name(call),
    )
