"""URLs of the mapping editor, under /admin/."""

from __future__ import annotations

from django.urls import path

from webhooks.editor import views

urlpatterns = [
    path("<int:connector_id>/", views.editor, name="mapping-editor"),
    path("<int:connector_id>/preview/", views.preview_mapping, name="mapping-editor-preview"),
    path("<int:connector_id>/start/", views.start, name="mapping-editor-start"),
    path("<int:connector_id>/save/", views.save, name="mapping-editor-save"),
    path("<int:connector_id>/restore/", views.restore, name="mapping-editor-restore"),
]
