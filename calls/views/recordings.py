"""The address of recordings for the pages' players."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from calls.embedded_pages import is_web_address
from calls.models import Call
from calls.recordings.responses import recording_response
from calls.selectors import visible_calls
from calls.views.frame import signed_in


def recording_page_url(call: Call) -> str:
    """The absolute address of ``recording`` for what leaves the pages; empty where there is nothing to play."""
    if not is_web_address(call.recording_url):
        return ""
    return f"{settings.PUBLIC_URL}{reverse('call-recording', args=[call.pk])}"


@signed_in
@require_safe
def recording(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The recording of a call that the reader may see, with ranges; anybody else's call is 404."""
    call = get_object_or_404(visible_calls(request.user).select_related("connector"), pk=pk)
    return recording_response(request, call)
