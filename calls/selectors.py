"""Reads over calls, popups and outbound requests, limited to what a user may see."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from calls.models import Call, OutboundRequest, Popup, PopupDelivery
from crm.models import Agent
from crm.selectors import agent_of


def visible_calls(user: Any) -> QuerySet[Call]:
    """Staff see all calls; an agent those that they took and those whose popup was theirs."""
    calls = Call.objects.all()
    if user.is_staff:
        return calls
    agent = agent_of(user)
    if agent is None:
        return calls.none()
    return calls.filter(Q(agent=agent) | Q(pk__in=_calls_shown_to(agent)))


def _calls_shown_to(agent: Agent) -> QuerySet[Any]:
    return PopupDelivery.objects.filter(agent=agent).values("popup__call_id")


def calls_of_thread(call: Call) -> QuerySet[Call]:
    """The other legs that a provider ties to this call by a parent id: its parent, its children, its siblings."""
    ids = {word for word in (call.session_id, call.parent_session_id) if word}
    if not ids:
        return Call.objects.none()
    linked = Call.objects.filter(connector_id=call.connector_id).exclude(pk=call.pk)
    return linked.filter(Q(parent_session_id__in=ids) | Q(session_id=call.parent_session_id, session_id__gt=""))


def visible_popups(user: Any) -> QuerySet[Popup]:
    """Staff see all popups; an agent those delivered to them."""
    popups = Popup.objects.all()
    if user.is_staff:
        return popups
    agent = agent_of(user)
    return popups.filter(deliveries__agent=agent) if agent else popups.none()


def visible_outbound_requests(user: Any) -> QuerySet[OutboundRequest]:
    """Staff see all requests; an agent those that they made."""
    requests = OutboundRequest.objects.all()
    if user.is_staff:
        return requests
    agent = agent_of(user)
    return requests.filter(agent=agent) if agent else requests.none()


def deliveries_after(*, agent: Agent, sequence: int) -> QuerySet[PopupDelivery]:
    """What changed on the agent's desk after that number of theirs, oldest first: the content of the event stream."""
    return deliveries_after_each({agent.pk: sequence})


def deliveries_after_each(marks: Mapping[int, int]) -> QuerySet[PopupDelivery]:
    """The same for several agents, each after their own number: agent id → number."""
    is_newer = reduce(or_, (Q(agent_id=agent_id, sequence__gt=mark) for agent_id, mark in marks.items()))
    return (
        PopupDelivery.objects.filter(is_newer)
        .select_related("popup__call__lead", "popup__call__connector", "agent__user", "agent__team")
        .order_by("sequence")
    )
