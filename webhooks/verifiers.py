"""The door between Django's request and the pure verifiers of ``connector_config.verification``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import escape_uri_path

from connector_config.verification import SignedRequest


def signed_request(request: HttpRequest, *, public_url: str, received_at: datetime) -> SignedRequest:
    """The request as its sender signed it; reads the body (RequestDataTooBig is the caller's affair).

    ``public_url`` is ``settings.PUBLIC_URL``: the address that was given to providers. What Django itself takes for
    the address (the Host header behind the proxies) is a further candidate.
    """
    body = request.body
    query_string = request.META.get("QUERY_STRING", "")
    # Raw, for Django's own writing quotes again what the sender left unquoted and signed so.
    location = escape_uri_path(request.path) + (f"?{query_string}" if query_string else "")
    return SignedRequest(
        method=request.method or "",
        url=public_url.rstrip("/") + location,
        url_candidates=(f"{request.scheme}://{request.get_host()}{location}",),
        received_at=received_at,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        path=request.path,
        query_string=query_string,
        query=_query(query_string),
        form=_form(request),
    )


def _query(query_string: str) -> Mapping[str, list[str]]:
    """The query's fields in UTF-8, whatever character set the sender declares for the body; none when too many."""
    try:
        return dict(QueryDict(query_string.encode("latin-1", "replace"), encoding="utf-8").lists())
    except SuspiciousOperation:
        return {}


def _form(request: HttpRequest) -> Mapping[str, list[str]]:
    """The form's fields; a form that cannot be read has none, so that a signature over it does not match."""
    try:
        return dict(request.POST.lists())
    except (BadRequest, MultiPartParserError, SuspiciousOperation, LookupError, ValueError):
        # The last two: a declared character set that is none, or is none for text.
        return {}
