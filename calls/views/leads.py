"""One lead: its page, its edit form, a new one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from calls import desk_selectors
from calls.lead_forms import LeadForm
from calls.views.frame import dialling_of, render_page, signed_in
from crm.errors import LeadChangedError
from crm.masking import shown_text
from crm.models import Lead, LeadMerge
from crm.selectors import agent_of, find_lead, leads_with_same_number, visible_leads
from crm.services.leads import edit_lead, save_lead
from crm.services.phones import home_country

TIMELINE_LIMIT = 100
SUGGESTIONS_LIMIT = 5


def lead_of(request: HttpRequest, pk: UUID) -> Lead:
    """The lead when the reader may see it; anybody else's does not exist."""
    rows = visible_leads(request.user).select_related("owner").prefetch_related("phones", "opportunities").distinct()
    found: Lead = get_object_or_404(rows, pk=pk)
    return found


@signed_in
@require_safe
def lead(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One lead: numbers to call, details, and every call so far. A merged lead's address leads to the kept one."""
    try:
        found = lead_of(request, pk)
    except Http404:
        kept = find_lead(str(pk))
        if kept is None or kept.pk == pk or not visible_leads(request.user).filter(pk=kept.pk).exists():
            raise
        return HttpResponseRedirect(reverse("lead", args=[kept.pk]))
    calls = list(desk_selectors.calls_of_lead(request.user, found)[:TIMELINE_LIMIT])
    context = {
        "lead": found,
        "calls": calls,
        "lead_dialling": dialling_of(agent_of(request.user), found),
        "merges": [merge for merge in LeadMerge.objects.filter(kept=found, undone_at=None) if merge.is_undoable],
        "doubles": leads_with_same_number(found, visible_leads(request.user))[:SUGGESTIONS_LIMIT],
    }
    return render_page(request, "calls/lead.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a lead. What is refused stands beside its field; what somebody changed meanwhile is shown first."""
    found = lead_of(request, pk)
    form = LeadForm(request.POST if request.method == "POST" else None, viewer=request.user, lead=found)
    if request.method != "POST" or not form.is_valid():
        return _edit_page(request, found, form)
    try:
        edit_lead(
            lead=found,
            version=form.read_version() or found.created_at,
            values=form.values(),
            phones=form.cleaned_data["phones"],
            country=home_country(),
        )
    except LeadChangedError as error:
        return _edit_page(request, lead_of(request, pk), form, changed=error)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _edit_page(request, found, form)
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("lead", args=[pk]))


def _edit_page(
    request: HttpRequest, found: Lead, form: LeadForm, *, changed: LeadChangedError | None = None
) -> HttpResponse:
    """After a conflict the form shows what was typed, and takes it when it is saved once more."""
    version = found.updated_at.isoformat()
    if form.is_bound and changed is None and not form.errors.get("version"):
        version = form.data.get("version", version)
    context = {
        "lead": found,
        "form": form,
        "version": version,
        "changed": changed,
        "theirs": _differences(request, found, changed.columns) if changed else [],
    }
    return render_page(request, "calls/lead_form.html", context, status=409 if changed else 422 if form.errors else 200)


def _differences(request: HttpRequest, found: Lead, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """Field labels with the values that somebody else saved."""
    labels: dict[str, Any] = {field.name: field.verbose_name for field in Lead._meta.fields}  # noqa: SLF001 - as ModelForm
    shown = {True: "yes", False: "no", None: "nobody", "": "nothing"}
    return [
        (str(labels[name]), shown_text(str(shown.get(value, value)), viewer=request.user))
        for name in columns
        if not isinstance(value := getattr(found, name), dict)
    ]


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a lead. An agent's own; who has the number already is shown first."""
    form = LeadForm(request.POST if request.method == "POST" else None, viewer=request.user)
    if request.method != "POST" or not form.is_valid():
        return render_page(request, "calls/lead_form.html", {"form": form}, status=422 if form.errors else 200)
    numbers = form.cleaned_data["phones"].new_numbers
    doubles = leads_with_same_number(numbers, visible_leads(request.user))
    if doubles and "anyway" not in request.POST:
        return render_page(request, "calls/lead_form.html", {"form": form, "doubles": doubles}, status=409)
    made = Lead(**form.values())
    if not request.user.is_staff:
        made.owner = agent_of(request.user)
    try:
        save_lead(lead=made, phones=numbers, country=home_country())
    except ValidationError as error:
        form.add_error(None, error.messages)
        return render_page(request, "calls/lead_form.html", {"form": form}, status=422)
    return HttpResponseRedirect(reverse("lead", args=[made.pk]))
