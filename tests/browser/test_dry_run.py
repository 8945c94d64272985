"""An administrator sets an authentication and tries the request, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem
from tests.environment.provider import ProviderServer

pytestmark = pytest.mark.browser


def _search(page: Page, field: str, words: str) -> None:
    """Choose by typing, as in every box of the admin that searches."""
    page.locator(f"[name={field}] + .select2").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=words).first.click()


def test_authentication_is_set_and_the_request_tried(
    office: LiveSystem, provider: ProviderServer, signed_in: Callable[..., Page], picture: Callable[..., None]
) -> None:
    page = signed_in(sample.ADMINISTRATOR)
    page.goto(f"{office.base_url}/admin/connector_config/connector/")
    page.get_by_role("link", name="Acme Telephony").click()
    page.get_by_role("tab", name="Click to call").click()
    panel = page.locator("#panel-click-to-call")
    expect(panel.locator("[name$='authentication__password']")).to_be_hidden()
    panel.locator("[name$='authentication_kind']").select_option("basic")
    panel.locator("[name$='authentication__username']").fill("acme")
    panel.locator("[name$='authentication__password']").fill("pa55word")
    expect(panel.locator("[name$='authentication__token_url']")).to_be_hidden()
    picture(page, "admin-authentication")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.get_by_role("tab", name="Click to call").click()

    panel.get_by_role("link", name="Try it").click()
    _search(page, "agent", "Asha Rao")
    _search(page, "lead", "Ravi Kumar")
    page.get_by_role("button", name="Show the request").click()

    expect(page.locator("#dry-run-curl")).to_contain_text("Authorization: Basic ••••")
    expect(page.locator("#dry-run-body mark")).to_have_text(sample.RAVI_NUMBERS[0])
    assert provider.received("/call") == []
    page.get_by_role("button", name="Send to Acme Telephony").click()
    expect(page.get_by_text("✓ Success")).to_be_visible()
    assert provider.received("/call")[0].headers["authorization"] == "Basic YWNtZTpwYTU1d29yZA=="
    picture(page, "admin-dry-run", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "admin-dry-run-390", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
