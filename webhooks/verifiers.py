"""The door between Django's request and the pure verifiers of ``connector_config.verification``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils.encoding import escape_uri_path

from connector_config.mapping.parsers import form_pairs
from connector_config.verification import SignedRequest


def signed_request(
    request: HttpRequest, *, public_url: str, received_at: datetime, body: bytes | None = None
) -> SignedRequest:
    """The request as its sender signed it; ``body`` is the unpacked one, and read here when it is not given.

    ``public_url`` is ``settings.PUBLIC_URL``: the address that was given to providers. What Django itself takes for
    the address (the Host header behind the proxies) is a further candidate.
    """
    body = request.body if body is None else body
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
        form=_form(request, body),
    )


def _query(query_string: str) -> Mapping[str, list[str]]:
    """The query's fields in UTF-8, whatever character set the sender declares for the body; none when too many."""
    try:
        return dict(QueryDict(query_string.encode("latin-1", "replace"), encoding="utf-8").lists())
    except SuspiciousOperation:
        return {}


def _form(request: HttpRequest, body: bytes) -> Mapping[str, list[str]]:
    """The form's fields, as the mapping reads them; none when it cannot, so that a signature does not match."""
    fields: dict[str, list[str]] = {}
    if request.method == "POST":
        for name, value in form_pairs(content_type=request.META.get("CONTENT_TYPE", ""), body=body):
            fields.setdefault(name, []).append(value)
    return fields
