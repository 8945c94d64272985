"""An administrator connects a provider from nothing, in a real browser, and its first popup reaches an agent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem
from tests.environment.provider import ProviderServer

pytestmark = pytest.mark.browser


def _open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).or_(page.get_by_role("link", name=name)).first.click()


def test_provider_is_connected_by_clicking_and_its_popup_and_click_to_call_work(
    office: LiveSystem, provider: ProviderServer, signed_in: Callable[..., Page], picture: Callable[..., None]
) -> None:
    page = signed_in(sample.ADMINISTRATOR)
    page.goto(f"{office.base_url}/admin/connector_config/connector/add/")
    page.locator("[name=name]").press_sequentially("Nova Voice")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nova Voice was made.")).to_be_visible()
    _open_tab(page, "Virtual numbers")
    page.locator("[name=virtual_numbers-0-number]").fill("+912266778899")
    page.locator("[name=virtual_numbers-0-tag]").fill("Billboard")
    _open_tab(page, "Click to call")
    page.locator("[name=request_templates-0-url]").fill(f"{provider.url}/nova?to=@PhoneNumberWithCountryCode")
    picture(page, "admin-click-to-call")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    _open_tab(page, "Agent popup")
    picture(page, "admin-agent-popup")
    found = re.search(r"/hooks/[\w-]+/agent-popup", page.content())
    assert found is not None

    agent = signed_in()
    body = {
        "SourceNumber": sample.RAVI_NUMBERS[0],
        "DestinationNumber": "+919611795980",
        "DisplayNumber": "+912266778899",
        "Direction": "Inbound",
        "Status": "Ringing",
        "CallSessionId": "nova-1",
    }
    answer = requests.post(f"{office.base_url}{found[0]}", json=body, timeout=10)

    assert answer.status_code == 200, answer.text
    popup = agent.get_by_role("alertdialog", name="Ravi Kumar")
    expect(popup).to_contain_text("Billboard line")
    popup.get_by_role("button", name="Open lead").click()
    agent.get_by_role("main").get_by_label("Call through").first.select_option("Nova Voice")
    agent.get_by_role("main").get_by_role("button", name="Call").first.click()
    assert provider.wait_for("/nova")[0].query["to"] == [sample.RAVI_NUMBERS[0]]
    expect(agent.get_by_text("Ringing your phone")).to_be_visible()
