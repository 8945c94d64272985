"""Reads for an agent's desk: open popups, missed calls, today's calls, a lead's timeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from calls.models import AgentStream, Call, OutboundRequest, Popup, PopupDelivery
from calls.selectors import visible_calls
from calls.services.missed_calls import MISSED_STATUSES
from connector_config.mapping.events import CallStatus, Direction
from crm.models import Agent, Lead, Opportunity, Task

POPUP_LIFETIME = timedelta(hours=8)
"""A popup that nobody closed leaves the desk after a shift."""
MISSED_WINDOW = timedelta(days=7)
"""Whom nobody called back for a week is no longer a matter of the desk; the call history still has them."""
FOLLOW_UP_WINDOW = timedelta(days=1)
MISSED_LIMIT = 50
TODAY_LIMIT = 100
PREVIOUS_LIMIT = 3
HANDLED_WINDOW = timedelta(days=1)
HANDLED_LIMIT = 20
_ROW_RELATIONS = ("lead", "agent", "connector", "virtual_number", "opportunity")


def is_popup_closed(delivery: PopupDelivery) -> bool:
    """True once a popup belongs on the desk no longer: dismissed, too old, or ended with its disposition chosen."""
    if delivery.state == PopupDelivery.State.DISMISSED or delivery.created_at < timezone.now() - POPUP_LIFETIME:
        return True
    return delivery.state == PopupDelivery.State.ENDED and bool(delivery.popup.call.disposition)


def open_deliveries(agent: Agent) -> QuerySet[PopupDelivery]:
    """The popups on the agent's desk, newest first."""
    return (
        _open(PopupDelivery.objects.filter(agent=agent))
        .select_related(
            "popup__call__lead__owner",
            "popup__call__connector",
            "popup__call__agent",
            "popup__call__virtual_number",
            "agent__user",
            "agent__team",
        )
        .order_by("-popup_id")
    )


def _open(deliveries: QuerySet[PopupDelivery]) -> QuerySet[PopupDelivery]:
    return (
        deliveries.filter(created_at__gte=timezone.now() - POPUP_LIFETIME)
        .exclude(state=PopupDelivery.State.DISMISSED)
        .exclude(Q(state=PopupDelivery.State.ENDED) & ~Q(popup__call__disposition=""))
    )


def open_deliveries_of(agent_ids: Collection[int]) -> QuerySet[PopupDelivery]:
    """The popups on the desks of several agents, with what an event says of them."""
    return _open(PopupDelivery.objects.filter(agent_id__in=agent_ids)).select_related(
        "popup__call__lead", "popup__call__connector", "agent__user", "agent__team"
    )


def last_sequence(agent: Agent) -> int:
    """The newest number of the agent's stream; 0 before the first popup."""
    return AgentStream.objects.filter(agent=agent).values_list("last_sequence", flat=True).first() or 0


def last_sequences(agent_ids: list[int]) -> dict[int, int]:
    """The newest numbers of several agents' streams, by agent id."""
    return dict(AgentStream.objects.filter(agent_id__in=agent_ids).values_list("agent_id", "last_sequence"))


def desk_calls(user: Any, agent: Agent | None) -> QuerySet[Call]:
    """The calls that a console shows: an agent's own, even for staff; an administrator who is no agent sees all."""
    if agent is None or not user.is_staff:
        return visible_calls(user)
    shown = PopupDelivery.objects.filter(agent=agent).values("popup__call_id")
    return Call.objects.filter(Q(agent=agent) | Q(pk__in=shown))


def missed_calls(calls: QuerySet[Call]) -> list[Call]:
    """The last missed call of each customer whom nobody has spoken to or called since, newest first.

    What somebody marked as handled is settled together with the customer's earlier missed calls.
    """
    rows = (
        calls.filter(
            direction=Direction.INBOUND,
            status__in=MISSED_STATUSES,
            disposition="",
            handled_at=None,
            happened_at__gte=timezone.now() - MISSED_WINDOW,
        )
        .exclude(_with_same_customer(_later_contact()))
        .exclude(_with_same_customer(_handled_later()))
        .select_related(*_ROW_RELATIONS)
    )
    return _newest_of_each_customer(rows[: MISSED_LIMIT * 3])


def handled_calls(calls: QuerySet[Call]) -> list[Call]:
    """The missed calls that were marked as handled within a day, the latest mark first: to be undone."""
    since = timezone.now() - HANDLED_WINDOW
    rows = calls.filter(handled_at__gte=since).select_related(*_ROW_RELATIONS, "handled_by")
    return list(rows.order_by("-handled_at")[:HANDLED_LIMIT])


def follow_ups(calls: QuerySet[Call]) -> list[Call]:
    """The calls whose customer is to be called again within a day and has not been yet, most urgent first."""
    due = calls.filter(follow_up_at__lte=timezone.now() + FOLLOW_UP_WINDOW).exclude(
        _with_same_customer(_later_contact())
    )
    return list(due.select_related(*_ROW_RELATIONS).order_by("follow_up_at")[:MISSED_LIMIT])


def tasks_due(agent: Agent | None) -> list[Task]:
    """What the agent is to do within a day, most urgent first."""
    if agent is None:
        return []
    due = Task.objects.filter(agent=agent, done_at=None, due_at__lte=timezone.now() + FOLLOW_UP_WINDOW)
    return list(due.select_related("lead").order_by("due_at")[:MISSED_LIMIT])


def _with_same_customer(rows: QuerySet[Call]) -> Q:
    """True for a call whose customer, by number or by lead, has one of these rows, which refer to that outer call."""
    by_number = rows.filter(
        # The suffix has an index, the whole number decides.
        customer_suffix=OuterRef("customer_suffix"),
        customer_number_e164=OuterRef("customer_number_e164"),
    ).exclude(customer_number_e164="")
    return Q(Exists(by_number)) | Q(Exists(rows.filter(lead_id=OuterRef("lead_id"))))


def _later_contact() -> QuerySet[Call]:
    """Calls to or with somebody after an outer call."""
    return Call.objects.filter(
        Q(direction=Direction.OUTBOUND) | Q(status__in=[CallStatus.ANSWERED, CallStatus.IN_PROGRESS]),
        happened_at__gt=OuterRef("happened_at"),
    )


def _handled_later() -> QuerySet[Call]:
    """Missed calls not older than an outer call that somebody marked as handled."""
    return Call.objects.filter(handled_at__isnull=False, happened_at__gte=OuterRef("happened_at"))


def _newest_of_each_customer(rows: QuerySet[Call]) -> list[Call]:
    found: dict[str, Call] = {}
    for call in rows:
        customer = str(call.lead_id or "") or call.customer_number_e164 or f"call {call.pk}"
        found.setdefault(customer, call)
    return list(found.values())[:MISSED_LIMIT]


def todays_calls(calls: QuerySet[Call]) -> tuple[list[Call], int]:
    """The newest calls since midnight of the reader's time zone, and how many there are of them in all."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = calls.filter(happened_at__gte=midnight)
    newest = list(rows.select_related(*_ROW_RELATIONS)[:TODAY_LIMIT])
    return newest, rows.count() if len(newest) == TODAY_LIMIT else len(newest)


def calls_of_lead(user: Any, lead: Lead) -> QuerySet[Call]:
    """The lead's calls that the user may see, newest first."""
    return visible_calls(user).filter(lead=lead).select_related(*_ROW_RELATIONS)


def calls_of_opportunity(user: Any, opportunity: Opportunity) -> QuerySet[Call]:
    """The calls about the opportunity that the user may see, newest first."""
    return visible_calls(user).filter(opportunity=opportunity).select_related(*_ROW_RELATIONS)


def previous_calls(call: Call) -> list[Call]:
    """The last calls with the same customer before this one, newest first."""
    same_customer = Q(pk__in=[])
    if call.lead_id:
        same_customer |= Q(lead_id=call.lead_id)
    if call.customer_number_e164:
        same_customer |= Q(customer_suffix=call.customer_suffix, customer_number_e164=call.customer_number_e164)
    earlier = Call.objects.filter(same_customer, happened_at__lt=call.happened_at).exclude(pk=call.pk)
    return list(earlier.select_related("agent").order_by("-happened_at", "-id")[:PREVIOUS_LIMIT])


def disposition_request(call: Call) -> OutboundRequest | None:
    """The newest request that carries the call's disposition to the provider."""
    return call.outbound_requests.filter(purpose="disposition").select_related("connector").first()


def recent_outbound(agent_ids: Collection[int], *, since: datetime) -> QuerySet[OutboundRequest]:
    """The agents' requests made since then, oldest first, as far as their streams watch them for changes."""
    requests = OutboundRequest.objects.filter(agent_id__in=agent_ids, created_at__gte=since).order_by("created_at")
    return requests.only("agent", "call", "purpose", "status", "attempt_count", "created_at")


def delivery_of(popup: Popup, agent: Agent | None) -> PopupDelivery | None:
    """The popup on that agent's desk."""
    return popup.deliveries.filter(agent=agent).first() if agent else None
