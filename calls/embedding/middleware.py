"""Requests of embedded pages: proven by a header that only our own script sends, never by a cookie."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from calls.embedding.scope import may_reach
from calls.embedding.sessions import HEADER, session_of
from calls.models import EmbeddedSession
from crm.models import Agent

GetResponse = Callable[[HttpRequest], HttpResponse]


def embedded_session(get_response: GetResponse) -> GetResponse:
    """Let requests with the header in as the session's agent, or refuse them; all others pass untouched.

    No cookie is read for them and none is set. They need no CSRF token: a page of another origin cannot send the
    header without our consent, which CORS never gives.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        token = request.headers.get(HEADER)
        if token is None:
            return get_response(request)
        session = session_of(token)
        if session is None:
            return _refuse(401, "This page's session is over. Open it again from your agent desktop.")
        if not may_reach(session, request):
            return _refuse(403, "This page cannot be opened here. Open it in the console.")
        let_in(request, session)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001  # Django's own switch
        response = get_response(request)
        request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
        return response

    return middleware


def let_in(request: HttpRequest, session: EmbeddedSession) -> None:
    """Make the request the agent's. It has an agent's rights, even where the agent is staff: a provider's credential
    must not give more."""
    request.user = _plain_user(session.agent)
    request.embedded = session  # type: ignore[attr-defined]  # read by calls.embedding.pages


def embedded_session_of(request: HttpRequest) -> EmbeddedSession | None:
    """The session that a request was let in by."""
    return getattr(request, "embedded", None)


def _plain_user(agent: Agent) -> User:
    user = agent.user
    user.is_staff = user.is_superuser = False
    return user


def _refuse(status: int, message: str) -> HttpResponse:
    return HttpResponse(
        message, status=status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
