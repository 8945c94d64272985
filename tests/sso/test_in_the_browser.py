"""Our pages inside another origin's page, in a browser that gives third parties no cookies."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import sample
from tests.browser.conftest import office, picture, provider, ring  # noqa: F401  # fixtures
from tests.environment.chromium import ARGUMENTS, find_chromium
from tests.environment.live import LiveSystem
from tests.environment.provider import ProviderServer
from tests.sso.host import HostSite

CREDENTIAL = "the server's credential"


@pytest.fixture(scope="module")
def host() -> Iterator[HostSite]:
    site = HostSite()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def system(office: LiveSystem, host: HostSite) -> LiveSystem:  # noqa: F811
    """The office, whose connector lets the host's pages embed ours."""
    columns = f"server_credential={CREDENTIAL!r}, embed_origins=[{host.origin!r}], config_version=99"
    office.manage(
        "shell", "-c",
        "from connector_config.models import Connector; "
        f"row = Connector.objects.get(slug='acme'); row.__dict__.update({columns}); row.save()",
    )  # fmt: skip
    return office


@pytest.fixture(scope="module")
def strict_browser(browser: Browser) -> Iterator[Browser]:
    """Chromium that blocks third parties' cookies, as more and more browsers do."""
    arguments = [*ARGUMENTS, "--test-third-party-cookie-phaseout"]
    chromium = browser.browser_type.launch(executable_path=find_chromium(), headless=True, args=arguments)
    yield chromium
    chromium.close()


@pytest.fixture
def tab(strict_browser: Browser) -> Iterator[Page]:
    """A page of the host's, whose errors fail the test."""
    context = strict_browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert errors == []


@pytest.fixture
def embed(system: LiveSystem, host: HostSite, tab: Page) -> Callable[..., FrameLocator]:
    """Signs Asha on and shows what she gets in a frame of the host's page."""

    def show(*, origin: str = "", **body: str) -> FrameLocator:
        host.pages["/desktop"] = (
            f'<h1>Desktop</h1><iframe id="ours" src="{key_url(system, **body)}" width=1100 height=740>'
        )
        tab.goto(f"{origin or host.origin}/desktop")
        return tab.frame_locator("#ours")

    return show


def framed(url: str) -> str:
    return f'<h1>Desktop</h1><iframe id="ours" src="{url}" width=1100 height=740></iframe>'


def key_url(system: LiveSystem, **body: str) -> str:
    answer = requests.post(
        f"{system.base_url}/hooks/{sample.HOOK_KEY}/sso",
        json={"AgentEmail": sample.ASHA, **body},
        headers={"Authorization": f"Bearer {CREDENTIAL}"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["Message"]["Url"])


def calls_asked(provider: ProviderServer) -> int:  # noqa: F811
    return sum("/call" in request.path for request in provider.requests)


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_lead_in_the_desktop_is_shown_called_and_followed(
    embed: Any, system: LiveSystem, provider: ProviderServer, ring: Any, tab: Page, picture: Any  # noqa: F811
) -> None:  # fmt: skip
    frame = embed(Target="lead", LeadPhone=sample.RAVI_NUMBERS[0])
    expect(frame.get_by_role("heading", name="Ravi Kumar")).to_be_visible()
    expect(frame.locator("#connection[data-state=live]")).to_be_visible()

    frame.get_by_role("button", name=re.compile("^Call ")).first.click()
    expect(frame.locator(".call-result .chip").first).to_be_visible()
    until(lambda: calls_asked(provider) > 0)
    ring("embedded-lead", Status="InProgress")
    ring("embedded-other", "+919845012345")
    popup = frame.get_by_role("alertdialog")
    popup.get_by_label("Notes").fill("Wrote in the frame.")
    popup.get_by_label("Disposition").select_option("Interested")
    popup.get_by_role("button", name="Save disposition").click()

    expect(popup.get_by_text("Saved: Interested")).to_be_visible()
    assert popup.count() == 1, "the other lead's popup does not come here"
    picture(tab, "embedded-lead")
    address = tab.frames[1].url
    assert "key" not in address
    assert sample.HOOK_KEY not in address
    assert tab.context.cookies() == []


def test_the_console_in_the_desktop_shows_popups_and_its_pages(
    embed: Any, ring: Any, tab: Page, picture: Any  # noqa: F811
) -> None:  # fmt: skip
    frame = embed(Target="console")
    expect(frame.locator("#connection[data-state=live]")).to_be_visible()
    expect(frame.get_by_text("Meera Iyer").first).to_be_visible()

    ring("embedded-console", "+919900112233")
    expect(frame.get_by_role("alertdialog", name=re.compile("Sana Sheikh"))).to_be_visible()
    picture(tab, "embedded-console")
    frame.get_by_role("link", name="Leads", exact=True).click()
    expect(frame.get_by_role("heading", name="Leads")).to_be_visible()
    frame.get_by_role("link", name="Farah Khan").first.click()

    expect(frame.get_by_role("heading", name="Farah Khan")).to_be_visible()
    expect(frame.get_by_role("alertdialog", name=re.compile("Sana Sheikh"))).to_be_visible()
    frame.get_by_role("alertdialog", name=re.compile("Sana Sheikh")).get_by_role("button", name="Dismiss").click()
    expect(frame.get_by_role("alertdialog", name=re.compile("Sana Sheikh"))).to_have_count(0)
    tab.frames[1].evaluate("location.reload()")
    expect(frame.get_by_text("Open it again from your agent desktop")).to_be_visible()


def test_a_reload_keeps_the_page_where_the_browser_lets_it_remember(system: LiveSystem, tab: Page) -> None:
    tab.goto(key_url(system, Target="console"))  # as a desktop program with a browser of its own does
    expect(tab.locator("#connection[data-state=live]")).to_be_visible()

    tab.reload()

    expect(tab.locator("#connection[data-state=live]")).to_be_visible()
    expect(tab.get_by_text("Meera Iyer").first).to_be_visible()


def test_an_origin_that_is_not_listed_cannot_show_our_pages(embed: Any, host: HostSite, tab: Page) -> None:
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))

    embed(origin=host.other_origin, Target="console")

    until(lambda: any("frame-ancestors" in text for text in refused))
    assert tab.frames[1].url.startswith("chrome-error:")


HOST_PAGE = """<!doctype html><title>CRM</title><body><h1>Customers</h1>
<p id="text">Ravi Kumar, +91 96117 95983, likes calls. Order 2026-11-23, total 12345678.</p>
<p><a href="tel:+919845012345">Meera</a> <b data-phone="+919900112233">Sana</b></p>
<textarea>+91 98450 12345</textarea><div contenteditable>+91 98450 12345</div><p id="later"></p>
<script src="{base}/connector.js" data-connector="acme" async></script></body>"""


def test_numbers_of_a_web_page_are_clickable_and_popups_appear_there(
    system: LiveSystem, host: HostSite, provider: ProviderServer, ring: Any, tab: Page, picture: Any  # noqa: F811
) -> None:  # fmt: skip
    host.pages["/crm"] = HOST_PAGE.replace("{base}", system.base_url)
    tab.goto(f"{host.origin}/crm")
    before = calls_asked(provider)
    number = tab.get_by_role("button", name="Call +91 96117 95983")
    corner = tab.frame_locator("iframe[title=Telephone]")

    number.click()
    with tab.expect_popup() as opened:
        corner.get_by_role("button", name="Sign in to the telephone").click()
    window = opened.value
    window.get_by_label("E-mail").fill(sample.ASHA)
    window.get_by_label("Password").fill(sample.PASSWORD)
    window.get_by_role("button", name="Log in").click()
    picture(window, "embedded-sign-in")
    with window.expect_event("close"):
        window.get_by_role("button", name="Connect").click()

    expect(corner.get_by_text("Calling +91 96117 95983")).to_be_visible()
    expect(corner.get_by_role("button", name="Cancel")).to_be_visible()
    until(lambda: calls_asked(provider) == before + 1)
    expect(corner.locator("#connection[data-state=live]")).to_be_visible()
    ring("corner-1", "+917922223344")
    expect(corner.get_by_role("alertdialog", name=re.compile("Dev Patel"))).to_be_visible()
    box = tab.locator("iframe[title=Telephone]").bounding_box()
    assert box
    assert box["height"] > 150
    picture(tab, "embedded-corner")

    tab.get_by_text("Sana", exact=True).click()
    calling, popups = corner.locator("#calling").bounding_box(), corner.locator("#popups").bounding_box()
    assert calling
    assert popups
    assert calling["y"] < popups["y"], "Cancel is in sight however many popups there are"
    corner.get_by_role("button", name="Cancel").click()
    expect(corner.get_by_text("Not called.")).to_be_visible()
    time.sleep(2)
    assert calls_asked(provider) == before + 1
    assert tab.locator("[data-telephony=number]").count() == 1
    tab.evaluate("document.getElementById('later').textContent = 'New: +44 20 7946 0958.'")
    expect(tab.get_by_role("button", name="Call +44 20 7946 0958")).to_be_visible()
    tab.evaluate("telephonyConnector.stop()")
    assert tab.locator("[data-telephony], iframe, [data-telephony-dressed]").count() == 0
    assert (
        tab.locator("#text").inner_html()
        == "Ravi Kumar, +91 96117 95983, likes calls. Order 2026-11-23, total 12345678."
    )
