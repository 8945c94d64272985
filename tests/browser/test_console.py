"""An agent's day in a real browser: popups, dispositions, leads, calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.provider import Answer, ProviderServer

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]
Picture = Callable[..., None]


def _clear(page: Page) -> None:
    """Put away what other tests have left on the desk."""
    while page.get_by_role("alertdialog").count():
        before = page.get_by_role("alertdialog").count()
        page.get_by_role("button", name="Dismiss").first.click()
        expect(page.get_by_role("alertdialog")).to_have_count(before - 1)


def test_popup_appears_and_its_disposition_reaches_the_provider(
    signed_in: SignedIn, ring: Ring, provider: ProviderServer, picture: Picture
) -> None:
    page = signed_in()
    picture(page, "console-1280")

    ring("whole-way")
    popup = page.get_by_role("alertdialog", name="Ravi Kumar")
    expect(popup).to_be_visible()
    picture(page, "popup-1280")
    ring("whole-way", Status="Answered")
    expect(popup).to_contain_text("in progress")
    popup.get_by_label("Notes").fill("Wants a loan")
    popup.get_by_label("Disposition").select_option("Call back")
    popup.get_by_role("button", name="Save disposition").click()

    sent = provider.wait_for("/dispose")[-1].json()
    assert (sent["session"], sent["value"], sent["notes"]) == ("whole-way", "Call back", "Wants a loan")
    expect(popup).to_contain_text("Saved: Call back")
    expect(popup).to_contain_text("Delivered to Acme Telephony")
    popup.get_by_role("button", name="Open lead").click()
    expect(page.get_by_role("heading", name="Ravi Kumar").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_sized_pages_fit_their_width(scheme: str, signed_in: SignedIn, ring: Ring, picture: Picture) -> None:
    page = signed_in(size="390", scheme=scheme)
    _clear(page)
    if scheme == "light":
        picture(page, "console-390")
    ring(f"narrow-{scheme}", "+918025551234")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    if scheme == "light":
        picture(page, "popup-390")

    lead = page.locator("#missed").get_by_role("link", name="Meera Iyer").get_attribute("href") or ""
    for path in ("/", "/calls/", "/leads/", lead):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} px wide"
    page.get_by_role("link", name="Console").first.click()
    _clear(page)


def test_call_from_the_lead_page_shows_the_outcome(
    signed_in: SignedIn, provider: ProviderServer, picture: Picture
) -> None:
    page = signed_in()
    _clear(page)
    page.get_by_label("Search name or number").fill("96117 95983")
    page.get_by_role("link", name="Ravi Kumar").first.click()
    provider.answer("/call", Answer(body=b"Agent is offline"))

    page.get_by_role("button", name="Call").first.click()
    expect(page.get_by_text("Agent is offline")).to_be_visible()
    provider.answer("/call", Answer(body=b"OK"))
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("Ringing your phone")).to_be_visible()
    picture(page, "lead-1280")
    assert [request.json()["to"] for request in provider.received("/call")] == [sample.RAVI_NUMBERS[0]] * 2


def test_popup_that_came_while_the_console_was_closed_is_there_when_it_opens(signed_in: SignedIn, ring: Ring) -> None:
    ring("while-closed", sample.RAVI_NUMBERS[1])

    page = signed_in()

    expect(page.get_by_role("alertdialog", name="Ravi Kumar").first).to_be_visible()
    _clear(page)


def test_another_agent_sees_nothing(signed_in: SignedIn, ring: Ring) -> None:
    asha, ben = signed_in(), signed_in(sample.BEN)
    _clear(asha)

    ring("private")

    expect(asha.get_by_role("alertdialog")).to_be_visible()
    ben.wait_for_timeout(700)
    assert ben.get_by_role("alertdialog").count() == 0
    _clear(asha)


def test_what_is_typed_and_the_caret_stay_while_the_call_goes_on(signed_in: SignedIn, ring: Ring) -> None:
    page = signed_in()
    _clear(page)
    ring("typing")
    notes = page.get_by_role("alertdialog", name="Ravi Kumar").get_by_label("Notes")
    notes.click()
    page.keyboard.type("first ")

    ring("typing", Status="Answered")
    expect(page.get_by_role("alertdialog")).to_contain_text("in progress")
    page.keyboard.type("second")
    ring("another", "+919845012345")
    expect(page.get_by_role("alertdialog")).to_have_count(2)
    page.keyboard.type(" third")

    expect(notes).to_have_value("first second third")
    _clear(page)


def test_alt_1_goes_to_the_newest_popup_and_an_unknown_caller_gets_a_name(signed_in: SignedIn, ring: Ring) -> None:
    page = signed_in()
    _clear(page)
    page.get_by_label("Number to dial").focus()
    ring("older")
    expect(page.get_by_role("alertdialog")).to_have_count(1)
    ring("unknown", "+919812300777")
    expect(page.get_by_role("alertdialog")).to_have_count(2)
    expect(page.get_by_label("Number to dial")).to_be_focused()

    page.keyboard.press("Alt+1")
    page.keyboard.type("Nisha Verma")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alertdialog", name="Nisha Verma")).to_be_visible()
    _clear(page)


def test_popup_has_a_page_of_its_own(signed_in: SignedIn, ring: Ring) -> None:
    page = signed_in()
    _clear(page)
    ring("own-page")
    popup = page.get_by_role("alertdialog")
    number = popup.get_attribute("data-popup")

    page.goto(f"{page.url}popups/{number}/")
    ring("own-page", Status="Answered")

    expect(page.get_by_role("alertdialog", name="Ravi Kumar")).to_contain_text("in progress")
    page.goto(page.url.split("popups/")[0])
    _clear(page)
