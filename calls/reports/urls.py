"""URLs of the reports, under /admin/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from calls.reports.views import hours_today, report

urlpatterns = [
    path("", admin.site.admin_view(report), name="report"),
    path("hours-today/", admin.site.admin_view(hours_today), name="report-hours-today"),
]
