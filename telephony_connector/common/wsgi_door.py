"""The outermost WSGI layer: what Django's request object cannot take is made right or refused before it is built."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import SuspiciousOperation

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

logger = logging.getLogger(__name__)


def careful(application: Application, *, longest_chunked_body: int) -> Application:
    """The application, with chunked bodies made readable and unreadable requests answered 400.

    Django reads ``Content-Length`` bytes and no more, so that a chunked body would be empty. It also builds its
    request outside of its error handling, and there reads the query in the character set of the body: one that is
    no text (``charset=hex``), or too many fields, would end in a bare 500.
    """

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            # One byte more than is allowed, so that the limit is found to be passed where it is known.
            body = environ["wsgi.input"].read(longest_chunked_body + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        try:
            return application(environ, start_response)
        except (SuspiciousOperation, LookupError, ValueError) as error:
            logger.warning("A request could not be read: %s", type(error).__name__)
            return _refuse(start_response)

    return answer


def _refuse(start_response: StartResponse) -> Iterable[bytes]:
    document = {
        "Status": "Error",
        "ExceptionType": "BadRequestException",
        "ExceptionMessage": "The request is malformed: its query or its character set cannot be read.",
        "Errors": [],
    }
    body = json.dumps(document).encode()
    start_response("400 Bad Request", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
