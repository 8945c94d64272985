"""One rendered request and its answer: authenticated as the template says, through the one HTTP door."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.utils import timezone

from calls.access_tokens import LONGEST_WAIT_SECONDS, KeptToken, access_token
from connector_config.models import RequestTemplate
from connector_config.outgoing.authentication import TOKEN_KINDS, Moment, authenticate
from connector_config.rendering import RenderedRequest
from telephony_connector.common.certificates import bundle_path
from telephony_connector.common.http import HttpAnswer, OutgoingRequest, send


def send_rendered(
    rendered: RenderedRequest, template: RequestTemplate, note: Callable[[RenderedRequest], None]
) -> HttpAnswer:
    """Authenticate it, send it and give the answer. ``note`` gets the request as it is about to leave.

    A kept access token that the provider answers with 401 is renewed, and the request sent once more: 401 means that
    nothing was done. Raises what ``common.http.send`` and ``access_tokens.access_token`` raise. Never call it inside a
    database transaction.
    """
    token = _token(template)
    answer = _exchanged(rendered, template, token, note)
    if token is None or token.is_new or answer.status != HTTPStatus.UNAUTHORIZED:
        return answer
    return _exchanged(rendered, template, _token(template, refused=token.text), note)


def longest_exchange_seconds(kind: str, timeout_seconds: int) -> int:
    """How long ``send_rendered`` may take with this kind of authentication and time-out."""
    return 2 * (timeout_seconds + LONGEST_WAIT_SECONDS) if kind in TOKEN_KINDS else timeout_seconds


def _token(template: RequestTemplate, *, refused: str = "") -> KeptToken | None:
    kind = template.authentication_kind
    if kind not in TOKEN_KINDS:
        return None
    return access_token(template.connector, kind, template.authentication_settings, refused=refused)


def _exchanged(
    rendered: RenderedRequest,
    template: RequestTemplate,
    token: KeptToken | None,
    note: Callable[[RenderedRequest], None],
) -> HttpAnswer:
    request = authenticate(
        rendered,
        template.authentication_kind,
        template.authentication_settings,
        # Times and nonces are made as late as can be, since providers compare them with their clocks.
        Moment(now=timezone.now(), nonce=str(uuid.uuid4())),
        token.text if token else "",
    )
    note(request)
    return send(
        OutgoingRequest(
            method=request.method,
            url=request.url,
            headers=request.headers,
            body=request.body,
            timeout_seconds=template.timeout_seconds,
            allowed_networks=tuple(template.connector.allowed_networks),
            ca_bundle=bundle_path(template.connector.ca_certificates),
        )
    )
