"""Answers to route look-ups: text, JSON or the connector's own template."""

from __future__ import annotations

from urllib.parse import parse_qsl

from calls.routing import Route, find_route, written_number
from connector_config.mapping.events import NormalisationError
from connector_config.models import Connector
from connector_config.selectors import ConnectorConfig
from webhooks.answers import Answer, json_answer
from webhooks.incoming import IncomingRequest

_CALLER_NAMES = ("callerid", "callernumber", "caller", "sourcenumber", "callfrom", "from", "phone", "leadphone")
_VIRTUAL_NUMBER_NAMES = ("virtualnumber", "displaynumber", "did", "calledid", "callednumber", "callto", "to")
_TRUE = frozenset({"true", "1", "yes"})


def answer_call_route(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    """The owner of the caller's lead, in the connector's format; a blank 200 when nobody is found."""
    sent = _parameters(incoming)
    route = find_route(
        connector=connector, caller=_first(sent, _CALLER_NAMES), virtual_number=_first(sent, _VIRTUAL_NUMBER_NAMES)
    )
    number = _number(route, connector)
    if sent.get("agentinfo", "").lower() in _TRUE or connector.call_route_reply == Connector.CallRouteReply.JSON:
        return json_answer(_agent_info(route, number))
    return Answer(body=number, content_type="text/plain")


def _parameters(incoming: IncomingRequest) -> dict[str, str]:
    """Query and body by folded names; a blank before digits was an unescaped plus."""
    sent: dict[str, object] = dict(parse_qsl(incoming.query_string, keep_blank_values=True))
    try:
        for body in incoming.parsed().bodies:
            sent.update(body)
    except NormalisationError:
        pass
    return {name.lower().replace("_", "").replace("-", ""): _text(value) for name, value in sent.items()}


def _text(value: object) -> str:
    if not isinstance(value, str | int):
        return ""
    text = str(value)
    return f"+{text.strip()}" if text.startswith(" ") and text.strip().isdigit() else text.strip()


def _first(sent: dict[str, str], names: tuple[str, ...]) -> str:
    return next((sent[name] for name in names if sent.get(name)), "")


def _number(route: Route | None, connector: ConnectorConfig) -> str:
    if route is None:
        return ""
    if not route.number:
        return route.provider_agent_id
    return written_number(
        route.number, number_format=connector.call_route_number_format, country=connector.default_country
    )


def _agent_info(route: Route | None, number: str) -> dict[str, str]:
    """LeadSquared's names; all empty when nobody is found, so that a provider's parser finds what it expects."""
    agent, lead = (route.agent, route.lead) if route else (None, None)
    first_name, _, last_name = (agent.name if agent else "").partition(" ")
    return {
        "TelephonyAgentId": route.provider_agent_id if route else "",
        "AgentNumber": number,
        "UserId": str(agent.pk) if agent else "",
        "FirstName": first_name,
        "LastName": last_name,
        "EmailAddress": agent.email if agent else "",
        "PhoneMain": number,
        "LeadId": str(lead.id) if lead else "",
        "LeadName": lead.name if lead else "",
    }
