"""Who appears in simulated calls: the connector's virtual numbers, its agents, and leads to call."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from calls.simulator.script import SimulatedCall
from connector_config.models import Connector
from crm.models import Agent, Lead

MOST_LEADS = 500
ANSWERED_SHARE = 0.75
FICTIONAL_NUMBERS = tuple(f"+1202555{number:04d}" for number in range(100, 200))
"""Numbers that the North American plan keeps free for fiction: callers for a system without leads."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A lead's number, and how the provider names the agent who is rung for it."""

    number: str
    our_end: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who may appear, read from the database once."""

    callers: tuple[Caller, ...]
    display_numbers: tuple[str, ...]
    time_zone: str

    def inbound_call(self, dice: random.Random) -> SimulatedCall:
        """A lead calls; three in four are answered."""
        caller = dice.choice(self.callers)
        return SimulatedCall(
            session_id=new_session_id(),
            direction="Inbound",
            customer=caller.number,
            our_end=caller.our_end,
            display_number=dice.choice(self.display_numbers),
            time_zone=self.time_zone,
            is_answered=dice.random() < ANSWERED_SHARE,
            ring_seconds=dice.uniform(1.0, 3.0),
            talk_seconds=float(dice.randint(3, 9)),
        )


def new_session_id() -> str:
    """A session id that no other run has used."""
    return f"SIM-{uuid.uuid4().hex[:16]}"


def cast_of(connector: Connector) -> Cast:
    """Leads with their owners, the connector's agents and numbers; make-believe ones where there are none."""
    our_ends = _our_ends(connector)
    anyone = tuple(our_ends.values()) or ("100",)
    leads = Lead.objects.filter(phones__isnull=False, do_not_call=False).distinct().prefetch_related("phones")
    callers = tuple(
        Caller(phone.e164 or phone.number, our_ends.get(lead.owner_id or 0, anyone[0]))
        for lead in leads[:MOST_LEADS]
        for phone in lead.phones.all()
    )
    numbers = tuple(connector.virtual_numbers.values_list("number", flat=True))
    return Cast(
        callers=callers or tuple(Caller(number, anyone[0]) for number in FICTIONAL_NUMBERS),
        display_numbers=numbers or (FICTIONAL_NUMBERS[0],),
        time_zone=connector.time_zone,
    )


def _our_ends(connector: Connector) -> dict[int, str]:
    """How the provider names each agent: by number, else by its own id for them."""
    ends = {row.agent_id: row.provider_agent_id for row in connector.agent_mappings.all()}
    for agent in Agent.objects.filter(receives_popups=True).prefetch_related("phones"):
        phone = next(iter(agent.phones.all()), None)
        if phone is not None:
            ends[agent.pk] = phone.e164 or phone.number
    return ends
