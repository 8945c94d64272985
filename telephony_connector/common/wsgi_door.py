"""The outermost WSGI layer: what Django's request object cannot take is made right or refused before it is built."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.utils.http import parse_header_parameters

from telephony_connector.common.charsets import known_charset

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

logger = logging.getLogger(__name__)

_LONGEST_CONTENT_TYPE = 500
_CHARSET = re.compile(r";[^;]*charset[^;]*", re.IGNORECASE)


def careful(application: Application, *, longest_chunked_body: int) -> Application:
    """The application, with chunked bodies made readable and unreadable requests answered 400.

    Django reads ``Content-Length`` bytes and no more, so that a chunked body would be empty. It also builds its
    request outside of its error handling, and there reads the query in the character set of the body: too many fields
    would end in a bare 500. A character set that is none (``charset=hex``, ``punycode``) counts as not declared.
    """

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            # One byte more than is allowed, so that the limit is found to be passed where it is known.
            body = environ["wsgi.input"].read(longest_chunked_body + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        if ";" in environ.get("CONTENT_TYPE", ""):
            environ["CONTENT_TYPE"] = _plain_content_type(environ["CONTENT_TYPE"])
        try:
            return application(environ, start_response)
        except (SuspiciousOperation, LookupError, ValueError) as error:
            logger.warning("A request could not be read: %s", type(error).__name__)
            return _refuse(start_response)

    return answer


def _plain_content_type(content_type: str) -> str:
    """The content type as Django will read it, without a character set that is none; without any parameter where
    these are more than anybody needs, since a long one takes long to read too."""
    if len(content_type) > _LONGEST_CONTENT_TYPE:
        return content_type.partition(";")[0]
    for text in (content_type, _CHARSET.sub("", content_type)):
        try:
            charset = parse_header_parameters(text)[1].get("charset", "utf-8")
        except ValueError:
            continue
        if known_charset(charset):
            return text
    return content_type.partition(";")[0]


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
