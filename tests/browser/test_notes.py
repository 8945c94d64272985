"""Notes in a popup: kept while they are typed, in every tab, whatever breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]


@pytest.fixture
def desk(signed_in: SignedIn, clear: Callable[[Page], None], ring: Ring, run: str) -> Page:
    """Asha's console with one call in progress."""
    page = signed_in()
    clear(page)
    ring(f"notes-{run}")
    ring(f"notes-{run}", Status="Answered")
    expect(page.get_by_role("alertdialog")).to_contain_text("in progress")
    return page


def _kept(page: Page, run: str) -> str:
    """The notes as the server has them."""
    origin = "/".join(page.url.split("/")[:3])
    call: dict[str, Any] = page.request.get(f"{origin}/api/calls/?session_id=notes-{run}").json()["results"][0]
    return str(call["notes"])


def _notes(page: Page) -> Any:
    return page.get_by_role("alertdialog").get_by_label("Notes")


def test_notes_of_one_tab_stand_in_the_other_and_survive_its_disposition(desk: Page, run: str) -> None:
    other = desk.context.new_page()
    other.goto(desk.url)
    other.locator("#connection[data-state=live]").wait_for()

    _notes(desk).fill("Wants a loan")
    expect(_notes(other)).to_have_value("Wants a loan")
    _notes(desk).press_sequentially(" soon")
    other.get_by_label("Disposition").select_option("Call back")
    other.get_by_role("button", name="Save disposition").click()

    expect(other.get_by_text("Saved: Call back")).to_be_visible()
    expect(_notes(other)).to_have_value("Wants a loan soon")
    assert _kept(desk, run) == "Wants a loan soon"


def test_notes_of_another_tab_stand_where_the_cursor_was_left(desk: Page, run: str) -> None:
    other = desk.context.new_page()
    other.goto(desk.url)
    other.locator("#connection[data-state=live]").wait_for()
    _notes(desk).fill("Wants a loan")
    expect(_notes(other)).to_have_value("Wants a loan")

    desk.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    _notes(other).press("End")
    _notes(other).press_sequentially(" soon")
    expect(_notes(desk)).to_have_value("Wants a loan soon")
    expect(_notes(desk)).to_be_focused()
    desk.keyboard.type("!")

    expect(_notes(desk)).to_have_value("Wants a loan soon!")


def test_notes_typed_just_before_a_reload_are_kept(desk: Page) -> None:
    _notes(desk).press_sequentially("in haste")

    desk.reload()

    expect(_notes(desk)).to_have_value("in haste")


def test_notes_typed_without_network_are_kept_once_it_is_back(desk: Page, run: str) -> None:
    line = desk.locator(".popup .saved")
    desk.context.set_offline(True)
    _notes(desk).fill("typed in a lift")
    expect(line).to_have_text("not saved yet, trying again…")

    desk.context.set_offline(False)

    expect(line).to_have_text("saved just now")
    assert _kept(desk, run) == "typed in a lift"


def test_long_notes_in_any_script_are_kept(desk: Page, run: str) -> None:
    notes = "नमस्ते, " * 1200

    _notes(desk).fill(notes)

    expect(desk.locator(".popup .saved")).to_have_text("saved just now")
    assert _kept(desk, run) == notes


def test_notes_typed_while_a_disposition_is_on_its_way_are_kept_and_typed_on(desk: Page, run: str) -> None:
    held: list[Route] = []
    desk.route("**/disposition/", lambda route: held.append(route))
    _notes(desk).fill("Wants a loan")
    desk.get_by_label("Disposition").select_option("Call back")

    with desk.expect_request("**/disposition/"):
        desk.get_by_role("button", name="Save disposition").click()
    _notes(desk).press_sequentially(" in May")
    held[0].continue_()
    expect(desk.get_by_text("Saved: Call back")).to_be_visible()
    desk.keyboard.type(" or June")

    expect(desk.locator(".popup .saved")).to_have_text("saved just now")
    expect(_notes(desk)).to_have_value("Wants a loan in May or June")
    expect(desk.locator("[data-unsaved]")).to_have_count(0)
    assert _kept(desk, run) == "Wants a loan in May or June"
