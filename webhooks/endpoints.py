"""The hooks of a connector, and LeadSquared's names for them."""

from __future__ import annotations

import re
from enum import StrEnum

HOOK_KEY = re.compile(r"[A-Za-z0-9_-]{32,64}")


class Endpoint(StrEnum):
    """Last path segment of a hook URL."""

    CALL_LOG = "call-log"
    AGENT_POPUP = "agent-popup"
    EVENTS = "events"
    CALL_ROUTE = "call-route"
    OPPORTUNITY_ROUTE = "opportunity-route"
    SSO = "sso"
    LEAD_DETAILS = "lead-details"
    OPPORTUNITY_DETAILS = "opportunity-details"


EVENT_ENDPOINTS = frozenset({Endpoint.CALL_LOG, Endpoint.AGENT_POPUP, Endpoint.EVENTS})
ROUTE_ENDPOINTS = frozenset({Endpoint.CALL_ROUTE, Endpoint.OPPORTUNITY_ROUTE})

_LEADSQUARED_NAMES = {
    "logcallcomplete": Endpoint.CALL_LOG,
    "logcall": Endpoint.CALL_LOG,
    "calllog": Endpoint.CALL_LOG,
    "agentpopup": Endpoint.AGENT_POPUP,
    "showagentpopup": Endpoint.AGENT_POPUP,
    "leadroute": Endpoint.CALL_ROUTE,
    "callroute": Endpoint.CALL_ROUTE,
    "opportunityroute": Endpoint.OPPORTUNITY_ROUTE,
    "sso": Endpoint.SSO,
    "singlesignon": Endpoint.SSO,
    "leaddetails": Endpoint.LEAD_DETAILS,
    "opportunitydetails": Endpoint.OPPORTUNITY_DETAILS,
}
_VERSION = re.compile(r"v\d+$")


def leadsquared_endpoint(name: str) -> Endpoint | None:
    """The hook that a LeadSquared URL names (``LeadRouteV2``), in any case and version."""
    return _LEADSQUARED_NAMES.get(_VERSION.sub("", name.lower()))


def hook_keys_in(path: str) -> list[str]:
    """What may be the hook key in the rest of a LeadSquared URL, beside an ``ORG…`` segment and a trailing GUID."""
    segments = [segment for segment in path.split("/") if segment]
    return [segment for segment in segments if HOOK_KEY.fullmatch(segment)]
