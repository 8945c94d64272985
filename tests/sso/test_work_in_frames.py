"""An agent's whole work inside another program's page: every button, form and link does what it does on ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser import sample
from tests.browser.conftest import office, picture, provider, ring, run  # noqa: F401  # fixtures
from tests.browser.test_accessibility import faults
from tests.environment.live import LiveSystem
from tests.recordings.sound_server import Sound, SoundServer, serving, tone
from tests.sso.host import HostSite
from tests.sso.test_in_the_browser import HOST_PAGE, embed, host, key_url, strict_browser, system, tab, until  # noqa: F401

pytestmark = pytest.mark.browser
Embed = Callable[..., FrameLocator]


@pytest.fixture(scope="module")
def sounds() -> Iterator[SoundServer]:
    """The provider's recordings."""
    with serving() as server:
        server.put("/call.wav", Sound(body=tone(20)))
        yield server


@pytest.fixture
def console(embed: Embed) -> FrameLocator:  # noqa: F811
    """The console in a frame of the provider's desktop."""
    frame = embed(Target="console")
    expect(frame.locator("#connection[data-state=live]")).to_be_visible()
    return frame


def test_duty_is_switched_in_a_frame_that_no_reload_survives(console: FrameLocator) -> None:
    console.get_by_role("switch", name="On duty").click()
    expect(console.get_by_role("switch", name="Off duty")).to_be_visible()
    expect(console.locator("#dial").get_by_role("button", name="Call")).to_be_disabled()
    expect(console.locator("#missed").get_by_role("button", name=re.compile("^Call ")).first).to_be_disabled()

    console.get_by_role("switch", name="Off duty").click()

    expect(console.get_by_role("switch", name="On duty")).to_be_visible()
    expect(console.locator("#dial").get_by_role("button", name="Call")).to_be_enabled()
    expect(console.get_by_text("Meera Iyer").first).to_be_visible()


def test_recording_plays_in_a_frame_as_often_as_one_likes(
    system: LiveSystem, sounds: SoundServer, embed: Embed, tab: Page  # noqa: F811
) -> None:  # fmt: skip
    system.manage(
        "shell", "-c",
        "from calls.models import Call; "
        f"Call.objects.filter(session_id='sample-0').update(recording_url='{sounds.origin}/call.wav')",
    )  # fmt: skip
    frame = embed(Target="lead", LeadPhone=sample.RAVI_NUMBERS[0])
    button = frame.get_by_role("button", name="Play the recording")

    for _ in range(2):
        button.click()
        until(lambda: bool(tab.frames[1].evaluate("() => document.querySelector('audio')?.currentTime > 0.2")))
        button.click()
        expect(frame.locator("audio")).to_have_count(0)


def test_forms_filters_and_downloads_of_the_console_work_in_a_frame(console: FrameLocator, tab: Page) -> None:  # noqa: F811
    console.get_by_role("link", name="Leads", exact=True).click()
    console.get_by_role("link", name="Farah Khan").first.click()
    console.get_by_role("heading", name="Farah Khan", exact=True).wait_for()
    console.get_by_role("button", name="Edit").click()
    console.get_by_label("Company").fill("Khan Traders")
    console.get_by_role("button", name="Save", exact=True).click()
    expect(console.get_by_role("heading", name="Farah Khan", exact=True)).to_be_visible()
    expect(console.get_by_text("Khan Traders").first).to_be_visible()
    console.get_by_role("button", name="Log a call").click()
    console.get_by_label("Notes").fill("Rang my mobile")
    console.get_by_role("button", name="Log the call").click()
    expect(console.locator(".timeline")).to_contain_text("Rang my mobile")

    console.get_by_role("link", name="Calls", exact=True).click()
    console.get_by_label("Direction").select_option("Outbound")
    console.get_by_role("button", name="Filter").click()
    expect(console.get_by_role("link", name="Clear")).to_be_visible()
    with tab.expect_download() as download:
        console.get_by_role("link", name="Download CSV").click()

    text = download.value.path().read_text()
    assert download.value.suggested_filename == "calls.csv"
    assert ("Outbound" in text, "Inbound" in text) == (True, False)


@pytest.mark.parametrize("target", ["console", "lead", "opportunity", "popups"])
def test_embedded_pages_have_no_serious_fault(
    target: str, system: LiveSystem, ring: Any, tab: Page  # noqa: F811
) -> None:  # fmt: skip
    code = "from crm.models import Opportunity; print(Opportunity.objects.get().pk)"
    opportunity = system.manage("shell", "-v", "0", "-c", code).stdout.split()[-1]
    named = {"lead": {"LeadPhone": sample.RAVI_NUMBERS[0]}, "opportunity": {"OpportunityId": opportunity}}
    ring(f"embedded-{target}")
    tab.goto(key_url(system, Target=target, **named.get(target, {})))
    tab.locator("#connection[data-state=live]").wait_for()

    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 844})
        assert faults(tab) == []


@pytest.mark.parametrize("path", ["/embed/acme/", "/embed/acme/corner/", "/embed/acme/console?key=used-up"])
def test_pages_that_show_nothing_yet_have_no_serious_fault(path: str, system: LiveSystem, tab: Page) -> None:  # noqa: F811
    tab.goto(system.base_url + path)
    tab.get_by_text(re.compile("This page is over|Sign in to the telephone|cannot be opened")).first.wait_for()

    assert faults(tab) == []


def test_popup_in_the_corner_is_worked_with(
    system: LiveSystem, host: HostSite, ring: Any, run: str, tab: Page  # noqa: F811
) -> None:  # fmt: skip
    host.pages["/crm"] = HOST_PAGE.replace("{base}", system.base_url)
    tab.goto(f"{host.origin}/crm")
    corner = tab.frame_locator("iframe[title=Telephone]")
    with tab.expect_popup() as opened:
        corner.get_by_role("button", name="Sign in to the telephone").click()
    window = opened.value
    window.get_by_label("E-mail").fill(sample.ASHA)
    window.get_by_label("Password").fill(sample.PASSWORD)
    window.get_by_role("button", name="Log in").click()
    with window.expect_event("close"):
        window.get_by_role("button", name="Connect").click()
    corner.locator("#connection[data-state=live]").wait_for()
    ring(f"corner-work-{run}", "+917922223344", Status="InProgress")
    popup = corner.get_by_role("alertdialog", name=re.compile("Dev Patel"))

    popup.get_by_label("Notes").fill("From the corner")
    popup.get_by_label("Disposition").select_option("Call back")
    popup.get_by_role("button", name="Save disposition").click()
    expect(popup).to_contain_text("Saved: Call back")
    with tab.context.expect_page() as lead:
        popup.get_by_role("button", name="Open lead").click()
    expect(lead.value.get_by_role("heading", name="Dev Patel").first).to_be_visible()
    popup.get_by_role("button", name="Dismiss").click()

    expect(popup).to_have_count(0)
    assert len(tab.context.pages) == 2
