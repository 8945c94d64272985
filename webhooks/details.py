"""The hooks ``lead-details`` and ``opportunity-details``: JSON for the provider's server, a page for a key."""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse

from calls.embedding.details import Reader, lead_document, opportunity_document
from calls.embedding.opening import Asked, open_page
from connector_config.selectors import ConnectorConfig
from telephony_connector.common.refusals import count_refusal, refusals
from webhooks.answers import Answer, HookError, error_answer, json_answer
from webhooks.authentication import bearer_of, check_server_credential
from webhooks.endpoints import Endpoint
from webhooks.incoming import IncomingRequest
from webhooks.look_ups import keep_look_up
from webhooks.named import agent_named, field_refused, lead_named, opportunity_named
from webhooks.parameters import parameters_of
from webhooks.sso import answer_sso

MOST_REFUSALS_A_MINUTE = 60
_KEY = re.compile(r"((?:^|&)key=)[^&]*", re.IGNORECASE)


def answer_server(request: HttpRequest, connector: ConnectorConfig, incoming: IncomingRequest) -> Answer | HttpResponse:
    """The page for a browser that brings a key; for a server with the credential a key or JSON. Raises HookError."""
    key = _key_in(incoming)
    if key and "Authorization" not in request.headers:
        return _page(request, connector, incoming, key)
    authorization = request.headers.get("Authorization", "")
    try:
        _check(connector, incoming, authorization)
    except HookError as refusal:
        # The likeliest fault of setting up: the administrator finds it beside the hook's URL.
        if refusal.status == 401:
            keep_look_up(connector, without_key(incoming), error_answer(refusal))
        raise
    if incoming.endpoint == Endpoint.SSO:
        return answer_sso(connector, incoming, credential=bearer_of(authorization))
    try:
        answer = answer_details(connector, incoming)
    except HookError as error:
        answer = error_answer(error)
    keep_look_up(connector, without_key(incoming), answer)
    return answer


def answer_details(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    """The lead or opportunity as JSON. Raises HookError: 422 when none is named, 404 when there is none."""
    sent = parameters_of(incoming)
    reader = Reader(agent_named(sent, connector))
    if incoming.endpoint == Endpoint.OPPORTUNITY_DETAILS:
        if not sent.get("opportunityid"):
            raise field_refused(("opportunityId", "is required"))
        opportunity = opportunity_named(sent, reader)
        if opportunity is None:
            raise _not_found("opportunity")
        return _private(json_answer(opportunity_document(opportunity, reader)))
    lead, field, others = lead_named(sent, connector, reader)
    if not field:
        raise field_refused(("leadphone", "is required, or leadId"))
    if lead is None:
        raise _not_found("lead")
    return _private(json_answer(lead_document(lead, reader, others)))


def without_key(incoming: IncomingRequest) -> IncomingRequest:
    """The request as the journal may keep it."""
    return dataclasses.replace(incoming, query_string=_KEY.sub(r"\1••••", incoming.query_string))


def _page(request: HttpRequest, connector: ConnectorConfig, incoming: IncomingRequest, key: str) -> HttpResponse:
    sent = parameters_of(incoming)
    asked = Asked(sent.get("leadid", ""), sent.get("leadphone", ""), sent.get("opportunityid", ""))
    response = open_page(
        request, connector=connector, endpoint=incoming.endpoint, key=key, asked=asked, address=incoming.remote_address
    )
    keep_look_up(connector, without_key(incoming), Answer(status=response.status_code, body="(a page)"))
    return response


def _key_in(incoming: IncomingRequest) -> str:
    if incoming.method != "GET":
        return ""
    return next((value for name, value in parse_qsl(incoming.query_string) if name.lower() == "key"), "")


def _check(connector: ConnectorConfig, incoming: IncomingRequest, authorization: str) -> None:
    """Raise HookError 401 without the credential, and 429 once somebody tries one after the other."""
    counter = f"server-credential-refused:{connector.id}:{incoming.remote_address}"
    if refusals(counter) >= MOST_REFUSALS_A_MINUTE:
        raise HookError(429, "TooManyRequestsException", "Too many wrong credentials. Wait a minute.")
    try:
        check_server_credential(connector, authorization)
    except HookError:
        count_refusal(counter, seconds=60)
        raise


def _not_found(what: str) -> HookError:
    return HookError(404, "NotFoundException", f"There is no such {what}.")


def _private(answer: Answer) -> Answer:
    return dataclasses.replace(answer, headers={"Cache-Control": "no-store"})
