"""Opportunities the whole way, over real HTTP and the real worker: out with a click and back, and inbound."""

from __future__ import annotations

import re

import pytest
import requests

from tests.environment.live import LiveSystem
from tests.environment.provider import Answer, ProviderServer
from tests.flows.client import ProductClient, standard_document

pytestmark = pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)

RAVI, ASHA = "+919611795983", "+919611795980"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(scope="module")
def product(
    live_system: LiveSystem, provider: ProviderServer, tmp_path_factory: pytest.TempPathFactory
) -> ProductClient:
    document = standard_document(
        "sale",
        click_to_call={
            "enabled": True,
            "method": "POST",
            "url": f"{provider.url}/call",
            "body_type": "json",
            "body": '{"to":"@PhoneNumberWithCountryCode","opportunity":"@{Opportunity:Id,}"}',
            "response_keyword": "OK",
        },
    )
    document["agents"].append({"email": "ben.sale@example.com", "name": "Ben", "phones": ["+919611795981"]})
    document["opportunities"] = [
        {"external_id": "O-1", "lead": "L-sale", "name": "Car loan", "owner": "asha.sale@example.com"}
    ]
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), document)


class Desk:
    """An agent's browser, as far as forms go."""

    def __init__(self, product: ProductClient) -> None:
        self.base, self.session = product.system.base_url, requests.Session()
        self.send("/login/", username="asha.sale@example.com", password="an-agents-password")

    def page(self, path: str) -> str:
        """The page, in full."""
        answer = self.session.get(self.base + path, timeout=30)
        answer.raise_for_status()
        return answer.text

    def send(self, path: str, **fields: str) -> requests.Response:
        """Send a form with its token."""
        found = _TOKEN.search(self.page("/login/" if path == "/login/" else "/"))
        assert found is not None
        data = {"csrfmiddlewaretoken": found[1], **fields}
        answer = self.session.post(self.base + path, data=data, timeout=30, headers={"Referer": self.base})
        answer.raise_for_status()
        return answer


def _event(session: str, direction: str, **fields: str) -> dict[str, str]:
    ends = (ASHA, RAVI) if direction == "Outbound" else (RAVI, ASHA)
    return {
        "SourceNumber": ends[0], "DestinationNumber": ends[1], "DisplayNumber": "+919020897874",
        "Direction": direction, "Status": "Answered", "CallSessionId": session, **fields,
    }  # fmt: skip


LOG = {"StartTime": "2026-03-02 18:26:38", "EndTime": "2026-03-02 18:27:39", "CallDuration": "61"}


def test_opportunity_goes_out_with_the_click_and_comes_back_with_the_call(
    product: ProductClient, provider: ProviderServer
) -> None:
    opportunity = product.get("opportunities/", external_id="O-1")["results"][0]["id"]
    provider.clear()
    provider.answer("/call", Answer(body=b"OK"))
    route = requests.get(product.hook("opportunity-route"), params={"opportunityId": "O-1"}, timeout=30)
    asked = {"lead_id": None, "opportunity_id": opportunity, "connector": "sale", "agent": "asha.sale@example.com"}
    assert product.post("click-to-call/", asked).status_code == 202
    sent = provider.wait_for("/call")[0].json()["opportunity"]
    popup = product.send("agent-popup", _event("out-1", "Outbound", OpportunityId=sent))
    log = product.send("call-log", _event("out-1", "Outbound", OpportunityId=sent, **LOG))

    desk = Desk(product)
    page = desk.page(f"/opportunities/{opportunity}/")
    call = product.get("calls/", session_id="out-1")["results"][0]
    assert route.text == ASHA
    assert sent == opportunity
    assert (popup.status_code, log.status_code) == (200, 200)
    assert (call["opportunity"]["name"], call["lead"]["name"]) == ("Car loan", "Ravi Kumar")
    assert "1:01" in page
    assert f"/calls/{call['id']}/" in page


def test_choice_in_the_popup_ties_the_call_also_when_its_log_names_no_opportunity(product: ProductClient) -> None:
    opportunity = product.get("opportunities/", external_id="O-1")["results"][0]["id"]
    desk = Desk(product)

    product.send("agent-popup", _event("in-1", "Inbound"))
    popup = product.get("popups/", session_id="in-1")["results"][0]["id"]
    offered = desk.page(f"/popups/{popup}/")
    desk.send(f"/popups/{popup}/opportunity/", opportunity=opportunity)
    product.send("call-log", _event("in-1", "Inbound", **LOG))

    call = product.get("calls/", session_id="in-1")["results"][0]
    assert "Car loan" in offered
    assert (call["status"], call["duration_seconds"]) == ("Answered", 61)
    assert call["opportunity"]["id"] == opportunity
    assert f"/calls/{call['id']}/" in desk.page(f"/opportunities/{opportunity}/")
