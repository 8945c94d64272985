"""Recordings over the API: the same bytes as in the pages, for a token or a session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from calls.embedded_pages import is_web_address
from calls.models import Call
from calls.recordings.responses import recording_response
from calls.selectors import visible_calls


def recording_link(call: Call, request: HttpRequest | Request) -> str:
    """The absolute address of our own proxy for a call's recording, empty where there is none to play."""
    if not is_web_address(call.recording_url):
        return ""
    return str(request.build_absolute_uri(reverse("api-call-recording", args=[call.pk])))


class _AnyAccept(BaseContentNegotiation):
    """Players ask for ``audio/*``; errors come as JSON all the same."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        renderer: BaseRenderer = next(iter(renderers))
        return renderer, renderer.media_type


class CallRecordingView(APIView):
    """A call's recording, fetched from the provider by this server or played from the kept copy."""

    content_negotiation_class = _AnyAccept

    @extend_schema(
        summary="Play a call's recording",
        tags=["calls"],
        parameters=[
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range, such as `bytes=0-`."),
        ],
        responses={
            (200, "audio/*"): OpenApiResponse(OpenApiTypes.BINARY, description="All of it."),
            (206, "audio/*"): OpenApiResponse(
                OpenApiTypes.BINARY, description="A part: at most 1 MiB of the range at a time; ask on for the rest."
            ),
            404: OpenApiResponse(description="No such call, or no recording of it (any more)."),
            416: OpenApiResponse(description="The range lies behind the end."),
            502: OpenApiResponse(description="The provider refused or could not deliver it: `{detail, code}`."),
            503: OpenApiResponse(description="Not ready yet, or too many at once; see `Retry-After`."),
        },
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Ranges are honoured whatever the provider makes of them. Each play is noted."""
        call = get_object_or_404(visible_calls(request.user).select_related("connector"), pk=pk)
        return recording_response(request._request, call)  # noqa: SLF001 - DRF's name for Django's request

    def head(self, request: Request, pk: int) -> HttpResponseBase:
        """Length and type only."""
        return self.get(request, pk)
