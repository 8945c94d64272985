"""Popups when something breaks: the server, the broker, the network, the laptop's lid.

Where a promise has a figure (popups two seconds after the server's return, three without a broker), it is measured by
the product's own times: a popup's `created_at` and its delivery's `shown_at`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psutil
import pytest
import requests
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.test_tabs import COUNTERS
from tests.environment.fixtures import LiveSystemFactory
from tests.environment.live import LiveSystem
from tests.environment.valkey import ValkeyServer

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Ring = Callable[..., None]
MEERA, FARAH, DEV = "+919845012345", "+919876501234", "+917922223344"


@pytest.fixture(scope="module")
def broker() -> Iterator[ValkeyServer]:
    """A broker that these tests may kill."""
    server = ValkeyServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def live_system(start_live_system: LiveSystemFactory, broker: ValkeyServer) -> Iterator[LiveSystem]:
    """The product with that broker."""
    system = start_live_system(REDIS_URL=broker.url())
    yield system
    system.stop()


@pytest.fixture
def desk(signed_in: SignedIn, clear: Callable[[Page], None]) -> Page:
    """Asha's console without popups."""
    page = signed_in()
    clear(page)
    return page


def _seconds_to_show(page: Page, session_id: str) -> float:
    """From the popup's creation until the page had shown it, as the server saw both."""
    origin = "/".join(page.url.split("/")[:3])
    for _ in range(50):
        popup = page.request.get(f"{origin}/api/popups/?session_id={session_id}").json()["results"][0]
        if shown_at := popup["deliveries"][0]["shown_at"]:
            seconds = (datetime.fromisoformat(shown_at) - datetime.fromisoformat(popup["created_at"])).total_seconds()
            print(f"measured: {session_id} shown after {seconds:.2f} s")
            return seconds
        page.wait_for_timeout(100)
    raise AssertionError(f"{session_id} was never shown: {popup}")


def _wait_for_return(office: LiveSystem) -> float:
    """When the web server answered again."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{office.base_url}/healthz", timeout=5).ok:
                return time.time()
        except requests.RequestException:
            time.sleep(0.02)
    raise AssertionError("the web server did not come back")


def test_server_killed_while_it_rings_is_back_with_the_popup(
    office: LiveSystem, desk: Page, ring: Ring, run: str, record_property: Callable[[str, Any], None]
) -> None:
    ring(f"rings-on-{run}")
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()

    office.kill_web()
    returned_at = _wait_for_return(office)
    ring(f"after-return-{run}", MEERA)
    expect(desk.get_by_role("alertdialog", name="Meera Iyer")).to_be_visible()
    ring(f"rings-on-{run}", Status="Answered")

    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_contain_text("in progress")
    expect(desk.locator("#connection")).to_have_text("live")
    seconds = _seconds_to_show(desk, f"after-return-{run}")
    print(f"measured: everything is right {time.time() - returned_at:.2f} s after the server's return")
    record_property("popup_after_return_seconds", seconds)
    assert seconds <= 2.0
    desk.reload()
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_contain_text("in progress")


def test_whole_product_stopped_and_started_again_is_told_and_survived(
    office: LiveSystem, desk: Page, ring: Ring, run: str
) -> None:
    ring(f"stays-{run}")
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()

    office.stop()
    expect(desk.locator("#connection")).to_have_text("reconnecting…", timeout=6000)
    office.start()
    ring(f"after-start-{run}", MEERA)

    expect(desk.get_by_role("alertdialog", name="Meera Iyer")).to_be_visible(timeout=5000)
    expect(desk.locator("#connection")).to_have_text("live")
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()


def test_popup_comes_within_three_seconds_while_the_broker_is_dead(
    broker: ValkeyServer, desk: Page, ring: Ring, run: str, record_property: Callable[[str, Any], None]
) -> None:
    broker.kill()
    try:
        expect(desk.locator("#connection")).to_have_text("popups delayed, checking every 2 s")
        for number, session_id in enumerate((f"no-broker-1-{run}", f"no-broker-2-{run}")):
            ring(session_id, (MEERA, FARAH)[number])
            expect(desk.get_by_role("alertdialog")).to_have_count(number + 1)
            seconds = _seconds_to_show(desk, session_id)
            record_property(f"popup_without_broker_{number}_seconds", seconds)
            assert seconds <= 3.0
    finally:
        broker.start()

    expect(desk.locator("#connection")).to_have_text("live")
    ring(f"broker-is-back-{run}")
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()


def test_laptop_that_slept_wakes_to_the_calls_as_they_are(desk: Page, ring: Ring, run: str) -> None:
    desk.add_init_script(COUNTERS)
    desk.reload()
    desk.locator("footer.connection").click()
    desk.locator("#connection[data-state=live]").wait_for()
    ring(f"over-asleep-{run}")
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_contain_text("ringing")
    heard = desk.evaluate("sounds")

    with _lid_closed(desk):
        ring(f"over-asleep-{run}", Status="Missed")
        ring(f"came-and-went-{run}", MEERA)
        ring(f"came-and-went-{run}", MEERA, Status="Missed")
        ring(f"still-rings-{run}", DEV)
        time.sleep(1)

    expect(desk.get_by_role("alertdialog", name="Dev Patel")).to_be_visible()
    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_have_attribute("data-state", "ended")
    expect(desk.get_by_role("alertdialog", name="Meera Iyer")).to_have_attribute("data-state", "ended")
    assert desk.title().startswith("(1) Dev Patel")
    expect(desk.locator("#connection")).to_have_text("live")
    desk.wait_for_timeout(300)
    assert desk.evaluate("sounds") == heard + 1


def test_lost_network_is_told_and_its_return_brings_what_was_missed(desk: Page, ring: Ring, run: str) -> None:
    desk.context.set_offline(True)
    ring(f"while-offline-{run}")
    expect(desk.locator("#connection")).to_have_text("reconnecting…", timeout=6000)
    assert desk.get_by_role("alertdialog").count() == 0

    desk.context.set_offline(False)

    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible(timeout=3000)
    expect(desk.locator("#connection")).to_have_text("live")


def test_page_asks_again_for_a_popup_that_it_could_not_get(desk: Page, ring: Ring, run: str) -> None:
    asked: list[str] = []

    def break_the_first(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    desk.route("**/popups/*/card/", break_the_first)

    ring(f"first-try-fails-{run}")

    expect(desk.get_by_role("alertdialog", name="Ravi Kumar")).to_be_visible()
    assert len(asked) == 2
    assert not any("/popups/0/" in url for url in asked)


@contextmanager
def _lid_closed(page: Page) -> Iterator[None]:
    """The whole browser stands still, its page frozen, and its network is gone: as a laptop whose lid is closed."""
    browser = page.context.browser
    assert browser is not None
    lid = page.context.new_cdp_session(page)
    lid.send("Network.enable")
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    root = psutil.Process(next(one["id"] for one in told if one["type"] == "browser"))
    processes = [root, *root.children(recursive=True)]
    _network(lid, offline=True)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    _network(lid, offline=False)


def _network(lid: CDPSession, *, offline: bool) -> None:
    lid.send(
        "Network.emulateNetworkConditions",
        {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
