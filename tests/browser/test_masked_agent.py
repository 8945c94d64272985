"""An agent who does not see numbers, in the browser: no page tells them, and the provider gets them whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem
from tests.environment.provider import ProviderServer

RAVI = re.sub(r"\D", "", sample.RAVI_NUMBERS[0])
_SWITCH = "from crm.models import Agent; Agent.objects.filter(email={!r}).update(sees_full_numbers={})"


@pytest.fixture(scope="module", autouse=True)
def masked(office: LiveSystem) -> Iterator[None]:
    """Asha does not see numbers."""
    office.manage("shell", "-c", _SWITCH.format(sample.ASHA, False))
    yield
    office.manage("shell", "-c", _SWITCH.format(sample.ASHA, True))


def gives_away(page: Page) -> bool:
    """Whether seven digits of Ravi's number stand in the page's document, beside those that Asha's own has too."""
    digits = re.sub(r"[\s().\-/+]", "", page.content())
    windows = {RAVI[at : at + 7] for at in range(len(RAVI) - 6)}
    return any(window in digits for window in windows if window not in "919611795980")


def test_popup_console_and_lead_page_hide_the_number_and_call_dials_it(
    office: LiveSystem,
    provider: ProviderServer,
    signed_in: Callable[..., Page],
    ring: Callable[..., None],
    picture: Callable[..., None],
) -> None:
    page = signed_in(sample.ASHA)

    ring("masked-1")
    popup = page.get_by_role("alertdialog", name=re.compile("Ravi Kumar"))
    expect(popup).to_be_visible()
    expect(popup.get_by_text("••••• ••983")).to_be_visible()
    assert not gives_away(page)
    picture(page, "masked-console")

    popup.get_by_role("link", name="Open lead").or_(popup.get_by_role("button", name="Open lead")).first.click()
    expect(page.get_by_role("heading", name="Ravi Kumar").first).to_be_visible()
    assert not gives_away(page)
    picture(page, "masked-lead")

    provider.clear()
    page.get_by_role("button", name=re.compile(r"^Call \+91 ••••• ••983")).first.click()
    expect(page.get_by_text(re.compile("Ringing your phone")).first).to_be_visible()
    assert any(RAVI in request.body.decode() + request.path for request in provider.received("/call"))
    assert not gives_away(page)
