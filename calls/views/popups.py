"""Popups: a page of its own, the fragment that the console shows, and what an agent does with them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.errors import DispositionError, FieldRefusedError
from calls.forms import DispositionForm
from calls.models import Popup
from calls.popup_card import PopupCard, popup_card
from calls.presentation import customer_of
from calls.selectors import visible_popups
from calls.services import desk
from calls.services.popups import acknowledge_popup, dismiss_popup
from calls.views.frame import back_to, is_fragment, render_page, signed_in
from crm.masking import text_to_keep
from crm.models import Lead
from crm.selectors import agent_of, visible_opportunities

_RELATIONS = ("call__lead__owner", "call__connector", "call__agent", "call__virtual_number")
_FORM_FIELDS = {"value": "disposition", "": "disposition"}


def _popup_of(request: HttpRequest, pk: int) -> Popup:
    """The popup when it was delivered to this agent, or for staff; anybody else's does not exist."""
    return get_object_or_404(visible_popups(request.user).select_related(*_RELATIONS).distinct(), pk=pk)


@signed_in
@never_cache
@require_safe
def popup_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One popup alone: what an outside agent desktop opens."""
    card = popup_card(popup=_popup_of(request, pk), agent=agent_of(request.user))
    return _card_page(request, card)


@signed_in
@never_cache
@require_safe
def popup_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The popup as the console shows it; 204 once it has left the agent's desk."""
    card = popup_card(popup=_popup_of(request, pk), agent=agent_of(request.user))
    if card.is_closed and "keep" not in request.GET:
        return HttpResponse(status=204)
    return render(request, "partials/popup.html", {"card": card})


@signed_in
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the popup away; the fragment that replaces it is empty."""
    popup = _popup_of(request, pk)
    agent = agent_of(request.user)
    try:
        if agent is not None:
            dismiss_popup(popup=popup, agent=agent)
    except DispositionError as error:
        answer = _refused(request, popup, {"dismiss": error.message})
        # The form says "delete the popup"; this answer is the popup itself, with the reason.
        answer["HX-Reswap"] = "outerHTML"
        return answer
    return HttpResponse() if is_fragment(request) else back_to(request, reverse("console"))


@signed_in
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """The agent's page has the popup; ``how`` is ``hidden`` while nobody looks at that page."""
    popup, agent = _popup_of(request, pk), agent_of(request.user)
    if agent is not None:
        acknowledge_popup(popup=popup, agent=agent, is_hidden=request.POST.get("how") == "hidden")
    return HttpResponse(status=204)


@signed_in
@require_POST
def disposition(request: HttpRequest, pk: int) -> HttpResponse:
    """Save how the call went; what is refused is shown beside its field."""
    popup, form = _popup_of(request, pk), DispositionForm(request.POST)
    if not form.is_valid():
        return _refused(request, popup, {name: str(errors[0]) for name, errors in form.errors.items()})
    try:
        desk.settle_call(call=popup.call, agent=agent_of(request.user), outcome=_outcome(request, form, popup))
    except DispositionError as error:
        return _refused(request, popup, {_FORM_FIELDS.get(error.field, error.field): error.message})
    return _answer(request, pk)


@signed_in
@require_POST
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the notes while the agent is still typing."""
    popup = _popup_of(request, pk)
    desk.save_notes(call=popup.call, notes=_kept_notes(request, popup, request.POST.get("notes", "")))
    if is_fragment(request):
        return render(request, "partials/saved.html", {"call": popup.call})
    return back_to(request, reverse("popup", args=[pk]))


@signed_in
@require_POST
def choose_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie the call to one of the leads that share its number, and to no other."""
    popup, wanted = _popup_of(request, pk), request.POST.get("lead", "")
    candidates = {str(row.get("lead_id")) for row in popup.call.candidates}
    lead = get_object_or_404(Lead, pk__in=_uuids(wanted) if wanted in candidates else [])
    desk.choose_lead(call=popup.call, lead=lead)
    return _answer(request, pk)


@signed_in
@require_POST
def create_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a lead of an unknown caller."""
    popup, agent = _popup_of(request, pk), agent_of(request.user)
    try:
        # The name was suggested as the provider wrote it, and so perhaps masked.
        name = text_to_keep(request.POST.get("name", ""), known=customer_of(popup.call), writer=request.user)
        desk.create_lead_of_call(call=popup.call, agent=agent, name=name)
    except FieldRefusedError as error:
        return _refused(request, popup, {error.field: error.message})
    return _answer(request, pk)


@signed_in
@require_POST
def choose_opportunity(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie the call to an opportunity of its lead, or to none."""
    popup, wanted = _popup_of(request, pk), request.POST.get("opportunity", "")
    found = get_object_or_404(visible_opportunities(request.user), pk__in=_uuids(wanted)) if wanted else None
    try:
        desk.choose_opportunity(call=popup.call, opportunity=found)
    except FieldRefusedError as error:
        return _refused(request, popup, {error.field: error.message})
    return _answer(request, pk)


def _answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The popup as it is now, for the script; a plain form goes back to where it came from."""
    if not is_fragment(request):
        return back_to(request, reverse("popup", args=[pk]))
    card = popup_card(popup=_popup_of(request, pk), agent=agent_of(request.user))
    return render(request, "partials/popup.html", {"card": card})


def _kept_notes(request: HttpRequest, popup: Popup, typed: str) -> str:
    """The notes as typed; numbers that the agent was shown masked in them stay as they were."""
    return text_to_keep(typed, known=popup.call.shown_notes, writer=request.user)


def _outcome(request: HttpRequest, form: DispositionForm, popup: Popup) -> desk.Outcome:
    notes = None if form.are_notes_untouched else _kept_notes(request, popup, form.cleaned_data["notes"])
    return desk.Outcome(
        disposition=form.cleaned_data["disposition"],
        notes=notes,
        follow_up_at=form.follow_up_at(popup.call.follow_up_at),
    )


def _refused(request: HttpRequest, popup: Popup, errors: dict[str, str]) -> HttpResponse:
    """The popup with the errors beside their fields and all that was typed still there."""
    typed = {name: str(value) for name, value in request.POST.items()}
    card = popup_card(popup=popup, agent=agent_of(request.user), errors=errors, typed=typed)
    if is_fragment(request):
        return render(request, "partials/popup.html", {"card": card}, status=422)
    return _card_page(request, card, status=422)


def _card_page(request: HttpRequest, card: PopupCard, *, status: int = 200) -> HttpResponse:
    return render_page(request, "calls/popup_page.html", {"card": card}, shows_popups=False, status=status)


def _uuids(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        return []
