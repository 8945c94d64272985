"""The administration page that shows a request and sends it on demand."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from calls.dry_run.forms import FORMS, DryRunForm
from calls.dry_run.services import DryRunError, answer_from_sink, send_to_provider, show
from calls.errors import FieldRefusedError
from connector_config.models import Connector, RequestTemplate

SEND_ACTIONS = frozenset({"sink", "provider"})


@require_http_methods(["GET", "HEAD", "POST"])
def dry_run(request: HttpRequest, connector_id: int, purpose: str) -> HttpResponse:
    """Staff look at the request of an agent and a lead; who may change the connector may also send it."""
    connector = get_object_or_404(Connector, pk=connector_id)
    if purpose not in FORMS:
        raise Http404
    may_send = request.user.has_perm("connector_config.change_connector")
    action = request.POST.get("action", "")
    if action in SEND_ACTIONS and not may_send:
        raise PermissionDenied
    initial = {name: request.GET[name] for name in ("agent", "lead", "call") if name in request.GET}
    form = FORMS[purpose](connector, request.POST or None, initial=initial)
    result = _result(form, action, cast(User, request.user)) if form.is_valid() else {}
    label = RequestTemplate.Purpose(purpose).label
    context = {
        **admin.site.each_context(request),
        "title": f"Try it: {label}",
        "connector": connector,
        "purpose": purpose,
        "label": label,
        "form": form,
        "may_send": may_send,
        **result,
    }
    return render(request, "admin/calls/dry_run.html", context)


def _result(form: DryRunForm, action: str, user: User) -> dict[str, Any]:
    """The request and, where it was asked for, the answer; or ``problem`` in words."""
    found: dict[str, Any] = {}
    try:
        run = form.run()
        found["shown"] = show(run)
        if action == "sink":
            data = form.cleaned_data
            found["answer"] = answer_from_sink(run, status=data["sink_status"], body=data["sink_body"])
        elif action == "provider":
            found["answer"] = send_to_provider(run, user=user)
    except FieldRefusedError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    except DryRunError as error:
        found["problem"] = str(error)
    return found
