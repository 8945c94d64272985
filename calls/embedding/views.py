"""Addresses under ``/embed/<connector>/``: pages by key, the shells they live on in, sign-in, and the host's script."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.embedding.framing import let_frame
from calls.embedding.keys import Grant, KeyRefusedError, may_use
from calls.embedding.middleware import embedded_session_of
from calls.embedding.opening import Asked, open_page
from calls.embedding.pages import refused_page, session_page, shell_url
from calls.embedding.sessions import end_session, open_signed_in_session
from calls.models import EmbedTarget
from connector_config.client_address import client_address
from connector_config.models import Connector
from connector_config.selectors import ConnectorConfig, connector_config
from crm.models import Agent
from crm.selectors import agent_of

SCRIPT_SECONDS = 300
_LATE = "Open this page again from your agent desktop."


def _connector_of(slug: str) -> ConnectorConfig:
    row = Connector.objects.filter(slug=slug, is_enabled=True).first()
    if row is None:
        raise Http404
    return connector_config(row)


@require_safe
def by_key(request: HttpRequest, slug: str, endpoint: str) -> HttpResponse:
    """The page that single sign-on gave the URL of; its key works once."""
    connector, key = _connector_of(slug), request.GET.get("key", "")
    if request.method == "HEAD" or not key:
        return refused_page(request, KeyRefusedError(_LATE), connector)
    return open_page(
        request,
        connector=connector,
        endpoint=endpoint,
        key=key,
        asked=asked_in(request),
        address=client_address(request),
    )


def asked_in(request: HttpRequest) -> Asked:
    """What the address of a page names beside its key, in any case."""
    names = {name.lower().replace("_", ""): str(value).strip() for name, value in request.GET.items()}
    return Asked(names.get("leadid", ""), names.get("leadphone", ""), names.get("opportunityid", ""))


@require_safe
def shell(request: HttpRequest, slug: str) -> HttpResponse:
    """An empty page whose script shows the session's page again after a reload; it holds nothing of anybody's."""
    return _shell(request, slug, "embed/shell.html", EmbedTarget.CONSOLE)


@require_safe
def corner(request: HttpRequest, slug: str) -> HttpResponse:
    """What connector.js shows in the corner of another program's page: signs the agent in, then holds the popups."""
    return _shell(request, slug, "embed/corner_shell.html", EmbedTarget.POPUPS)


def _shell(request: HttpRequest, slug: str, template: str, target: EmbedTarget) -> HttpResponse:
    connector = _connector_of(slug)
    context = {"connector": connector, "shell_url": shell_url(connector, target)}
    return let_frame(render(request, template, context), connector.embed_origins)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The session's page again; 401 without a session."""
    session = embedded_session_of(request)
    if session is None:
        return HttpResponse(_LATE, status=401, content_type="text/plain; charset=utf-8")
    return session_page(request, session)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; its token opens nothing any more."""
    session = embedded_session_of(request)
    if session is None:
        return HttpResponse(status=401)
    end_session(session=session)
    return HttpResponse(status=204)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The window that the corner opens: the agent logs in as ever, then confirms, and the token goes to the corner.

    It is a page of its own, never framed; the token leaves it to our own origin only (static/js/embed_sign_in.js).
    """
    connector = _connector_of(slug)
    agent = agent_of(request.user)
    if not request.user.is_authenticated:
        response: Any = LoginView.as_view(next_page=request.path)(request)
        return _reachable(response.render() if hasattr(response, "render") else response)
    context: dict[str, Any] = {"connector": connector, "agent": agent, "is_allowed": _is_allowed(agent, connector)}
    if request.method == "POST" and agent is not None and context["is_allowed"]:
        grant = Grant(agent=agent, connector=connector, target=EmbedTarget.POPUPS)
        context["token"] = open_signed_in_session(grant=grant)
    status = 200 if context["is_allowed"] else 403
    return _reachable(render(request, "embed/sign_in.html", context, status=status))


def _is_allowed(agent: Agent | None, connector: ConnectorConfig) -> bool:
    return agent is not None and bool(connector.embed_origins) and may_use(agent, connector)


def _reachable(response: HttpResponse) -> HttpResponse:
    """Keep the window tied to the corner that opened it, which stands in a page of another origin."""
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_safe
def host_script(request: HttpRequest) -> HttpResponse:
    """``/connector.js``: for any page of any origin, and of no use to one that is not on a connector's list."""
    text, tag = _script()
    response: HttpResponse = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _script() -> tuple[str, str]:
    path = Path(settings.STATICFILES_DIRS[0]) / "connector.js"
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed_at: int) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8")
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def page_url(connector: ConnectorConfig, endpoint: str) -> str:
    """The address of a page by key, without the key; it holds no hook key, which is no affair of an agent's browser."""
    return f"{settings.PUBLIC_URL}{reverse('embed-by-key', args=[connector.slug, endpoint])}"
