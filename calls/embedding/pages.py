"""What an embedded page shows: the console, one lead, one opportunity, or the popups alone."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from calls import desk_selectors
from calls.embedded_pages import panel_pages
from calls.embedding.framing import let_frame
from calls.embedding.keys import KeyRefusedError
from calls.models import EmbeddedSession, EmbedTarget
from calls.popup_card import popup_card
from calls.views.frame import dialling_of, render_page
from connector_config.selectors import ConnectorConfig, connector_config_by_id
from crm.models import Lead, Opportunity
from crm.selectors import agent_of, visible_leads, visible_opportunities

TIMELINE_LIMIT = 30


def session_page(request: HttpRequest, session: EmbeddedSession, *, token: str = "") -> HttpResponse:
    """The page of the session, for its agent. ``token`` is handed to the page that has none yet."""
    connector = connector_config_by_id(session.connector_id)
    content: dict[str, Any] = {"embedded": session, "token": token, "shell_url": shell_url(connector, session.target)}
    match session.target:
        case EmbedTarget.LEAD:
            template, content = "embed/lead.html", content | _lead(request, session)
        case EmbedTarget.OPPORTUNITY:
            template, content = "embed/opportunity.html", content | _opportunity(request, session)
        case EmbedTarget.POPUPS:
            template, content = "embed/corner.html", content | {"connector": connector}
        case _:
            panels = panel_pages(agent_of(request.user))
            template, content = "embed/console.html", content | {"panels": panels}
    response = let_frame(render_page(request, template, content), connector.embed_origins)
    # The token stands in for it, and a third party's cookie would be refused or followed.
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
    return response


def shell_url(connector: ConnectorConfig, target: str) -> str:
    """Where a page goes on living once its key has left the address bar."""
    name = "embed-corner" if target == EmbedTarget.POPUPS else "embed-shell"
    return reverse(name, args=[connector.slug])


def refused_page(request: HttpRequest, error: KeyRefusedError, connector: ConnectorConfig | None) -> HttpResponse:
    """Why nothing is shown, and what to do; never a login form, which must not stand in a frame."""
    response = render(request, "embed/refused.html", {"message": error.message}, status=error.status)
    return let_frame(response, connector.embed_origins if connector else ())


def _lead(request: HttpRequest, session: EmbeddedSession) -> dict[str, Any]:
    rows = visible_leads(request.user).select_related("owner").prefetch_related("phones", "opportunities")
    lead: Lead = get_object_or_404(rows.distinct(), pk=session.lead_id)
    return _about(request, lead)


def _opportunity(request: HttpRequest, session: EmbeddedSession) -> dict[str, Any]:
    rows = visible_opportunities(request.user).select_related("lead__owner", "owner")
    found: Opportunity = get_object_or_404(rows.distinct(), pk=session.opportunity_id)
    return _about(request, found.lead) | {"opportunity": found}


def _about(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """The lead, its calls, and of the agent's popups those with this lead."""
    agent = agent_of(request.user)
    if agent is None:
        raise Http404
    deliveries = desk_selectors.open_deliveries(agent).filter(popup__call__lead=lead)
    return {
        "lead": lead,
        "calls": list(desk_selectors.calls_of_lead(request.user, lead)[:TIMELINE_LIMIT]),
        "lead_dialling": dialling_of(agent, lead),
        "cards": [popup_card(popup=row.popup, agent=agent, delivery=row) for row in deliveries],
    }
