"""URL table of embedded pages."""

from django.urls import path, re_path
from django.urls.resolvers import URLPattern, URLResolver

from calls.embedding import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("connector.js", views.host_script, name="connector-script"),
    path("embed/page/", views.page, name="embed-page"),
    path("embed/sign-out/", views.sign_out, name="embed-sign-out"),
    path("embed/<slug:slug>/", views.shell, name="embed-shell"),
    path("embed/<slug:slug>/corner/", views.corner, name="embed-corner"),
    path("embed/<slug:slug>/sign-in/", views.sign_in, name="embed-sign-in"),
    re_path(
        r"^embed/(?P<slug>[-\w]+)/(?P<endpoint>console|lead-details|opportunity-details|popups)/?$",
        views.by_key,
        name="embed-by-key",
    ),
]
