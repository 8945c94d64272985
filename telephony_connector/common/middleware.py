"""Two narrow exceptions to the global rules: the admin's content policy and the API's time zone."""

import datetime
from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]

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
