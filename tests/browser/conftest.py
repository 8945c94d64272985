"""What browser tests share: the office of sample.py in a running product, windows that are logged in, pictures."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from telephony_connector.environment import BASE_DIR
from tests.browser import sample
from tests.environment.live import LiveSystem
from tests.environment.provider import ProviderServer

# Two cores may have much else to do.
expect.set_options(timeout=10_000)
SIZES = {"1280": (1280, 860), "390": (390, 844)}


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    """The provider's server, to which click-to-calls and dispositions go."""
    server = ProviderServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def office(live_system: LiveSystem, provider: ProviderServer) -> LiveSystem:
    """The running product with people, leads, calls and a connector in it."""
    live_system.manage("shell", "-c", f"from tests.browser.sample import fill; fill({provider.url!r})")
    return live_system


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens private windows of a size; every page error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_window(size: str = "1280", *, scheme: str = "light") -> BrowserContext:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id=sample.ZONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_window
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Cookies of who has logged in, by e-mail: hashing a password takes a second of a busy machine."""
    return {}


@pytest.fixture
def signed_in(
    office: LiveSystem, window: Callable[..., BrowserContext], sessions: dict[str, Any]
) -> Callable[..., Page]:
    """A page on which somebody is logged in (by the form, the first time), connected to their stream."""

    def log_in(email: str = sample.ASHA, size: str = "1280", *, scheme: str = "light") -> Page:
        page = window(size, scheme=scheme).new_page()
        page.context.add_cookies(sessions.get(email, []))
        page.goto(f"{office.base_url}/")
        if email not in sessions:
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill(sample.PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{office.base_url}/")
            sessions[email] = page.context.cookies()
        if email != sample.ADMINISTRATOR:
            page.locator("#connection[data-state=live]").wait_for()
        return page

    return log_in


@pytest.fixture
def clear() -> Callable[[Page], None]:
    """Puts away all popups of a page, whatever other tests have left there."""

    def put_away(page: Page) -> None:
        for _ in range(50):
            left = page.evaluate(
                """[...document.querySelectorAll('[id$=-dismiss]')].map(button => button.click()).length"""
            )
            if not left:
                return
            page.wait_for_timeout(200)
        raise AssertionError("popups stay on the desk")

    return put_away


@pytest.fixture
def run() -> str:
    """Makes a test's session ids its own: a call that was dismissed once never comes back."""
    return uuid.uuid4().hex[:8]


@pytest.fixture
def ring(office: LiveSystem) -> Callable[..., None]:
    """Posts a popup as the provider does."""

    def post(session_id: str, number: str = sample.RAVI_NUMBERS[0], **fields: str) -> None:
        body = {
            "SourceNumber": number,
            "DestinationNumber": "+919611795980",
            "DisplayNumber": "+919020897874",
            "Direction": "Inbound",
            "Status": "Ringing",
            "CallSessionId": session_id,
            **fields,
        }
        answer = requests.post(f"{office.base_url}/hooks/{sample.HOOK_KEY}/agent-popup", json=body, timeout=10)
        assert answer.status_code == 200, answer.text

    return post


@pytest.fixture
def picture() -> Callable[..., None]:
    """Takes a picture of a page for docs/images, with UPDATE_SCREENSHOTS=1 only."""
    is_wanted = os.environ.get("UPDATE_SCREENSHOTS") == "1"

    def take(page: Page, name: str, *, full_page: bool = False) -> None:
        if is_wanted:
            page.screenshot(path=BASE_DIR / "docs" / "images" / f"{name}.png", full_page=full_page)

    return take
