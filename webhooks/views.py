"""The doors for providers: each hook is read, proven, handed to one service, and answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from connector_config.selectors import ConnectorConfig
from connector_config.verification import ChallengeReply, SignedRequest, VerificationError
from webhooks.answers import Answer, HookError, error_answer, json_answer, no_such_hook
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

    def get(self, request: Request, **path: str) -> HttpResponse:
        """A probe, a look-up, or an event in the query."""
        django_request = request._request  # noqa: SLF001 - the framework has no public name for it
        return _response(self.answer(django_request, **path))

    def post(self, request: Request, **path: str) -> HttpResponse:
        """An event or a look-up; bodies and queries are read alike."""
        return self.get(request, **path)

    def head(self, request: Request, **path: str) -> HttpResponse:
        """A probe."""
        return self.get(request, **path)

    def answer(self, request: HttpRequest, **path: str) -> Answer:
        """Answer for the hook that the path names."""
        return _answer(request, path["hook_key"], path["endpoint"])


class LeadSquaredHookView(HookView):
    """The same hooks under LeadSquared's URLs, so that a provider that is wired to it only changes the host."""

    def answer(self, request: HttpRequest, **path: str) -> Answer:
        """Answer for the first segment of the path that is a hook key."""
        endpoint = leadsquared_endpoint(path["name"])
        for key in hook_keys_in(path["rest"]) if endpoint else []:
            answer = _answer(request, key, str(endpoint))
            if answer.status != 404:
                return answer
        return error_answer(no_such_hook())


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
        raise no_such_hook()
    except HookError as error:
        return error_answer(error)


def _proven(connector: ConnectorConfig, incoming: IncomingRequest, signed: SignedRequest) -> IncomingRequest:
    try:
        return verify(connector, incoming, signed)
    except VerificationError as error:
        quarantine(connector, incoming, signed, error.reason)
        raise HookError(401, "UnauthorizedException", f"The request was refused: {error.reason}.") from None


def _route(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    if incoming.endpoint == Endpoint.OPPORTUNITY_ROUTE:
        raise no_such_hook()
    return answer_call_route(connector, incoming)


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
