"""When an agent may call: on duty, within the connector's calling hours, and not beside a call in progress."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from calls.errors import ClickToCallRefusedError
from calls.models import Call
from calls.presentation import customer_of
from connector_config.mapping.events import CallStatus
from connector_config.models import Connector
from connector_config.opening_hours import OpeningHoursError, parse_opening_hours
from crm.models import Agent

LONGEST_CALL = timedelta(hours=2)
"""A call in progress for longer than this is one whose end got lost; it holds nobody back."""


def check_may_call_now(*, agent: Agent, connector: Connector) -> None:
    """Raises ClickToCallRefusedError with the reason, for the agent, why not now."""
    if not agent.is_on_duty:
        raise ClickToCallRefusedError("You are off duty. Go on duty to call.", "agent")
    if reason := _quiet_reason(connector):
        raise ClickToCallRefusedError(reason, "connector")
    if not connector.allows_busy_agents and (call := _call_in_progress(agent, connector)) is not None:
        customer = customer_of(call) or call.customer_number or "somebody"
        raise ClickToCallRefusedError(f"You are in a call with {customer}. End it first.", "agent")


def hindrances(*, agent: Agent, connectors: Collection[Connector]) -> dict[int, str]:
    """By connector id why a page shows its Call buttons disabled; nothing for the others. Asks no database.

    A call in progress is not among them: it ends while the page stands there.
    """
    if not agent.is_on_duty:
        return {connector.pk: "You are off duty." for connector in connectors}
    return {connector.pk: reason for connector in connectors if (reason := _quiet_reason(connector))}


def _quiet_reason(connector: Connector) -> str:
    """Hours that cannot be read bar nobody: they are checked when they are saved."""
    local = timezone.now().astimezone(ZoneInfo(connector.time_zone))
    try:
        hours = parse_opening_hours(connector.calling_hours)
    except OpeningHoursError:
        return ""
    if hours.is_open(local):
        return ""
    return f"Quiet hours: {connector.name} is for calls {connector.calling_hours}; it is {local:%a %H:%M} there now."


def _call_in_progress(agent: Agent, connector: Connector) -> Call | None:
    """Whoever has chosen a call's disposition has hung up, whether or not the provider has told us."""
    in_progress = Call.objects.filter(
        agent=agent,
        connector=connector,
        is_over=False,
        disposition="",
        status__in=[CallStatus.ANSWERED, CallStatus.IN_PROGRESS],
        happened_at__gt=timezone.now() - LONGEST_CALL,
    )
    return in_progress.select_related("lead").first()
