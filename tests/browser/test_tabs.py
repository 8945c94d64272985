"""Several tabs of one agent and several agents: who sees a popup, who hears it, and what becomes of it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]

# Counts sounds and notifications, and lets a test say that nobody looks at the page.
COUNTERS = """
window.sounds = 0;
window.notified = [];
window.takenBack = [];
window.AudioContext = class extends window.AudioContext { constructor() { super(); window.sounds += 1; } };
window.Notification = class extends EventTarget {
  static permission = 'granted';
  constructor(title) { super(); this.title = title; window.notified.push(title); }
  close() { window.takenBack.push(this.title); }
};
Object.defineProperty(document, 'hidden', {get: () => window.isLeft ?? false});
window.leave = (isLeft) => { window.isLeft = isLeft; document.dispatchEvent(new Event('visibilitychange')); };
"""


@pytest.fixture
def tabs(signed_in: SignedIn, clear: Callable[[Page], None]) -> list[Page]:
    """Three tabs of Asha's; the first holds the connection. Each has been clicked in, so that it may sound."""
    first = signed_in()
    first.context.add_init_script(COUNTERS)
    first.goto(first.url)
    first.locator("#connection[data-state=live]").wait_for()
    pages = [first, first.context.new_page(), first.context.new_page()]
    for page in pages[1:]:
        page.goto(first.url)
        page.locator("#connection[data-state=live]").wait_for()
    for page in pages:
        page.locator("footer.connection").click()
    clear(first)
    return pages


def _popups(pages: Sequence[Page]) -> list[Any]:
    return [page.get_by_role("alertdialog") for page in pages]


def _sounds(pages: Sequence[Page]) -> int:
    return sum(page.evaluate("window.sounds") for page in pages)


def _notifications(pages: Sequence[Page]) -> list[str]:
    return [title for page in pages for title in page.evaluate("window.notified")]


def _taken_back(pages: Sequence[Page]) -> list[str]:
    return [title for page in pages for title in page.evaluate("window.takenBack")]


def _delivery(page: Page, session_id: str) -> dict[str, Any]:
    """What the server knows of the popup on this agent's desk."""
    answer = page.request.get(
        f"{page.url.split('/', 3)[0]}//{page.url.split('/')[2]}/api/popups/?session_id={session_id}"
    )
    delivery: dict[str, Any] = answer.json()["results"][0]["deliveries"][0]
    return delivery


def test_three_tabs_show_the_same_and_one_of_them_sounds(tabs: list[Page], ring: Ring, run: str) -> None:
    ring(f"three-tabs-{run}")
    for popup in _popups(tabs):
        expect(popup).to_be_visible()
    tabs[0].wait_for_timeout(300)
    assert _sounds(tabs) == 1
    assert _notifications(tabs) == []

    ring(f"three-tabs-{run}", Status="Answered")
    for popup in _popups(tabs):
        expect(popup).to_contain_text("in progress")
    tabs[1].get_by_role("button", name="Dismiss").click()
    for popup in _popups(tabs):
        expect(popup).to_have_count(0, timeout=2000)
    assert _sounds(tabs) == 1


def test_one_tab_notifies_when_nobody_looks_at_any(tabs: list[Page], ring: Ring, run: str) -> None:
    tabs[0].evaluate("leave(true)")
    ring(f"looked-at-{run}")
    for popup in _popups(tabs):
        expect(popup).to_be_visible()
    tabs[0].wait_for_timeout(300)
    assert _notifications(tabs) == []
    assert _delivery(tabs[0], f"looked-at-{run}")["shown_at"]

    for page in tabs:
        page.evaluate("leave(true)")
    ring(f"left-alone-{run}", "+919845012345")
    for popups in _popups(tabs):
        expect(popups).to_have_count(2)
    tabs[0].wait_for_timeout(300)

    assert _notifications(tabs) == ["Meera Iyer"]
    unseen = _delivery(tabs[0], f"left-alone-{run}")
    assert (unseen["shown_at"], unseen["not_shown_reason"]) == (None, "the page was in the background")
    with tabs[2].expect_response(lambda answer: answer.url.endswith("/ack/")):
        tabs[2].evaluate("leave(false)")
    seen = _delivery(tabs[0], f"left-alone-{run}")
    assert seen["shown_at"]
    assert seen["not_shown_reason"] == ""


def test_notification_goes_with_its_call_whichever_tab_gave_it(tabs: list[Page], ring: Ring, run: str) -> None:
    for page in tabs:
        page.evaluate("leave(true)")
    ring(f"notice-answered-{run}")
    ring(f"notice-dismissed-{run}", "+919845012345")
    for popups in _popups(tabs):
        expect(popups).to_have_count(2)
    tabs[0].wait_for_timeout(300)
    assert (sorted(_notifications(tabs)), _taken_back(tabs)) == (["Meera Iyer", "Ravi Kumar"], [])

    ring(f"notice-answered-{run}", Status="Answered")
    expect(tabs[0].get_by_role("alertdialog", name="Ravi Kumar")).to_contain_text("in progress")
    tabs[0].wait_for_timeout(300)
    answered = _taken_back(tabs)
    tabs[2].get_by_role("alertdialog", name="Meera Iyer").get_by_role("button", name="Dismiss").click()
    for popups in _popups(tabs):
        expect(popups).to_have_count(1)
    tabs[0].wait_for_timeout(300)

    assert answered == ["Ravi Kumar"]
    assert sorted(_taken_back(tabs)) == ["Meera Iyer", "Ravi Kumar"]


def test_page_left_open_by_a_colleague_becomes_the_next_ones(signed_in: SignedIn, ring: Ring, run: str) -> None:
    ben = signed_in(sample.BEN)
    left_open = signed_in()
    left_open.context.clear_cookies()
    cookies: Any = ben.context.cookies()
    left_open.context.add_cookies(cookies)

    left_open.context.set_offline(True)
    left_open.context.set_offline(False)

    expect(left_open.locator("summary", has_text="Ben Thomas")).to_be_visible()
    ring(f"for-ben-{run}", DestinationNumber="+919611795981")
    expect(left_open.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()


def test_another_tab_takes_over_when_the_one_that_listens_is_closed(tabs: list[Page], ring: Ring, run: str) -> None:
    ring(f"before-close-{run}")
    for popup in _popups(tabs):
        expect(popup).to_be_visible()
    tabs[0].close()
    left = tabs[1:]
    heard = _sounds(left)

    ring(f"before-close-{run}", CallerName="Ravi")
    ring(f"after-close-{run}", "+919845012345")

    for popups in _popups(left):
        expect(popups).to_have_count(2)
    left[0].wait_for_timeout(300)
    assert _sounds(left) == heard + 1
    left[0].get_by_role("button", name="Dismiss").first.click()
    for popups in _popups(left):
        expect(popups).to_have_count(1)


def test_group_rings_at_both_and_closes_when_one_answers(signed_in: SignedIn, ring: Ring, run: str) -> None:
    asha, ben = signed_in(), signed_in(sample.BEN)
    group = {"session_id": f"ring-group-{run}", "number": "+919876501234"}
    popups = [page.get_by_role("alertdialog", name="Farah Khan") for page in (asha, ben)]
    ring(**group)
    ring(**group, DestinationNumber="+919611795981")
    for popup in popups:
        expect(popup).to_be_visible()

    ring(**group, DestinationNumber="+919611795981", Status="Answered")

    expect(popups[1]).to_contain_text("in progress")
    expect(popups[0]).to_have_count(0)


def test_shared_number_is_settled_by_one_key_and_stays_settled(
    office: LiveSystem, signed_in: SignedIn, ring: Ring, run: str
) -> None:
    office.manage(
        "shell", "-c",
        "from tests import factories as f; [f.LeadFactory(name=n, phones=['+919822200112']) for n in ('Uma', 'Vik')]",
    )  # fmt: skip
    page = signed_in()
    ring(f"sticks-{run}", "+919822200112")
    choices = page.locator("[data-region=who]").filter(has_text="2 leads have this number").locator(".candidate")
    expect(choices).to_have_count(2)
    for choice in choices.all():
        expect(choice.locator(".muted")).not_to_be_empty()
    first = choices.nth(0).locator("strong").inner_text()

    page.keyboard.press("Alt+1")
    page.keyboard.press("1")
    popup = page.get_by_role("alertdialog", name=first)
    expect(popup).to_contain_text("1 other has this number")
    ring(f"sticks-{run}", "+919822200112", Status="Answered")
    expect(popup).to_contain_text("in progress")
    page.reload()

    expect(popup).to_contain_text("in progress")
    expect(popup).to_contain_text("1 other has this number")
