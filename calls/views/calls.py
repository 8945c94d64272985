"""One call: its page, and what people add to it there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.call_page import call_page
from calls.errors import FieldRefusedError
from calls.forms import DispositionForm
from calls.models import Call
from calls.presentation import customer_of
from calls.selectors import visible_calls
from calls.services import desk
from calls.services.missed_calls import mark_handled, undo_handled
from calls.views.frame import back_to, dialling_of, is_fragment, render_page, signed_in
from crm.masking import text_to_keep
from crm.models import Lead
from crm.selectors import agent_of, visible_opportunities

_RELATIONS = (
    "lead__owner", "agent", "connector", "virtual_number", "opportunity", "disposed_by", "handled_by", "entered_by",
)  # fmt: skip
_FORM_FIELDS = {"value": "disposition", "": "disposition"}


def _call_of(request: HttpRequest, pk: int) -> Call:
    """The call when the reader may see it; anybody else's does not exist."""
    return get_object_or_404(visible_calls(request.user).select_related(*_RELATIONS).distinct(), pk=pk)


@signed_in
@never_cache
@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is known of a call, and what may be added to it later."""
    return _page(request, _call_of(request, pk))


@signed_in
@require_POST
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes, and the disposition once one is chosen; what is refused stands beside its field."""
    found, form = _call_of(request, pk), DispositionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, {name: str(errors[0]) for name, errors in form.errors.items()})
    typed = text_to_keep(form.cleaned_data["notes"], known=found.shown_notes, writer=request.user)
    notes = None if form.are_notes_untouched else typed
    follow_up_at = form.follow_up_at(found.follow_up_at)
    wanted = desk.Outcome(disposition=form.cleaned_data["disposition"], notes=notes, follow_up_at=follow_up_at)
    try:
        if wanted.disposition or found.disposition:
            desk.settle_call(call=found, agent=agent_of(request.user), outcome=wanted)
        else:
            desk.write_up(call=found, notes=notes, follow_up_at=follow_up_at)
    except FieldRefusedError as error:
        return _page(request, found, {_FORM_FIELDS.get(error.field, error.field): error.message})
    messages.success(request, "Saved.")
    return back_to(request, reverse("call", args=[pk]))


@signed_in
@require_POST
def choose_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie the call to one of the leads that share its number, and to no other."""
    found, wanted = _call_of(request, pk), request.POST.get("lead", "")
    candidates = {str(row.get("lead_id")) for row in found.candidates}
    lead = get_object_or_404(Lead, pk=UUID(wanted) if wanted in candidates else UUID(int=0))
    desk.choose_lead(call=found, lead=lead)
    return back_to(request, reverse("call", args=[pk]))


@signed_in
@require_POST
def create_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lead of an unknown caller."""
    found = _call_of(request, pk)
    try:
        name = text_to_keep(request.POST.get("name", ""), known=customer_of(found), writer=request.user)
        desk.create_lead_of_call(call=found, agent=agent_of(request.user), name=name)
    except FieldRefusedError as error:
        return _page(request, found, {error.field: error.message})
    return back_to(request, reverse("call", args=[pk]))


@signed_in
@require_POST
def choose_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie the call to an opportunity of its lead, or to none."""
    found, wanted = _call_of(request, pk), request.POST.get("opportunity", "")
    try:
        pk_wanted = UUID(wanted) if wanted else None
    except ValueError:
        pk_wanted = UUID(int=0)
    chosen = get_object_or_404(visible_opportunities(request.user), pk=pk_wanted) if pk_wanted else None
    try:
        desk.choose_opportunity(call=found, opportunity=chosen)
    except FieldRefusedError as error:
        return _page(request, found, {error.field: error.message})
    messages.success(request, "Saved.")
    return back_to(request, reverse("call", args=[pk]))


@signed_in
@require_POST
def handled(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a missed call as handled, or with ``undo`` take that back; the row of the list follows."""
    found = _call_of(request, pk)
    try:
        if "undo" in request.POST:
            undo_handled(call=found)
        else:
            mark_handled(call=found, agent=agent_of(request.user))
    except FieldRefusedError as error:
        messages.error(request, error.message)
        return back_to(request, reverse("call", args=[pk]))
    if is_fragment(request):
        agent = agent_of(request.user)
        context = {"call": found, "agent": agent, "dialling": dialling_of(agent), "is_missed": True}
        return render(request, "partials/waiting.html", context)
    return back_to(request, reverse("console"))


def _page(request: HttpRequest, found: Call, errors: dict[str, str] | None = None) -> HttpResponse:
    typed: dict[str, Any] = {name: str(value) for name, value in request.POST.items()} if errors else {}
    page = call_page(found, viewer=request.user)
    context = {
        "call": found,
        "page": page,
        "errors": errors or {},
        "typed": typed,
        "lead_dialling": dialling_of(agent_of(request.user), found.lead),
    }
    return render_page(request, "calls/call.html", context, status=422 if errors else 200)
