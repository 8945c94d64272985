"""The doors for providers: each hook is read, proven, handed to one service, and answered."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views import defaults
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from connector_config.selectors import ConnectorConfig
from connector_config.verification import ChallengeReply, SignedRequest, VerificationError
from webhooks.answers import Answer, HookError, error_answer, json_answer, no_such_hook, try_again
from webhooks.authentication import challenge_of, connector_of, verify
from webhooks.call_route import answer_call_route
from webhooks.details import answer_server
from webhooks.endpoints import (
    EVENT_ENDPOINTS,
    ROUTE_ENDPOINTS,
    endpoint_named,
    hook_keys_in,
    leadsquared_endpoint,
    segments_of,
)
from webhooks.incoming import IncomingRequest, read_request
from webhooks.ingest import accept_events
from webhooks.journal import quarantine
from webhooks.look_ups import keep_look_up

logger = logging.getLogger(__name__)

_URL_NAMES = frozenset({"hook", "leadsquared-hook"})
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

    def get(self, request: Request, path: str) -> HttpResponse:
        """A probe, a look-up, or an event in the query."""
        django_request = request._request  # noqa: SLF001 - the framework has no public name for it
        return _response(self.answer(django_request, segments_of(path)))

    def post(self, request: Request, path: str) -> HttpResponse:
        """An event or a look-up; bodies and queries are read alike."""
        return self.get(request, path)

    def head(self, request: Request, path: str) -> HttpResponse:
        """A probe."""
        return self.get(request, path)

    def options(self, request: Request, path: str) -> HttpResponse:  # type: ignore[override]  # no framework response
        """What may be sent here: the framework writes it into the header ``Allow``."""
        return HttpResponse(status=204)

    def answer(self, request: HttpRequest, segments: list[str]) -> Answer | HttpResponse:
        """Answer for the hook that the parts of the path name: key and endpoint."""
        endpoint = endpoint_named(segments[1]) if len(segments) == 2 else None
        return _answer(request, segments[0], endpoint) if endpoint else error_answer(no_such_hook())

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # no framework response
        """A door that must answer: a wrong request in our form, a fault of ours as 503 so that it is sent again."""
        if isinstance(exc, MethodNotAllowed):
            message = f"Send the request with GET or POST, not with {self.request.method}."
            return _response(error_answer(HookError(405, "MethodNotAllowedException", message)))
        if isinstance(exc, SuspiciousOperation | BadRequest):
            return _response(_malformed())
        logger.error("A hook failed before the request could be kept", exc_info=exc)
        return _response(error_answer(try_again()))


class LeadSquaredHookView(HookView):
    """The same hooks under LeadSquared's URLs, so that a provider that is wired to it only changes the host."""

    def answer(self, request: HttpRequest, segments: list[str]) -> Answer | HttpResponse:
        """Answer for the first part of the path that is a hook key."""
        endpoint = leadsquared_endpoint(segments[0]) if segments else None
        for key in hook_keys_in(segments[1:]) if endpoint else []:
            answer = _answer(request, key, str(endpoint))
            if not _is_unknown_hook(answer):
                return answer
        return error_answer(no_such_hook())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before any view: a page for people, our form for providers."""
    try:
        is_hook = resolve(request.path_info).url_name in _URL_NAMES
    except Resolver404:
        is_hook = False
    return _response(_malformed()) if is_hook else defaults.bad_request(request, exception)


def _malformed() -> Answer:
    message = "The request is malformed, or its Host is not the one of the hook's URL."
    return error_answer(HookError(400, "BadRequestException", message))


def _answer(request: HttpRequest, hook_key: str, endpoint: str) -> Answer | HttpResponse:
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
        return answer_server(request, connector, incoming)
    except HookError as error:
        return error_answer(error)


def _proven(connector: ConnectorConfig, incoming: IncomingRequest, signed: SignedRequest) -> IncomingRequest:
    try:
        return verify(connector, incoming, signed)
    except VerificationError as error:
        quarantine(connector, incoming, signed, error.reason)
        raise HookError(401, "UnauthorizedException", f"The request was refused: {error.reason}.") from None


def _route(connector: ConnectorConfig, incoming: IncomingRequest) -> Answer:
    answer = answer_call_route(connector, incoming)
    keep_look_up(connector, incoming, answer)
    return answer


def _challenge_answer(reply: ChallengeReply) -> Answer:
    return Answer(
        status=reply.status, body=reply.body.decode("utf-8", "replace"), content_type=reply.content_type,
        headers=reply.headers,
    )  # fmt: skip


def _is_unknown_hook(answer: Answer | HttpResponse) -> bool:
    """True where the path's part was no key at all; a lead that is not found is an answer."""
    return isinstance(answer, Answer) and answer == error_answer(no_such_hook())


def _response(answer: Answer | HttpResponse) -> HttpResponse:
    if isinstance(answer, HttpResponse):
        return answer
    return HttpResponse(
        answer.body, status=answer.status, content_type=answer.content_type, headers=dict(answer.headers)
    )
