"""URLs that providers call: each with and without a trailing slash, never redirected."""

from __future__ import annotations

from django.urls import re_path
from django.urls.resolvers import URLPattern, URLResolver

from webhooks.endpoints import Endpoint
from webhooks.views import HookView, LeadSquaredHookView

_ENDPOINTS = "|".join(Endpoint)

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^hooks/(?P<hook_key>[^/]{{1,128}})/(?P<endpoint>{_ENDPOINTS})/?$", HookView.as_view(), name="hook"),
    re_path(
        # Letter by letter: Django cannot reverse any URL beside a pattern with an inline flag.
        r"^1/[aA][pP][iI]/[tT][eE][lL][eE][pP][hH][oO][nN][yY]/(?P<name>\w{1,40})/(?P<rest>.{1,400})$",
        LeadSquaredHookView.as_view(),
        name="leadsquared-hook",
    ),
]
