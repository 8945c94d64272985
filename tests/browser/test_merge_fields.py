"""The list of merge fields opens where an administrator types @, and is used by keyboard alone or by mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem

pytestmark = pytest.mark.browser

PREFIX = "[name=request_templates-0-"


def _click_to_call_tab(page: Page, office: LiveSystem) -> None:
    page.goto(f"{office.base_url}/admin/connector_config/connector/")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("tab", name="Click to call").click()


def test_typing_an_at_sign_opens_the_list_and_the_keyboard_chooses_from_it(
    office: LiveSystem, signed_in: Callable[..., Page], picture: Callable[..., None]
) -> None:
    page = signed_in(sample.ADMINISTRATOR)
    _click_to_call_tab(page, office)
    options = page.get_by_role("listbox", name="Merge fields").get_by_role("option")
    chosen = page.locator("#merge-field-list [aria-selected=true]")
    url, body, header = (page.locator(f"{PREFIX}{name}]") for name in ("url", "body", "header_0_value"))

    url.fill("")
    url.press_sequentially("https://api.example.com/call?to=@")
    expect(options.first).to_be_visible()
    assert options.count() > 80
    page.keyboard.type("agentN")
    expect(options.first).to_contain_text("the agent's number as entered")
    picture(page, "admin-merge-fields")
    page.keyboard.press("ArrowDown")
    text = chosen.locator("code").inner_text()
    assert url.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    expect(url).to_have_value(f"https://api.example.com/call?to={text}")
    expect(options).to_have_count(0)

    url.press_sequentially("&from=@agentId")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(url).to_have_value(f"https://api.example.com/call?to={text}&from=@agentId")

    body.fill('{"name": "')
    body.press("End")
    body.press_sequentially("@{lead:first")
    page.keyboard.press("Tab")
    expect(body).to_have_value('{"name": "@{Lead:FirstName,}')
    body.press("Control+z")
    expect(body).not_to_have_value('{"name": "@{Lead:FirstName,}')

    header.press_sequentially("Agent @mail")
    options.filter(has_text="@agentEmail").click()
    expect(header).to_have_value("Agent @agentEmail")

    url.fill("https://key:secret@api.example.com/")
    expect(options).to_have_count(0)


def test_a_given_up_disposition_is_sent_again_with_one_click_at_its_row_and_on_its_page(
    office: LiveSystem, signed_in: Callable[..., Page]
) -> None:
    office.manage(
        "shell", "-c",
        "from calls.models import Call, OutboundRequest; from connector_config.models import Connector;"
        "made = {'connector': Connector.objects.first(), 'purpose': 'disposition', 'status': 'dead'};"
        "[OutboundRequest.objects.create(**made) for _ in range(2)]",
    )  # fmt: skip
    page = signed_in(sample.ADMINISTRATOR)
    given_up = f"{office.base_url}/admin/calls/outboundrequest/?status__exact=dead"
    page.goto(given_up)

    page.get_by_role("button", name="Send again").first.click()

    expect(page.get_by_text("1 will be sent again.")).to_be_visible()
    page.goto(given_up)
    page.locator("#result_list .field-created_at a").first.click()
    page.get_by_role("link", name="Send again").click()
    expect(page.get_by_text("1 will be sent again.")).to_be_visible()
