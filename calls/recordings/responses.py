"""From a request for a recording to its answer: the one way for the pages' players and for the API."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from calls.models import Call
from calls.recordings.errors import RecordingError
from calls.recordings.parts import ClosingChunks
from calls.recordings.playback import PlayRequest, play
from calls.recordings.plays import record_play
from connector_config.client_address import client_address
from telephony_connector.common.departures import has_reader_gone
from telephony_connector.common.http import HttpDoorError

logger = logging.getLogger(__name__)

# Opened by itself, the browser's own player asks once more, with the session's cookie: hence allow-same-origin.
_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox allow-same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def recording_response(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The recording, or a part of it, of a call that the user may see; a refusal in words where it cannot be played.

    What is played is noted (once a sitting) before the first byte goes out.
    """
    is_head = request.method == "HEAD"
    asked = PlayRequest(
        is_head=is_head,
        range_header=request.headers.get("Range", ""),
        if_range=request.headers.get("If-Range", ""),
    )
    try:
        playback = play(call, asked)
    except RecordingError as error:
        return _refusal(request, error)
    if is_head or playback.status == 416:
        playback.chunks.close()
        return HttpResponse(status=playback.status, headers={**playback.headers, **_HEADERS})
    try:
        record_play(call=call, user=request.user, address=client_address(request))
    except BaseException:
        playback.chunks.close()
        raise
    body = ClosingChunks(_while_read(request, call, playback.chunks), playback.chunks.close)
    return StreamingHttpResponse(body, status=playback.status, headers={**playback.headers, **_HEADERS})


def _while_read(request: HttpRequest, call: Call, chunks: ClosingChunks) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            if has_reader_gone(request.META):
                return
            yield chunk
    except HttpDoorError as error:
        # Raised on, so that the server breaks the connection: a silent end would pass for the whole recording.
        logger.warning("Recording of call %s: %s", call.pk, error)
        raise


def _refusal(request: HttpRequest, error: RecordingError) -> HttpResponse:
    is_staff = bool(getattr(request.user, "is_staff", False))
    message = f"{error.message} {error.detail}".strip() if is_staff else error.message
    headers = {"Cache-Control": "private, no-store"}
    if error.retry_seconds is not None:
        headers["Retry-After"] = str(error.retry_seconds)
    wants_json = request.path_info.startswith("/api/") or "application/json" in request.headers.get("Accept", "")
    if wants_json:
        body = {"detail": message, "code": error.problem.value}
        return JsonResponse(body, status=error.status, headers=headers)
    return HttpResponse(message, status=error.status, content_type="text/plain; charset=utf-8", headers=headers)
