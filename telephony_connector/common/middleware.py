"""What holds for whole parts of the site: the admin's content policy, the API's time zone, no NUL in a request."""

import datetime
from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]

# Hooks clean what providers send, and the API's serializers name the field.
_CLEANS_ITSELF = ("hooks", "1/api/", "api/")

# The admin theme evaluates Alpine.js expressions and sets inline styles; agents never see these pages.
_ADMIN_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "font-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
    "object-src": [NONE],
}


def admin_content_security_policy(get_response: GetResponse) -> GetResponse:
    """Loosen the content security policy for `/admin/` and nothing else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith("/admin/"):
            # django-csp's own protocol, which its decorators use as well.
            vars(response)["_csp_replace"] = _ADMIN_POLICY
        return response

    return middleware


def utc_for_api(get_response: GetResponse) -> GetResponse:
    """Speak UTC (`…Z`) under `/api/`, whatever zone the pages use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        with timezone.override(datetime.UTC):
            return get_response(request)

    return middleware


def refuse_null_characters(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a page that is asked for, or sent, a NUL character: PostgreSQL cannot look for one nor keep it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _holds_null(request):
            return HttpResponseBadRequest("The request holds a NUL character.", content_type="text/plain")
        return get_response(request)

    return middleware


def _holds_null(request: HttpRequest) -> bool:
    if request.path_info.lstrip("/").lower().startswith(_CLEANS_ITSELF):
        return False
    texts = [text for values in request.GET.lists() for text in (values[0], *values[1])]
    try:
        texts += [text for values in request.POST.lists() for text in (values[0], *values[1])]
    except UnreadablePostError:
        return False
    return any("\x00" in text for text in (request.path_info, *texts))
