"""What tests of sending share: templates that point at the test's own provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calls.models import OutboundRequest
from connector_config.models import RequestTemplate
from tests.environment.provider import ProviderServer
from tests.factories import CallFactory, ConnectorFactory, OutboundRequestFactory, RequestTemplateFactory

MakeRequest = Callable[..., OutboundRequest]


@pytest.fixture
def owed(db: None, provider_server: ProviderServer) -> MakeRequest:
    """Makes a due request whose provider is the test's server: `owed("disposition", response_keyword="OK")`."""

    def make(purpose: str = "click_to_call", **template: Any) -> OutboundRequest:
        connector = ConnectorFactory(name="Acme", allowed_networks=["127.0.0.0/8"])
        defaults = {"url": f"{provider_server.url}/api", "body": '{"session":"@callSessionId","id":"@requestId"}'}
        RequestTemplateFactory(connector=connector, purpose=purpose, **(defaults | template))
        call = CallFactory(connector=connector) if purpose == RequestTemplate.Purpose.DISPOSITION else None
        request: OutboundRequest = OutboundRequestFactory(connector=connector, purpose=purpose, call=call)
        request.context = {"default_country": "IN", "request_id": str(request.pk), "call": {"CallSessionId": "S-1"}}
        request.save()
        return request

    return make
