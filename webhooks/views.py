"""The doors for providers: each hook is read, proven, handed to one service, and answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from connector_config.selectors import ConnectorConfig
from connector_config.verification import ChallengeReply, VerificationError
from webhooks.answers import Answer, HookError, error_answer, json_answer
from webhooks.authentication import challenge_of, check_server_credential, connector_of, verify
from webhooks.call_route import answer_call_route
from webhooks.endpoints import EVENT_ENDPOINTS, ROUTE_ENDPOINTS, Endpoint, hook_keys_in, leadsquared_endpoint
from webhooks.incoming import IncomingRequest, read_request
from webhooks.ingest import accept_events
from webhooks.journal import quarantine

_READY = {"Status": "Success", "Message": "This hook is ready."}


class _AnyContent(BaseContentNegotiation):
    """Providers send any Accept header and never mean it."""

    def select_parser(self, request: Request, parsers: Any) -> None:
        """Bodies are read by the mapping engine."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[BaseRenderer, str]:
        """JSON, for the errors that the framework itself makes."""
        return renderers[0], renderers[0].media_type


class HookView(APIView):
    """One hook of one connector. The path key and the connector's verification are the only credentials."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = _AnyContent
    schema = None

    def get(self, request: Request, hook_key: str, endpoint: str) -> HttpResponse:
        """A probe, a look-up, or an event in the query."""
        return _response(_answer(request._request, hook_key, endpoint))

    post = get
    head = get


class LeadSquaredHookView(HookView):
    """The same hooks under LeadSquared's URLs, so that a provider that is wired to it only changes the host."""

    def get(self, request: Request, name: str, rest: str) -> HttpResponse:  # type: ignore[override]  # other path
        """As HookView.get."""
        endpoint = leadsquared_endpoint(name)
        for key in hook_keys_in(rest) if endpoint else []:
            answer = _answer(request._request, key, str(endpoint))
            if answer.status != 404:
                return _response(answer)
        return _response(_answer(request._request, "", ""))

    post = get
    head = get


def _answer(request: HttpRequest, hook_key: str, endpoint: str) -> Answer:
    try:
        connector = connector_of(hook_key)
        incoming, signed = read_request(request, endpoint)
        if (reply := challenge_of(connector, signed)) is not None:
            return _challenge_answer(reply)
        if incoming.is_probe:
            return json_answer(_READY)
        if endpoint in EVENT_ENDPOINTS | ROUTE_ENDPOINTS:
            incoming = _proven(connector, incoming, signed)
            return accept_events(connector, incoming) if endpoint in EVENT_ENDPOINTS else _route(connector, incoming)
        check_server_credential(connector, request.headers.get("Authorization", ""))
        raise _no_such_hook()
    except HookError as error:
        return error_answer(error)


def _proven(connector: ConnectorConfig, incoming: IncomingRequest, signed: Any) -> IncomingRequest:
    try:
        return verify(connector, incoming, signed)
    except VerificationError as error:
        quarantine(connector, incoming, error.reason)
        raise HookError(401, "UnauthorizedException", f"The request was refused: {error.reason}.") from None


def _route(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    if incoming.endpoint == Endpoint.OPPORTUNITY_ROUTE:
        raise _no_such_hook()
    return answer_call_route(connector, incoming)


def _no_such_hook() -> HookError:
    return HookError(404, "UnknownHookException", "There is no such hook. Copy the URL from the connector's page again.")


def _challenge_answer(reply: ChallengeReply) -> Answer:
    return Answer(
        status=reply.status, body=reply.body.decode("utf-8", "replace"), content_type=reply.content_type,
        headers=reply.headers,
    )  # fmt: skip


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    for name, value in answer.headers.items():
        response[name] = value
    return response
