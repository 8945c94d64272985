"""URLs of the dry run, under /admin/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from calls.dry_run.views import dry_run

urlpatterns = [
    path("<int:connector_id>/<str:purpose>/", admin.site.admin_view(dry_run), name="dry-run"),
]
