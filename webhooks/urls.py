"""URLs that providers call: each with and without a trailing slash, never redirected.

What is under these addresses and no hook is answered 404 in the providers' form, not with a page.
"""

from __future__ import annotations

from django.urls import re_path
from django.urls.resolvers import URLPattern, URLResolver

from webhooks.views import HookView, LeadSquaredHookView

# Letter by letter: Django cannot reverse any URL beside a pattern with an inline flag.
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^/*[hH][oO][oO][kK][sS]/(?P<path>[\s\S]*)", HookView.as_view(), name="hook"),
    re_path(
        r"^/*1/+[aA][pP][iI]/+[tT][eE][lL][eE][pP][hH][oO][nN][yY]/(?P<path>[\s\S]*)",
        LeadSquaredHookView.as_view(),
        name="leadsquared-hook",
    ),
]
