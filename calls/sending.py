"""One rendered request and its answer, through the one HTTP door."""

from __future__ import annotations

from collections.abc import Callable

from connector_config.models import RequestTemplate
from connector_config.rendering import RenderedRequest
from telephony_connector.common.http import HttpAnswer, OutgoingRequest, send


def send_rendered(
    rendered: RenderedRequest, template: RequestTemplate, note: Callable[[RenderedRequest], None]
) -> HttpAnswer:
    """Send it as the template says and give the answer. ``note`` gets the request as it is about to leave.

    Raises what ``common.http.send`` raises. Never call it inside a database transaction.
    """
    note(rendered)
    return send(
        OutgoingRequest(
            method=rendered.method,
            url=rendered.url,
            headers=rendered.headers,
            body=rendered.body,
            timeout_seconds=template.timeout_seconds,
            allowed_networks=tuple(template.connector.allowed_networks),
        )
    )
