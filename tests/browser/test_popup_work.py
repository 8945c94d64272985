"""What an agent does in a popup leaves the rest as it was, keeps the keyboard's place, and says when it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.environment.live import LiveSystem
from tests.environment.provider import Answer, ProviderServer

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]


@pytest.fixture
def desk(signed_in: SignedIn, clear: Callable[[Page], None]) -> Page:
    """Asha's console without popups."""
    page = signed_in()
    clear(page)
    return page


@pytest.fixture
def provider_page(office: LiveSystem, provider: ProviderServer) -> Iterator[str]:
    """The path of a provider's page that takes the place of the popup's content."""
    provider.answer(
        "/page", Answer(body=b"<h1>CRM</h1><input aria-label='Draft'>", headers={"Content-Type": "text/html"})
    )
    _show(office, f"{provider.url}/page?of=@callSessionId")
    yield "/page"
    _show(office, "")


def _show(office: LiveSystem, url: str) -> None:
    office.manage(
        "shell", "-c",
        "from connector_config.models import Connector; row = Connector.objects.get(slug='acme'); "
        f"row.popup_external_url = {url!r}; row.config_version += 1; row.save()",
    )  # fmt: skip


def test_providers_page_in_a_popup_is_loaded_once(
    provider_page: str, provider: ProviderServer, desk: Page, ring: Ring, run: str
) -> None:
    desk.reload()
    ring(f"own-page-{run}")
    popup = desk.get_by_role("alertdialog", name="Ravi Kumar")
    draft = popup.frame_locator("iframe").get_by_label("Draft")
    draft.fill("half a sentence")

    ring(f"own-page-{run}", Status="Answered")
    expect(popup).to_contain_text("in progress")
    popup.get_by_label("Disposition").select_option("Call back")
    popup.get_by_role("button", name="Save disposition").click()

    expect(popup).to_contain_text("Saved: Call back")
    expect(draft).to_have_value("half a sentence")
    assert len(provider.received(provider_page)) == 1


def test_choices_made_before_the_lead_is_created_stay(desk: Page, ring: Ring, run: str) -> None:
    ring(f"unknown-{run}", "+919812300881")
    popup = desk.get_by_role("alertdialog")
    popup.get_by_label("Disposition").select_option("Interested")
    popup.get_by_label("Notes").fill("Has a van")

    popup.get_by_label("Name of the new lead").fill("Nisha Verma")
    popup.get_by_role("button", name="Create lead").click()

    popup = desk.get_by_role("alertdialog", name="Nisha Verma")
    expect(popup.get_by_label("Disposition")).to_have_value("Interested")
    expect(popup.get_by_label("Notes")).to_have_value("Has a van")


def test_keyboard_keeps_its_place_after_saving_and_after_dismissing(desk: Page, ring: Ring, run: str) -> None:
    ring(f"keys-1-{run}")
    ring(f"keys-2-{run}", "+919845012345")
    expect(desk.get_by_role("alertdialog")).to_have_count(2)
    newest = desk.get_by_role("alertdialog", name="Meera Iyer")
    newest.get_by_label("Disposition").select_option("Call back")

    newest.get_by_role("button", name="Save disposition").focus()
    desk.keyboard.press("Enter")
    expect(newest).to_contain_text("Saved: Call back")
    expect(newest.get_by_role("button", name="Save disposition")).to_be_focused()
    newest.get_by_role("button", name="Dismiss").focus()
    desk.keyboard.press("Enter")

    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_focused()
    desk.get_by_role("button", name="Dismiss").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#main")).to_be_focused()


def test_what_did_not_reach_the_server_is_told_where_it_was_pressed(desk: Page, ring: Ring, run: str) -> None:
    ring(f"no-network-{run}")
    popup = desk.get_by_role("alertdialog", name="Ravi Kumar")
    popup.get_by_label("Disposition").select_option("Call back")
    desk.context.set_offline(True)

    popup.get_by_role("button", name="Save disposition").click()
    expect(popup.get_by_role("alert")).to_have_text("Not saved: no connection. Try again.")
    desk.get_by_label("Number to dial").fill("+919845012345")
    desk.locator("#dial").get_by_role("button", name="Call").click()
    expect(desk.locator("#dial").get_by_role("alert")).to_contain_text("Not called: no connection.")
    desk.context.set_offline(False)
    popup.get_by_role("button", name="Save disposition").click()

    expect(popup).to_contain_text("Saved: Call back")
    expect(popup.get_by_role("alert")).to_have_count(0)


def test_timer_is_right_on_a_computer_whose_clock_is_not(desk: Page, ring: Ring, run: str) -> None:
    desk.context.add_init_script("const now = Date.now; Date.now = () => now() + 420000;")
    desk.reload()
    desk.locator("#connection[data-state=live]").wait_for()

    ring(f"clock-{run}")

    timer = desk.get_by_role("alertdialog").locator(".timer")
    expect(timer).to_have_text("0:02")
