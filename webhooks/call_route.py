"""Answers to route look-ups: text, JSON or the connector's own template."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.sax.saxutils import escape

from calls.merge_context import MergeSubjects, merge_context
from calls.routing import Question, Route, find_opportunity_route, find_route, written_number
from connector_config.models import Connector
from connector_config.placeholders import compile_template
from connector_config.selectors import ConnectorConfig
from crm.models import Lead
from webhooks.answers import Answer, json_answer
from webhooks.endpoints import Endpoint
from webhooks.incoming import IncomingRequest
from webhooks.parameters import first_of, parameters_of

_CALLER_NAMES = ("callerid", "callernumber", "caller", "sourcenumber", "callfrom", "from", "phone", "leadphone")
_VIRTUAL_NUMBER_NAMES = ("virtualnumber", "displaynumber", "did", "calledid", "callednumber", "callto", "to")
_TRUE = frozenset({"true", "1", "yes"})
_TEXT = "text/plain"


def answer_call_route(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    """Who takes this caller, in the connector's format; a blank 200 when nobody is found."""
    sent = parameters_of(incoming)
    question = Question(
        caller=first_of(sent, _CALLER_NAMES),
        virtual_number=first_of(sent, _VIRTUAL_NUMBER_NAMES),
        asked_at=incoming.received_at,
        opportunity_id=sent.get("opportunityid", ""),
    )
    find = find_opportunity_route if incoming.endpoint == Endpoint.OPPORTUNITY_ROUTE else find_route
    route = find(connector=connector, question=question)
    number = _number(route, connector)
    if sent.get("agentinfo", "").lower() in _TRUE or connector.call_route_reply == Connector.CallRouteReply.JSON:
        return json_answer(_agent_info(route, number))
    if connector.call_route_reply == Connector.CallRouteReply.TEMPLATE:
        return _templated(connector, route, question)
    return Answer(body=number, content_type=_TEXT)


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
    opportunity = route.opportunity if route else None
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
        "OpportunityId": str(opportunity.pk) if opportunity else "",
    }


def _templated(connector: ConnectorConfig, route: Route | None, question: Question) -> Answer:
    """The connector's text with the agent as ``User``, escaped for its content type; blank when nobody is found."""
    content_type = connector.call_route_content_type or _TEXT
    if route is None:
        return Answer(body="", content_type=content_type)
    dialled = connector.virtual_number(question.virtual_number)
    row = Connector.objects.get(pk=connector.id)
    context = merge_context(
        MergeSubjects(
            connector=row,
            agent=route.agent,
            customer_number=question.caller,
            lead=Lead.objects.filter(pk=route.lead.id).first() if route.lead else None,
            opportunity=route.opportunity,
            virtual_number=row.virtual_numbers.filter(pk=dialled.id).first() if dialled else None,
        )
    )
    body = compile_template(connector.call_route_body, is_strict=False).render(context, _escaper(content_type))
    return Answer(body=body, content_type=content_type)


def _escaper(content_type: str) -> Callable[[str], str]:
    if "xml" in content_type or "html" in content_type:
        return _escape_xml
    return _escape_json if "json" in content_type else str


def _escape_xml(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _escape_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
