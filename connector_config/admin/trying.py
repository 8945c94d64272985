"""What the tab *Test* of a connector's page shows: what is lacking, and where each direction can be tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from connector_config.admin.tabs import Tab
from connector_config.models import Connector, RequestTemplate
from telephony_connector.common.admin import installed_url

_TABS = {
    RequestTemplate.Purpose.CLICK_TO_CALL: "click-to-call",
    RequestTemplate.Purpose.DISPOSITION: "disposition",
}


@dataclass(frozen=True, slots=True)
class DryRun:
    """A request of ours that can be tried; ``url`` is empty while it is not set up."""

    title: str
    slug: str
    url: str


@dataclass(frozen=True, slots=True)
class Trying:
    """The tab's content. Addresses of upper layers are empty where those are not installed."""

    lacking: Sequence[Tab]
    dry_runs: Sequence[DryRun]
    journal_url: str
    popups_url: str


def trying(connector: Connector, tabs: Sequence[Tab]) -> Trying:
    """What this connector's tab shows."""
    purposes = {template.purpose for template in connector.request_templates.all()}
    return Trying(
        lacking=[tab for tab in tabs if tab.missing],
        dry_runs=[
            DryRun(purpose.label, slug, installed_url("dry-run", connector.pk, purpose) if purpose in purposes else "")
            for purpose, slug in _TABS.items()
        ],
        journal_url=_rows("webhooks_journalentry", connector__id__exact=connector.pk),
        popups_url=_rows("calls_popupdelivery", popup__call__connector__id__exact=connector.pk),
    )


def _rows(model: str, **filters: object) -> str:
    address = installed_url(f"admin:{model}_changelist")
    return f"{address}?{urlencode(filters)}" if address else ""
