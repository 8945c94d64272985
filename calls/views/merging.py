"""Merging two leads from their pages: choose the other, look at both, merge; and undo it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls.merge_preview import merge_preview
from calls.services.lead_merging import merge_leads, undo_merge
from calls.views.frame import render_page, signed_in
from calls.views.leads import lead_of
from crm.errors import LeadMergeError
from crm.masking import sees_numbers
from crm.models import Lead, LeadMerge
from crm.selectors import leads_with_same_number, search_leads, visible_leads
from crm.services.merging import CHOOSABLE_COLUMNS

SEARCH_LIMIT = 10


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Merge another lead into this one; without another, choose it. Both must be the reader's to see."""
    kept = lead_of(request, pk)
    if request.method != "POST":
        return _page(request, kept)
    other = lead_of(request, _uuid(request.POST.get("other", "")) or pk)
    may_choose = [name for name in CHOOSABLE_COLUMNS if name != "owner_id" or _user(request).is_staff]
    from_former = [name for name in may_choose if request.POST.get(f"value-{name}") == "other"]
    try:
        merge_leads(kept=kept, former=other, from_former=from_former, merged_by=_user(request))
    except LeadMergeError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("lead-merge", args=[pk]))
    messages.success(request, "Merged. It can be undone for 30 days, further down on this page.")
    return HttpResponseRedirect(reverse("lead", args=[pk]))


def _page(request: HttpRequest, kept: Lead) -> HttpResponse:
    other_id = _uuid(request.GET.get("other", ""))
    if other_id is not None and other_id != kept.pk:
        preview = merge_preview(kept, lead_of(request, other_id), viewer=_user(request))
        return render_page(request, "calls/merge_preview.html", {"lead": kept, "preview": preview})
    rows = visible_leads(request.user).exclude(pk=kept.pk)
    text = request.GET.get("find", "").strip()
    found = search_leads(rows, text, sees_numbers=sees_numbers(request.user))
    context = {
        "lead": kept,
        "find": text,
        "found": list(found.prefetch_related("phones")[:SEARCH_LIMIT]) if text else [],
        "doubles": leads_with_same_number(kept, rows),
    }
    return render_page(request, "calls/merge_choice.html", context)


@signed_in
@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a merge back."""
    rows = LeadMerge.objects.filter(kept__in=visible_leads(request.user))
    found = get_object_or_404(rows, pk=pk)
    try:
        undo_merge(merge=found, undone_by=_user(request))
    except LeadMergeError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("lead", args=[found.kept_id]))
    messages.success(request, "The merge is undone: here is the other lead again.")
    may_see = visible_leads(request.user).filter(pk=found.former_id).exists()
    return HttpResponseRedirect(reverse("lead", args=[found.former_id if may_see else found.kept_id]))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
