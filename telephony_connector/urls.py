"""Root URL table: each application brings its own."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from telephony_connector.common import health, metrics

# A request that is refused before any view (a foreign Host header): providers are told in their form.
handler400 = "webhooks.views.bad_request"
handler404 = "telephony_connector.common.error_answers.not_found"
handler500 = "telephony_connector.common.error_answers.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/mapping-editor/", include("webhooks.editor.urls")),
    path("admin/dry-run/", include("calls.dry_run.urls")),
    path("admin/reports/", include("calls.reports.urls")),
    path("admin/", admin.site.urls),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            # Its templates know no other method's answer.
            url_name="schema",
            template_name="api/docs.html",
            http_method_names=["get", "head"],
        ),
        name="api-docs",
    ),
    path("api/", include("webhooks.api_urls")),
    path("api/", include("calls.api_urls")),
    path("", include("webhooks.urls")),
    path("", include("calls.urls")),
]
