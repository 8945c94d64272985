"""Answers where no view is reached, or one fails: JSON to clients of the REST API, pages to people."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is nothing at this address."""
    if _is_for_api(request):
        return JsonResponse({"detail": "Not found."}, status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """We failed; the reason is in the log, and only there."""
    if _is_for_api(request):
        detail = "The server failed. Try again; if it goes on failing, tell an administrator."
        return JsonResponse({"detail": detail}, status=500)
    return defaults.server_error(request)


def _is_for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
