"""One opportunity: its page with its calls, its edit form, a new one of a lead."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from calls import desk_selectors
from calls.lead_forms import OpportunityForm
from calls.views.frame import dialling_of, render_page, signed_in
from calls.views.leads import TIMELINE_LIMIT, lead_of
from crm.models import Opportunity
from crm.selectors import agent_of, visible_opportunities


def _opportunity_of(request: HttpRequest, pk: UUID) -> Opportunity:
    rows = visible_opportunities(request.user).select_related("lead__owner", "owner").prefetch_related("lead__phones")
    found: Opportunity = get_object_or_404(rows.distinct(), pk=pk)
    return found


@signed_in
@require_safe
def opportunity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One opportunity: where it stands, the numbers to call about it, and the calls so far."""
    found = _opportunity_of(request, pk)
    context = {
        "opportunity": found,
        "calls": list(desk_selectors.calls_of_opportunity(request.user, found)[:TIMELINE_LIMIT]),
        "lead_dialling": dialling_of(agent_of(request.user), found.lead),
    }
    return render_page(request, "calls/opportunity.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change name, stage, status and, for staff, the owner."""
    found = _opportunity_of(request, pk)
    data = request.POST if request.method == "POST" else None
    form = OpportunityForm(data, instance=Opportunity.objects.get(pk=pk), viewer=request.user)
    if request.method != "POST" or not form.is_valid():
        context = {"opportunity": found, "lead": found.lead, "form": form}
        return render_page(request, "calls/opportunity_form.html", context, status=422 if form.errors else 200)
    form.save()
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("opportunity", args=[pk]))


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new opportunity of a lead; an agent's own."""
    lead = lead_of(request, pk)
    made = Opportunity(lead=lead, owner=agent_of(request.user))
    form = OpportunityForm(request.POST if request.method == "POST" else None, instance=made, viewer=request.user)
    if request.method != "POST" or not form.is_valid():
        context = {"lead": lead, "form": form}
        return render_page(request, "calls/opportunity_form.html", context, status=422 if form.errors else 200)
    return HttpResponseRedirect(reverse("opportunity", args=[form.save().pk]))
