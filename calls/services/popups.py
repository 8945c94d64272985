"""Popups: who gets one, how it follows its call, and what agents do with it.

The rows are the truth. Each change of a delivery takes a new number of that agent's stream, in the same transaction,
and rings the doorbell after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from calls.errors import DispositionError
from calls.models import AgentStream, Call, NotShown, Popup, PopupDelivery
from calls.push import ring_doorbell
from calls.services.parties import Parties, find_agents
from connector_config.mapping.events import CallEvent, CallStatus
from connector_config.selectors import ConnectorConfig
from crm.matching import LeadReference
from crm.models import Agent, Lead

_STATE_RANK = {Popup.State.RINGING: 0, Popup.State.ANSWERED: 1, Popup.State.ENDED: 2}
_DELIVERY_RANK: dict[str, int] = {**{state.value: rank for state, rank in _STATE_RANK.items()}, "dismissed": 3}


def show_popup(
    *, call: Call, events: Sequence[CallEvent], parties: Parties, connector: ConnectorConfig, is_first: bool = False
) -> Popup:
    """Show the call's popup to everyone whom these popup events concern, and bring it up to date for the others.

    A named but unknown agent means nobody; no agent named means the lead's owner, else the virtual number's fallback.
    ``is_first`` tells that the call is new and so has no popup yet.
    """
    popup = (None if is_first else _popup_of(call)) or Popup(call=call)
    popup.state = _later_state(popup.state if popup.pk else None, call)
    popup.save()
    call.popup = popup
    is_matched = parties.lead is not None and parties.lead.id == call.lead_id
    lead = parties.lead if is_matched else call.lead
    agents = {agent for event in events for agent in agents_concerned(event, lead, parties, connector)}
    known = set() if is_first else _receivers_of(popup)
    new = dict(Agent.objects.filter(pk__in=agents - known).order_by("pk").values_list("pk", "receives_popups"))
    numbers = _next_numbers(known | new.keys())
    _update_deliveries(popup, numbers)
    _deliver(popup, new, numbers)
    return popup


def follow_call(*, call: Call) -> None:
    """Move the popup of a call, where it has one, to the call's state. States only go forward."""
    popup = _popup_of(call)
    if popup is None:
        return
    popup.call = call
    popup.state = _later_state(popup.state, call)
    popup.save(update_fields=["state", "updated_at"])
    _update_deliveries(popup, _next_numbers(_receivers_of(popup)))


@transaction.atomic
def dismiss_popup(*, popup: Popup, agent: Agent) -> None:
    """The agent has closed the popup: it goes from all of their tabs. Idempotent.

    Raises DispositionError when the connector wants to know first how the call went.
    """
    if owes_disposition(popup=popup, agent=agent):
        raise DispositionError("Choose a disposition first: it is required after every call.", "value")
    # The stream before the delivery, as everywhere: two that take them in different order would block each other.
    AgentStream.objects.select_for_update().filter(agent=agent).first()
    deliveries = PopupDelivery.objects.filter(popup=popup, agent=agent).exclude(state=PopupDelivery.State.DISMISSED)
    for delivery in deliveries:
        delivery.state, delivery.dismissed_at = PopupDelivery.State.DISMISSED, timezone.now()
        _renumber([delivery], ["state", "dismissed_at"], _next_numbers([agent.pk]))


def owes_disposition(*, popup: Popup, agent: Agent) -> bool:
    """True while the agent may not put the popup away: their call has begun, and its required disposition is missing.

    A call that is over and nobody's is everybody's who has its popup, until one of them has chosen.
    """
    call = popup.call
    if not call.connector.requires_disposition or call.disposition or popup.state == Popup.State.RINGING:
        return False
    is_nobodys = call.agent_id is None and popup.state == Popup.State.ENDED
    return is_nobodys or call.agent_id == agent.pk


def acknowledge_popup(*, popup: Popup, agent: Agent, is_hidden: bool = False) -> None:
    """The agent's page has the popup, and shows it unless it is in the background. Each is kept once.

    Needs no new number, since nothing changes on the desk.
    """
    now = timezone.now()
    unseen = PopupDelivery.objects.filter(popup=popup, agent=agent, shown_at=None)
    changes = {"not_shown_reason": NotShown.HIDDEN} if is_hidden else {"not_shown_reason": "", "shown_at": now}
    unseen.update(**changes, acknowledged_at=Coalesce("acknowledged_at", now), updated_at=now)


@transaction.atomic
def touch_deliveries(*, popup: Popup, agent_ids: Iterable[int] | None = None) -> None:
    """Tell the agents (default: all who have it) that the popup's content changed."""
    deliveries = popup.deliveries.all()
    if agent_ids is not None:
        deliveries = deliveries.filter(agent_id__in=list(agent_ids))
    rows = list(deliveries)
    _renumber(rows, [], _next_numbers(row.agent_id for row in rows))


def _popup_of(call: Call) -> Popup | None:
    return getattr(call, "popup", None) if call.pk else None


def _receivers_of(popup: Popup) -> set[int]:
    return set(popup.deliveries.values_list("agent_id", flat=True))


def _later_state(state: str | None, call: Call) -> Popup.State:
    if call.is_over:
        now = Popup.State.ENDED
    elif call.status in (CallStatus.ANSWERED, CallStatus.IN_PROGRESS):
        now = Popup.State.ANSWERED
    else:
        now = Popup.State.RINGING
    return max(now, Popup.State(state), key=_STATE_RANK.__getitem__) if state else now


def agents_concerned(
    event: CallEvent, lead: Lead | LeadReference | None, parties: Parties, connector: ConnectorConfig
) -> tuple[int, ...] | list[int]:
    """Ids of those whom a popup event is for: the agents named, else the lead's owner, else the number's fallback."""
    named = find_agents(event, connector, known=parties.agents)
    if named.is_any_named:
        return named.ids
    if parties.agents.is_any_named:
        return parties.agents.ids
    if lead is not None and lead.owner_id and _has_account(lead.owner_id):
        return [lead.owner_id]
    fallback = parties.virtual_number.fallback_agent_id if parties.virtual_number else None
    return [fallback] if fallback else []


def _has_account(agent_id: int) -> bool:
    """False for somebody whose account was closed: nobody would see what is shown to them."""
    return Agent.objects.filter(pk=agent_id, user__is_active=True).exists()


def _deliver(popup: Popup, agents: Mapping[int, bool], numbers: Mapping[int, int]) -> None:
    """Put the popup on the desks of the agents, by id; who gets no popups (False) has it on record only."""
    if not agents:
        return
    rows = [PopupDelivery(popup=popup, agent_id=pk, state=popup.state, sequence=numbers[pk]) for pk in agents]
    for row in rows:
        if not agents[row.agent_id]:
            row.state, row.not_shown_reason = PopupDelivery.State.DISMISSED, NotShown.SWITCHED_OFF
    PopupDelivery.objects.bulk_create(rows)
    _ring_after_commit(pk for pk, receives_popups in agents.items() if receives_popups)


def _update_deliveries(popup: Popup, numbers: Mapping[int, int]) -> None:
    """Bring every delivery to the popup's state, forward only; one that another agent's answer settled is closed.

    Read after the numbers were taken, under whose locks no agent can dismiss what is written here.
    """
    deliveries = list(popup.deliveries.filter(agent_id__in=numbers)) if numbers else []
    answered_by = popup.call.agent_id if popup.state == Popup.State.ANSWERED else None
    for delivery in deliveries:
        state: str = popup.state
        if answered_by and delivery.agent_id != answered_by and delivery.state == PopupDelivery.State.RINGING:
            state = PopupDelivery.State.DISMISSED
            delivery.not_shown_reason = NotShown.ANSWERED_ELSEWHERE
        if _DELIVERY_RANK[state] > _DELIVERY_RANK[delivery.state]:
            delivery.state = state
    _renumber(deliveries, ["state", "not_shown_reason"], numbers)


def _renumber(deliveries: Sequence[PopupDelivery], changed: list[str], numbers: Mapping[int, int]) -> None:
    """Save changed deliveries under new numbers of their agents' streams."""
    if not deliveries:
        return
    now = timezone.now()
    for delivery in deliveries:
        delivery.sequence, delivery.updated_at = numbers[delivery.agent_id], now
    PopupDelivery.objects.bulk_update(deliveries, [*changed, "sequence", "updated_at"])
    _ring_after_commit([delivery.agent_id for delivery in deliveries])


def _next_numbers(agent_ids: Iterable[int]) -> dict[int, int]:
    """The next number of each agent's stream, taken under row locks in the order of ids; of nobody, none."""
    agents = sorted(set(agent_ids))
    if not agents:
        return {}
    table = AgentStream._meta.db_table  # noqa: SLF001 - Django's documented Model._meta API
    rows = ", ".join("(%s, 1)" for _ in agents)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (agent_id, last_sequence) VALUES {rows} "  # noqa: S608 - a table name and %s only
            f"ON CONFLICT (agent_id) DO UPDATE SET last_sequence = {table}.last_sequence + 1 "
            "RETURNING agent_id, last_sequence",
            agents,
        )
        return dict(cursor.fetchall())


def _ring_after_commit(agent_ids: Iterable[int]) -> None:
    agents = list(agent_ids)
    transaction.on_commit(lambda: ring_doorbell(agents))
