"""Through what an agent may dial, for the pages: connectors, their numbers, and why not when not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from calls.services.calling_rules import hindrances
from calls.services.click_to_call import connectors_for
from connector_config.models import VirtualNumber
from crm.models import Agent


@dataclass(frozen=True, slots=True)
class DialLine:
    """A connector to call through. ``hindrance`` says why not now, empty when nothing stands against it."""

    slug: str
    name: str
    hindrance: str
    numbers: Sequence[VirtualNumber]


def dial_lines(agent: Agent) -> list[DialLine]:
    """The connectors through which the agent may click to call, by name."""
    connectors = connectors_for(agent)
    prefetch_related_objects(connectors, "virtual_numbers")
    reasons = hindrances(agent=agent, connectors=connectors)
    return [
        DialLine(
            slug=connector.slug,
            name=connector.name,
            hindrance=reasons.get(connector.pk, ""),
            numbers=list(connector.virtual_numbers.all()),
        )
        for connector in connectors
    ]
