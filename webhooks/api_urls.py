"""URL table of the REST API's part that needs the journal."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from webhooks.api import CallTraceView, JournalViewSet

router = SimpleRouter(use_regex_path=False)
router.register("journal", JournalViewSet, basename="api-journal")

urlpatterns = [
    path("calls/<int:pk>/trace/", CallTraceView.as_view(), name="api-call-trace"),
    path("", include(router.urls)),
]
