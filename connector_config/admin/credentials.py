"""The page that makes a new server credential and shows it, this once."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connector_config.models import Connector
from connector_config.services.credentials import renew_server_credential


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def server_credential(request: HttpRequest, connector_id: int) -> HttpResponse:
    """Ask first, then make the credential and show it in the answer: it stands nowhere afterwards."""
    if not request.user.has_perm("connector_config.change_connector"):
        raise PermissionDenied
    connector = get_object_or_404(Connector, pk=connector_id)
    credential = renew_server_credential(connector_id=connector.pk) if request.method == "POST" else ""
    context = {
        **admin.site.each_context(request),
        "title": f"Server credential of {connector.name}",
        "connector": connector,
        "credential": credential,
    }
    return render(request, "admin/connector_config/connector/server_credential.html", context)
