"""A click in the browser makes two real SIP telephones ring and talk, and the call stands on the lead."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.environment.live import LiveSystem
from tests.environment.sip import hindrance
from tests.flows.client import ProductClient, standard_document
from tests.softswitch.phones import SipPhone
from tests.softswitch.process import RunningExchange
from tests.softswitch.tone import loudness

pytestmark = pytest.mark.skipif(bool(hindrance()), reason=hindrance() or "never")

SLUG = "softswitch"
AGENT, CUSTOMER, ENGAGED = "+919611795980", "+919611795983", "+919611795984"
AGENT_HERTZ, CUSTOMER_HERTZ = 440, 620
LOUD, SILENT = 3000, 300
PATIENCE_SECONDS = 30
PATIENCE = 1000 * PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Office:
    """The product, the exchange it tells to call, and the telephones."""

    product: ProductClient
    exchange: RunningExchange
    agent: SipPhone
    customer: SipPhone
    engaged: SipPhone


@pytest.fixture(scope="module")
def office(live_system: LiveSystem, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("softswitch")
    hook_key = secrets.token_urlsafe(32)
    phones = {
        AGENT: SipPhone(folder / "agent", hertz=AGENT_HERTZ, calls=0),
        CUSTOMER: SipPhone(folder / "customer", hertz=CUSTOMER_HERTZ),
        ENGAGED: SipPhone(folder / "engaged", scenario="engaged"),
    }
    exchange = RunningExchange(
        hooks_url=f"{live_system.base_url}/hooks/{hook_key}",
        telephones={number: phone.address for number, phone in phones.items()},
        log=folder / "exchange.log",
    )
    try:
        product = ProductClient(live_system, folder, _document(hook_key, exchange.url))
        yield Office(product, exchange, *phones.values())
    finally:
        status = exchange.stop()
        for phone in phones.values():
            phone.stop()
    assert status == 0, (folder / "exchange.log").read_text()


def _document(hook_key: str, exchange_url: str) -> dict[str, Any]:
    document = standard_document(
        SLUG,
        hook_key=hook_key,
        click_to_call={
            "enabled": True,
            "method": "POST",
            "url": f"{exchange_url}/originate",
            "body_type": "json",
            "body": '{"agent":"@agentNumber","customer":"@PhoneNumberWithCountryCode",'
            '"virtual_number":"@virtualNumber","reference":"@callReference"}',
            "response_keyword": "queued",
            "call_id_path": "call_id",
        },
    )
    owner = document["agents"][0]["email"]
    document["leads"] = [
        {"external_id": "L-ravi", "name": "Ravi Kumar", "phones": [CUSTOMER], "owner": owner},
        {"external_id": "L-meera", "name": "Meera Iyer", "phones": [ENGAGED], "owner": owner},
    ]
    document["opportunities"] = [{"external_id": "O-loan", "lead": "L-meera", "name": "Car loan", "owner": owner}]
    return document


@pytest.fixture
def desk(office: Office, page: Page) -> Page:
    """The agent's page, logged in and listening for popups."""
    page.set_default_timeout(PATIENCE)
    page.goto(f"{office.product.system.base_url}/")
    page.get_by_label("E-mail").fill(f"asha.{SLUG}@example.com")
    page.get_by_label("Password").fill("an-agents-password")
    page.get_by_role("button", name="Log in").click()
    page.locator("#connection[data-state=live]").wait_for()
    return page


def open_lead(page: Page, name: str) -> None:
    page.get_by_label("Search name or number").fill(name)
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible(timeout=PATIENCE)


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s"
        time.sleep(0.1)


def call_with(office: Office, name: str) -> dict[str, Any]:
    """The one call with this lead; empty while there is none."""
    lead = office.product.get("leads/", search=name)["results"][0]
    calls = office.product.get("calls/", connector=SLUG, lead=lead["id"])["results"]
    assert len(calls) <= 1, calls
    return dict(calls[0]) if calls else {}


def has_talked(office: Office, call_id: str, *, seconds: float) -> bool:
    """Whether the exchange joined the parties that long ago."""
    answered_at = office.exchange.call(call_id)["answered_at"]
    return bool(answered_at) and (datetime.now(UTC) - datetime.fromisoformat(answered_at)).total_seconds() >= seconds


def test_a_click_makes_two_telephones_talk_and_the_call_its_duration_and_its_recording_are_on_the_lead(
    office: Office, desk: Page
) -> None:
    open_lead(desk, "Ravi Kumar")

    desk.get_by_role("button", name="Call").first.click()
    popup = desk.get_by_role("alertdialog", name="Ravi Kumar")
    expect(popup).to_contain_text("in progress", timeout=PATIENCE)
    session = call_with(office, "Ravi Kumar")["session_id"]
    wait_until(lambda: has_talked(office, session, seconds=2))
    office.customer.hang_up()
    wait_until(lambda: call_with(office, "Ravi Kumar")["recording_url"])

    assert office.customer.finish(timeout_seconds=PATIENCE_SECONDS) == 0, office.customer.complaints()
    assert (office.agent.log()[:2], office.customer.log()) == (["rang", "answered"], ["rang", "answered", "hung up"])
    call, measured = call_with(office, "Ravi Kumar"), office.exchange.call(session)
    assert (call["status"], call["direction"], call["agent"]["name"]) == ("Answered", "Outbound", "Asha Rao")
    assert call["duration_seconds"] == measured["duration_seconds"] >= 2
    for name in ("started_at", "ended_at"):
        assert datetime.fromisoformat(call[name]) == datetime.fromisoformat(measured[name])
    desk.reload()
    line = desk.get_by_role("listitem").filter(has_text="Answered")
    expect(line).to_contain_text(f"0:{measured['duration_seconds']:02}")
    line.get_by_title("Play the recording").click()
    player = desk.get_by_label("Recording", exact=True)
    wait_until(lambda: player.evaluate("audio => audio.duration") >= 1)
    sound = desk.request.get(f"{office.product.system.base_url}{player.get_attribute('src')}").body()
    heard = {hertz: loudness(sound, hertz) for hertz in (AGENT_HERTZ, CUSTOMER_HERTZ, 1000)}
    assert heard[AGENT_HERTZ] > LOUD < heard[CUSTOMER_HERTZ], heard
    assert heard[1000] < SILENT, heard


def test_a_click_about_an_opportunity_whose_customer_is_in_another_call_leaves_a_busy_call_on_it(
    office: Office, desk: Page
) -> None:
    open_lead(desk, "Meera Iyer")

    desk.get_by_role("button", name="Dial about Car loan").click()
    wait_until(lambda: call_with(office, "Meera Iyer").get("status") == "Busy")

    assert office.engaged.finish(timeout_seconds=PATIENCE_SECONDS) == 0, office.engaged.complaints()
    call = call_with(office, "Meera Iyer")
    # No number tells the opportunity: it came back with our reference.
    assert call["opportunity"]["name"] == "Car loan"
    assert (call["duration_seconds"], call["recording_url"]) == (0, "")
    assert office.exchange.call(call["session_id"])["outcome"] == "Busy"
