"""The API's page in a real browser, under the content security policy of every page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.environment.live import LiveSystem


def test_page_shows_the_operations_and_breaks_no_policy(live_system: LiveSystem, page: Page) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: messages.append(str(error)))

    page.goto(f"{live_system.base_url}/api/docs/")
    page.get_by_text("/api/calls/{id}/trace/").wait_for()

    assert page.get_by_text("/api/click-to-call/").is_visible()
    assert messages == []
