"""The hooks of a connector, and LeadSquared's names for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_MOST_KEYS = 4
_VERSION = re.compile(r"v\d+$")


def leadsquared_endpoint(name: str) -> Endpoint | None:
    """The hook that a LeadSquared URL names (``LeadRouteV2``), in any case and version."""
    return _LEADSQUARED_NAMES.get(_VERSION.sub("", name.lower()))


def endpoint_named(word: str) -> Endpoint | None:
    """The hook that the last part of a URL names, in any case."""
    try:
        return Endpoint(word.lower())
    except ValueError:
        return None


def segments_of(path: str) -> list[str]:
    """The parts of a path as people paste it: doubled slashes, and blanks or a line end around a part, mean nothing."""
    return [segment for part in path.split("/") if (segment := part.strip())]


def hook_keys_in(segments: Sequence[str]) -> list[str]:
    """What may be the hook key among the parts of a LeadSquared URL, beside an ``ORG…`` part and a trailing GUID."""
    return [segment for segment in segments if HOOK_KEY.fullmatch(segment)][:_MOST_KEYS]
