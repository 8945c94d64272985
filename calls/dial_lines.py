"""Through what an agent may dial, for the pages: connectors, their numbers, and why not when not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from calls.services.calling_rules import hindrances
from calls.services.click_to_call import connectors_for
from connector_config.models import VirtualNumber
from crm.models import Agent
from telephony_connector.common.phones import country_code


@dataclass(frozen=True, slots=True)
class DialLine:
    """A connector to call through. ``hindrance`` says why not now, empty when nothing stands against it.

    ``country_code`` (44) is that of numbers which are written without one.
    """

    slug: str
    name: str
    hindrance: str
    numbers: Sequence[VirtualNumber]
    country_code: int


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
            country_code=country_code(connector.default_country),
        )
        for connector in connectors
    ]
