"""The event stream with an embedded session's token, on the running product."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.browser import sample
from tests.browser.conftest import office, provider, ring  # noqa: F401  # fixtures
from tests.environment.live import LiveSystem

CREDENTIAL = "the server's credential"


@pytest.fixture(scope="module")
def token(office: LiveSystem) -> Callable[..., str]:  # noqa: F811
    """Signs Asha on, and gives the token of her page."""
    office.manage(
        "shell", "-c",
        "from connector_config.models import Connector; row = Connector.objects.get(slug='acme'); "
        f"row.server_credential = {CREDENTIAL!r}; row.config_version = 99; row.save()",
    )  # fmt: skip

    def sign_on(**body: str) -> str:
        answer = requests.post(
            f"{office.base_url}/hooks/{sample.HOOK_KEY}/sso",
            json={"AgentEmail": sample.ASHA, **body},
            headers={"Authorization": f"Bearer {CREDENTIAL}"},
            timeout=10,
        )
        page = requests.get(answer.json()["Message"]["Url"], timeout=10).text
        return page.partition('"X-Embedded-Token": "')[2].partition('"')[0]

    return sign_on


def popups(lines: Iterator[Any]) -> Iterator[dict[str, Any]]:
    is_popup = False
    for line in lines:
        if line.startswith("event:"):
            is_popup = line == "event: popup"
        elif is_popup and line.startswith("data: "):
            yield json.loads(line[6:])


def test_the_stream_takes_the_token_and_a_leads_page_hears_of_that_lead_only(
    office: LiveSystem, ring: Any, token: Any  # noqa: F811
) -> None:  # fmt: skip
    url = f"{office.base_url}/agent/stream"
    headers = {"X-Embedded-Token": token(Target="lead", LeadPhone=sample.RAVI_NUMBERS[0])}

    with requests.get(url, headers=headers, stream=True, timeout=20) as stream:
        ring("stream-other", "+919845012345")
        ring("stream-own")
        first = next(popups(stream.iter_lines(decode_unicode=True)))

    assert stream.status_code == 200
    assert first["call_session_id"] == "stream-own"


def test_a_wrong_token_is_a_stranger(office: LiveSystem, token: Any) -> None:  # noqa: F811
    url = f"{office.base_url}/agent/stream"
    tokens = ["made-up", token(Target="console")[:-1] + "!"]

    statuses = [requests.head(url, headers={"X-Embedded-Token": one}, timeout=10).status_code for one in tokens]

    assert statuses == [401, 401]
