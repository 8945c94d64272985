"""The home page of the administration: how each connector is, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from connector_config.models import Connector, DispositionField
from connector_config.presets import UnknownPresetError, load_preset
from crm.models import Agent, Lead
from telephony_connector.common.admin import installed_url


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do in a new system."""

    title: str
    help: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class ConnectorCard:
    """What the home page shows of a connector; ``fragments`` are addresses from which upper layers add to it."""

    connector: Connector
    url: str
    facts: list[tuple[str, Any]]
    fragments: list[str]


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds ``connector_cards`` and ``next_steps`` (UNFOLD's DASHBOARD_CALLBACK)."""
    connectors = Connector.objects.annotate(
        number_count=Count("virtual_numbers", distinct=True), mapped=Count("agent_mappings__agent", distinct=True)
    )
    teams = Counter(Agent.objects.values_list("team_id", flat=True))
    cards = [_card(connector, teams) for connector in connectors.prefetch_related("teams")]
    steps = _steps()
    context["connector_cards"] = cards
    context["today_url"] = installed_url("report-hours-today") if request.user.has_perm("calls.view_call") else ""
    context["next_steps"] = steps if any(not step.is_done for step in steps) else []
    return context


def _card(connector: Any, agents_of_team: Counter[int]) -> ConnectorCard:
    teams = [team.pk for team in connector.teams.all()]
    agents = sum(agents_of_team[team] for team in teams) if teams else agents_of_team.total()
    mapped = f"{connector.mapped} of {max(agents, connector.mapped)}"
    facts = [("Preset", _preset_title(connector.preset)), ("Virtual numbers", connector.number_count),
             ("Agents with an id at the provider", mapped)]  # fmt: skip
    fragments = [
        url
        for name in ("connector_health", "connector_outbox")
        if (url := installed_url(f"admin:{name}", connector.pk))
    ]
    return ConnectorCard(
        connector, reverse("admin:connector_config_connector_change", args=[connector.pk]), facts, fragments
    )


def _preset_title(name: str) -> str:
    try:
        return load_preset(name).title
    except UnknownPresetError:
        return name


def _steps() -> list[Step]:
    add = "admin:{}_add"
    return [
        Step("Add your agents", "Who takes and makes calls.", reverse(add.format("crm_agent")), Agent.objects.exists()),
        Step("Add leads", "By hand, or from a CSV file.", reverse("admin:crm_lead_changelist"), Lead.objects.exists()),
        Step("Make a dropdown of dispositions", "How a call can go.",
             reverse(add.format("connector_config_dispositionfield")), DispositionField.objects.exists()),
        Step("Connect your provider", "Its page then shows the URLs to copy.",
             reverse(add.format("connector_config_connector")), Connector.objects.exists()),
    ]  # fmt: skip
