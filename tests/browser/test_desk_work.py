"""What an agent does beside talking, in a real browser: missed calls, leads, calls entered by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]


def test_missed_call_is_handled_and_undone_in_its_place(signed_in: SignedIn) -> None:
    page = signed_in()
    row = page.locator("#missed li").filter(has_text="Meera Iyer")

    row.get_by_role("button", name="Handled").click()
    expect(row.get_by_text("Handled")).to_be_visible()
    row.get_by_role("button", name="Undo").click()

    expect(row.get_by_role("button", name="Handled")).to_be_visible()


def test_today_is_the_browsers_day(signed_in: SignedIn) -> None:
    page = signed_in()

    zones = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}

    # Chromium still says it by the zone's old name.
    assert zones["time_zone"] in {"Asia/Calcutta", "Asia/Kolkata"}


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
