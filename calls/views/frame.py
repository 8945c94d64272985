"""The frame of every agents' page: who may come in, and what the bar at the top shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from calls import desk_selectors
from calls.dial_lines import DialLine, dial_lines
from calls.embedded_pages import frame_sources
from calls.popup_card import PopupCard, popup_card
from calls.reader_zone import reader_zone
from connector_config.selectors import connectors_of
from crm.models import Agent, Lead
from crm.selectors import agent_of

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Send strangers to the login page; a fragment's request makes the whole page go there.

    Inside, the reader's own time zone holds: *today* is theirs, and times are read and written in it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            with timezone.override(reader_zone(request)):
                return view(request, *args, **kwargs)
        if is_fragment(request):
            return HttpResponse(status=401, headers={"HX-Redirect": str(settings.LOGIN_URL)})
        return redirect_to_login(request.get_full_path())

    return guarded


def is_fragment(request: HttpRequest) -> bool:
    """True when a script asks for a part of a page."""
    return bool(getattr(request, "htmx", False)) or request.headers.get("X-Requested-With") == "fetch"


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, shows_popups: bool = True, status: int = 200
) -> HttpResponse:
    """A whole page with the bar and, on most pages, the agent's open popups."""
    agent = agent_of(request.user)
    frame: dict[str, Any] = {"agent": agent, "dialling": dialling_of(agent), "sequence": 0, "cards": []}
    if agent is not None:
        # The number comes first: what changes in between is sent again rather than missed.
        frame["sequence"] = desk_selectors.last_sequence(agent)
    if agent is not None and shows_popups:
        deliveries = desk_selectors.open_deliveries(agent)
        frame["cards"] = [popup_card(popup=row.popup, agent=agent, delivery=row) for row in deliveries]
    response = render(request, template, frame | context, status=status)
    _let_in_frames(response, agent, context)
    return response


def _let_in_frames(response: HttpResponse, agent: Agent | None, context: dict[str, Any]) -> None:
    """Popups come into a page later: its policy must let in the pages of every provider that the agent works with."""
    connectors = list(connectors_of(agent)) if agent is not None else []
    if isinstance(card := context.get("card"), PopupCard):
        connectors.append(card.call.connector)
    if sources := frame_sources(connectors):
        response._csp_update = {"frame-src": sources}  # type: ignore[attr-defined]  # noqa: SLF001  # django-csp's own protocol


def dialling_of(agent: Agent | None, lead: Lead | None = None) -> dict[str, Any]:
    """By which connectors and numbers the agent may dial, and in words why not, when not."""
    lines = dial_lines(agent) if agent is not None else []
    return {
        "connectors": lines,
        "hindrance": _hindrance(agent, lines, lead),
        "has_numbers": any(len(line.numbers) > 1 for line in lines),
    }


def _hindrance(agent: Agent | None, lines: list[DialLine], lead: Lead | None) -> str:
    if agent is None:
        return "Only agents can call."
    if lead is not None and lead.do_not_call:
        return f"{lead} must not be called."
    if not agent.can_click_to_call:
        return "You may not click to call. An administrator can change that."
    if not agent.is_on_duty:
        return "You are off duty."
    if not lines:
        return "Click to call is not set up for you yet."
    return lines[0].hindrance if all(line.hindrance for line in lines) else ""


def back_to(request: HttpRequest, default: str) -> HttpResponseRedirect:
    """The page that a plain form came from, when it is one of ours."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours and target else default)
