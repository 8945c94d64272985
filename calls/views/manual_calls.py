"""Calls entered by hand: the form on a lead, changing and deleting one."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls.errors import FieldRefusedError
from calls.manual_forms import ManualCallForm
from calls.models import Call
from calls.selectors import visible_calls
from calls.services.manual_calls import (
    change_manual_call,
    check_may_change,
    delete_manual_call,
    log_manual_call,
)
from calls.views.frame import render_page, signed_in
from calls.views.leads import lead_of
from crm.models import Lead
from crm.selectors import agent_of

_FORM_FIELDS = {"value": "disposition", "duration_seconds": "duration"}


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a call with this lead."""
    lead = lead_of(request, pk)
    data = request.POST if request.method == "POST" else None
    about = request.GET.get("opportunity", "")
    form = ManualCallForm(data, viewer=request.user, lead=lead, opportunity=about)
    agent, user = agent_of(request.user), cast(User, request.user)
    saved = _saved(form, lambda: log_manual_call(entry=form.entry(), agent=agent, user=user))
    if saved is None:
        return _form_page(request, lead, form)
    messages.success(request, "The call is written down.")
    return HttpResponseRedirect(reverse("lead", args=[pk]))


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a call that was entered by hand."""
    call = _manual_call(request, pk)
    try:
        check_may_change(call=call, user=request.user)
    except FieldRefusedError as error:
        return _told(request, call, error)
    lead = cast(Lead, call.lead)
    data = request.POST if request.method == "POST" else None
    form = ManualCallForm(data, viewer=request.user, lead=lead, call=call)
    user = cast(User, request.user)
    saved = _saved(form, lambda: change_manual_call(call=call, entry=form.entry(), user=user))
    if saved is None:
        return _form_page(request, lead, form, call)
    messages.success(request, "Saved.")
    return HttpResponseRedirect(reverse("call", args=[pk]))


@signed_in
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a call that was entered by hand."""
    call = _manual_call(request, pk)
    try:
        delete_manual_call(call=call, user=cast(User, request.user))
    except FieldRefusedError as error:
        return _told(request, call, error)
    messages.success(request, "The call is deleted.")
    return HttpResponseRedirect(reverse("lead", args=[call.lead_id]))


def _manual_call(request: HttpRequest, pk: int) -> Call:
    calls = visible_calls(request.user).filter(is_manual=True, lead__isnull=False)
    return get_object_or_404(calls.select_related("lead", "connector", "agent"), pk=pk)


def _saved(form: ManualCallForm, save: Callable[[], Call]) -> Call | None:
    """The call, once the form is valid and the service took it; else None with the reasons in the form."""
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        return save()
    except FieldRefusedError as error:
        field = _FORM_FIELDS.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, error.message)
        return None


def _told(request: HttpRequest, call: Call, error: FieldRefusedError) -> HttpResponse:
    messages.error(request, error.message)
    return HttpResponseRedirect(reverse("call", args=[call.pk]))


def _form_page(request: HttpRequest, lead: Lead, form: ManualCallForm, call: Call | None = None) -> HttpResponse:
    context = {"lead": lead, "form": form, "call": call}
    return render_page(request, "calls/manual_call_form.html", context, status=422 if form.errors else 200)
