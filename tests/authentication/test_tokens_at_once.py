"""Many workers that need a token at the same moment, on real connections."""

from __future__ import annotations

import json
from functools import partial

import pytest
from django.db import connection

from calls.access_tokens import KeptToken, access_token
from calls.models import AccessToken
from tests.environment.provider import Answer, ProviderServer
from tests.factories import ConnectorFactory
from tests.fuzz.test_concurrency import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "oauth2_refresh_token"


@pytest.fixture(autouse=True)
def only_on_postgresql(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")


def test_a_refresh_token_that_may_be_used_once_is_used_once(provider_server: ProviderServer) -> None:
    answer = {"access_token": "t0ken-one", "expires_in": 3600, "refresh_token": "r3fresh-two"}
    provider_server.answer("/token", Answer(200, json.dumps(answer).encode(), delay_seconds=0.5))
    settings = {"token_url": f"{provider_server.url}/token", "client_id": "app", "refresh_token": "r3fresh-one"}
    connector = ConnectorFactory(allowed_networks=["127.0.0.0/8"])

    tokens: list[KeptToken] = at_once([partial(access_token, connector, KIND, settings)] * THREADS)

    assert {token.text for token in tokens} == {"t0ken-one"}
    assert len(provider_server.received("/token")) == 1
    assert AccessToken.objects.get().refresh_token == "r3fresh-two"


def test_a_refused_token_is_replaced_once_for_all(provider_server: ProviderServer) -> None:
    names = iter(("t0ken-one", "t0ken-two", "t0ken-three"))
    provider_server.answer("/token", lambda _request: Answer(200, f'{{"access_token":"{next(names)}"}}'.encode()))
    settings = {"token_url": f"{provider_server.url}/token", "client_id": "app", "refresh_token": "r3fresh-one"}
    connector = ConnectorFactory(allowed_networks=["127.0.0.0/8"])
    first = access_token(connector, KIND, settings)

    tokens = at_once([partial(access_token, connector, KIND, settings, refused=first.text)] * THREADS)

    assert {token.text for token in tokens} == {"t0ken-two"}
