"""How far an embedded session reaches: the agents' pages and nothing else, and of these what its target needs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

from calls.models import Call, EmbeddedSession, EmbedTarget, OutboundRequest, Popup
from crm.models import Lead, LeadPhone

_AGENTS_PAGES = "calls.views."
_POPUPS = frozenset({
    "popup", "popup-card", "popup-dismiss", "popup-ack", "popup-disposition", "popup-notes", "popup-lead",
    "popup-new-lead", "popup-opportunity",
})  # fmt: skip
_OWN = frozenset({"embed-page", "embed-sign-out"})


def may_reach(session: EmbeddedSession, request: HttpRequest) -> bool:
    """Whether a request of this session's page may go on. What the agent may see is settled by the page asked for."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return True
    if match.url_name in _OWN:
        return True
    if session.target == EmbedTarget.CONSOLE:
        return match.func.__module__.startswith(_AGENTS_PAGES)
    if session.target == EmbedTarget.POPUPS:
        return match.url_name in _POPUPS | {"click-to-call", "outbound"}
    lead_id = lead_of(session)
    return lead_id is not None and _is_about(lead_id, match, request)


def lead_of(session: EmbeddedSession) -> UUID | None:
    """The one lead that the session is about; None where it is about no single one."""
    return session.opportunity.lead_id if session.opportunity else session.lead_id


def _is_about(lead_id: UUID, match: ResolverMatch, request: HttpRequest) -> bool:
    pk: Any = match.kwargs.get("pk")
    if match.url_name in _POPUPS:
        return Popup.objects.filter(pk=pk, call__lead_id=lead_id).exists()
    match match.url_name:
        case "lead":
            return bool(pk == lead_id)
        case "opportunity":
            return Lead.objects.filter(pk=lead_id, opportunities=pk).exists()
        case "call-recording":
            return Call.objects.filter(pk=pk, lead_id=lead_id).exists()
        case "outbound":
            return OutboundRequest.objects.filter(pk=pk, lead_id=lead_id).exists()
        case "click-to-call":
            return _calls_only(lead_id, request)
    return False


def _calls_only(lead_id: UUID, request: HttpRequest) -> bool:
    """A call to the lead, at one of its own numbers."""
    number, phone_id = request.POST.get("phone", ""), request.POST.get("phone_id", "")
    if request.POST.get("lead", "") != str(lead_id) or request.POST.get("call_id"):
        return False
    phones = LeadPhone.objects.filter(lead_id=lead_id)
    known = {text for pair in phones.values_list("e164", "number") for text in pair}
    is_own_id = not phone_id or (phone_id.isdecimal() and phones.filter(pk=int(phone_id[:18])).exists())
    return is_own_id and (not number or number in known)
