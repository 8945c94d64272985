"""What an agent does beside talking, in a real browser: missed calls, leads, calls entered by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.provider import Answer, ProviderServer

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]
Clear = Callable[[Page], None]


def test_missed_call_is_handled_and_undone_in_its_place(signed_in: SignedIn) -> None:
    page = signed_in()
    row = page.locator("#missed li").filter(has_text="Meera Iyer")

    row.get_by_role("button", name="Handled").press("Enter")
    expect(row.get_by_text("Handled")).to_be_visible()
    expect(row.get_by_role("button", name="Undo")).to_be_focused()
    row.get_by_role("button", name="Undo").click()

    expect(row.get_by_role("button", name="Handled")).to_be_visible()


def test_today_is_the_browsers_day(signed_in: SignedIn) -> None:
    page = signed_in()

    zones = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}

    # Chromium still says it by the zone's old name.
    assert zones["time_zone"] in {sample.ZONE, "Asia/Calcutta"}


def test_number_that_is_none_is_refused_in_words_before_anything_is_sent(signed_in: SignedIn) -> None:
    page = signed_in()
    box = page.get_by_label("Number to dial")

    box.fill("Ravi")
    is_valid, words = box.evaluate("box => [box.checkValidity(), box.title]")
    box.fill("+91 (22) 6123-4567")

    assert (is_valid, "country code" in words) == (False, True)
    assert box.evaluate("box => box.checkValidity()")


def test_lead_is_edited_merged_and_a_call_is_written_down(signed_in: SignedIn) -> None:
    page = signed_in()
    page.get_by_role("link", name="Leads").click()
    page.get_by_role("button", name="New lead").click()
    page.get_by_label("Name", exact=True).fill("Meera I.")
    page.get_by_label("New number 1").fill("98450 12345")
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_text("Somebody has this number already")).to_be_visible()
    page.get_by_role("button", name="Create lead").click()

    page.get_by_role("link", name="Merge with Meera Iyer").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("button", name="Undo the merge with Meera Iyer")).to_be_visible()
    page.get_by_role("button", name="Log a call").click()
    page.get_by_label("Notes").fill("Rang my mobile")
    page.get_by_role("button", name="Log the call").click()

    timeline = page.locator(".timeline li").filter(has_text="Rang my mobile")
    expect(timeline).to_contain_text("manual")
    page.get_by_role("button", name="Undo the merge with Meera Iyer").click()
    expect(page.get_by_role("heading", name="Meera Iyer")).to_be_visible()


def test_what_did_not_get_through_is_told_where_it_was_done(
    signed_in: SignedIn, ring: Ring, clear: Clear, run: str
) -> None:
    page = signed_in()
    clear(page)
    ring(f"unsaved-{run}")
    popup = page.get_by_role("alertdialog", name="Ravi Kumar")
    popup.get_by_label("Disposition").select_option("Call back")

    page.context.set_offline(True)
    popup.get_by_label("Notes").fill("Typed in a tunnel")
    expect(popup.get_by_text("not saved yet, trying again…")).to_be_visible()
    popup.get_by_role("button", name="Save disposition").click()
    expect(popup.get_by_text("Not saved: no connection. Try again.")).to_be_visible()
    page.get_by_label("Number to dial").fill("+912261230000")
    page.locator(".dial").get_by_role("button", name="Call").click()
    expect(page.get_by_text("Not called: no connection.")).to_be_visible()
    page.context.set_offline(False)

    expect(popup.get_by_text("saved just now")).to_be_visible()
    popup.get_by_role("button", name="Save disposition").click()
    expect(popup.get_by_text("Saved: Call back")).to_be_visible()
    clear(page)


def test_found_leads_stand_under_the_arrow_keys(signed_in: SignedIn) -> None:
    page = signed_in()
    page.get_by_label("Search name or number").fill("Sana")
    expect(page.locator("#suggestions").get_by_role("link")).to_be_visible()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Sana Sheikh")).to_be_visible()


def test_popup_put_away_by_key_leaves_the_focus_at_the_next(
    signed_in: SignedIn, ring: Ring, clear: Clear, run: str
) -> None:
    page = signed_in()
    clear(page)
    ring(f"first-{run}")
    ring(f"second-{run}", "+918025551234")
    newest = page.get_by_role("alertdialog", name="Arjun Mehta")

    newest.get_by_role("button", name="Dismiss").press("Enter")
    expect(page.get_by_role("alertdialog", name="Ravi Kumar")).to_be_focused()
    page.get_by_role("alertdialog", name="Ravi Kumar").get_by_role("button", name="Dismiss").press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_call_button_and_the_leads_calls_follow_the_call(
    signed_in: SignedIn, ring: Ring, provider: ProviderServer, clear: Clear, run: str
) -> None:
    page = signed_in()
    clear(page)
    provider.answer("/call", Answer(body=b"OK"))
    page.get_by_label("Search name or number").fill("Dev Patel")
    page.get_by_role("link", name="Dev Patel").first.click()
    calls = page.locator("#lead-calls .timeline > li")
    before = calls.count()

    page.locator(".numbers").get_by_role("button", name="Call").click()
    expect(page.get_by_text("Ringing your phone")).to_be_visible()
    reference = page.locator("[data-outbound]").get_attribute("data-outbound") or ""
    ends = {"SourceNumber": "+919611795980", "DestinationNumber": "+917922223344", "Direction": "Outbound"}
    ring(f"follow-{run}", Status="Answered", CallReference=reference, **ends)

    expect(page.locator(".numbers").get_by_text("In call")).to_be_visible()
    expect(calls).to_have_count(before + 1)
    clear(page)
