"""A provider's request as the rest of the way in sees it: read once, immutable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils import timezone

from connector_config.client_address import client_address
from connector_config.mapping.events import ParsedRequest
from connector_config.mapping.parsers import parse_request
from connector_config.verification import SignedRequest
from webhooks.answers import HookError
from webhooks.compression import TooLargeError, unpacked
from webhooks.verifiers import signed_request

MAXIMUM_BODY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """Method, address, headers (lower-case names), body and origin of one request. Its repr shows no credential.

    ``delivery_key`` is equal for two requests that are one delivery, where the provider's signature has a nonce or id.
    """

    method: str
    endpoint: str
    query_string: str = field(repr=False)
    content_type: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    remote_address: str
    received_at: datetime
    delivery_key: str | None = field(default=None, repr=False)

    @property
    def is_probe(self) -> bool:
        """True for what provider panels send to see whether the URL lives: HEAD, and GET with nothing to say."""
        return self.method == "HEAD" or (self.method == "GET" and not self.query_string and not self.body)

    def parsed(self) -> ParsedRequest:
        """The request as trees of values. Raises UnreadableBodyError."""
        return parse_request(
            method=self.method,
            endpoint=self.endpoint,
            query_string=self.query_string,
            headers=self.headers,
            content_type=self.content_type,
            body=self.body,
        )


def read_request(request: HttpRequest, endpoint: str) -> tuple[IncomingRequest, SignedRequest]:
    """The request for the pipeline and, beside it, as its sender signed it; both unpacked, for senders sign before
    their HTTP library compresses. Raises HookError 413 or 400."""
    received_at = timezone.now()
    body = _body_of(request)
    signed = signed_request(request, public_url=settings.PUBLIC_URL, received_at=received_at, body=body)
    incoming = IncomingRequest(
        method=request.method or "GET",
        endpoint=endpoint,
        query_string=request.META.get("QUERY_STRING", ""),
        content_type=request.META.get("CONTENT_TYPE", "").replace("\x00", "")[:255],
        headers={name: value.replace("\x00", "") for name, value in signed.headers.items()},
        body=body,
        remote_address=client_address(request),
        received_at=received_at,
    )
    return incoming, signed


def _body_of(request: HttpRequest) -> bytes:
    try:
        body = request.body
        if len(body) > MAXIMUM_BODY_BYTES:
            raise _too_large()
        encoding = request.headers.get("Content-Encoding", "")
        return unpacked(body, content_encoding=encoding, limit=MAXIMUM_BODY_BYTES)
    except (RequestDataTooBig, TooLargeError):
        raise _too_large() from None
    except UnreadablePostError:
        raise HookError(400, "IncompleteRequestException", "The request ended before its body was complete.") from None
    except ValueError:  # a Content-Length that is no number
        raise HookError(400, "IncompleteRequestException", "The length of the body cannot be read.") from None


def _too_large() -> HookError:
    return HookError(413, "RequestTooLargeException", f"The body is larger than {MAXIMUM_BODY_BYTES} bytes.")
