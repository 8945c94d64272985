"""A click in the browser makes two real SIP telephones ring and talk, and the call stands on the lead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.environment.live import LiveSystem
from tests.environment.ports import free_port
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
class Line:
    """The exchange that the product tells to call, and the telephones."""

    exchange: RunningExchange
    agent: SipPhone
    customer: SipPhone
    engaged: SipPhone


@pytest.fixture(scope="module")
def exchange_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def product(live_system: LiveSystem, exchange_port: int, tmp_path_factory: pytest.TempPathFactory) -> ProductClient:
    document = _document(f"http://127.0.0.1:{exchange_port}")
    return ProductClient(live_system, tmp_path_factory.mktemp("config"), document)


@pytest.fixture
def line(product: ProductClient, exchange_port: int, tmp_path: Path) -> Iterator[Line]:
    wanted: dict[str, dict[str, Any]] = {
        AGENT: {"hertz": AGENT_HERTZ},
        CUSTOMER: {"hertz": CUSTOMER_HERTZ},
        ENGAGED: {"scenario": "engaged"},
    }
    log = tmp_path / "exchange.log"
    with ExitStack() as stack:
        phones: dict[str, SipPhone] = {}
        for number, options in wanted.items():
            phones[number] = SipPhone(tmp_path / number, **options)
            stack.callback(phones[number].stop)
        addresses = {number: phone.address for number, phone in phones.items()}
        exchange = RunningExchange(hooks_url=product.hook(""), telephones=addresses, log=log, port=exchange_port)
        stack.callback(exchange.stop)
        yield Line(exchange, *phones.values())
        assert exchange.stop() == 0, log.read_text()


def _document(exchange_url: str) -> dict[str, Any]:
    document = standard_document(
        SLUG,
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
def desk(product: ProductClient, page: Page) -> Page:
    """The agent's page, logged in and listening for popups."""
    page.set_default_timeout(PATIENCE)
    page.goto(f"{product.system.base_url}/")
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


def measured(line: Line) -> dict[str, Any]:
    """What the exchange knows of its one call; a second one would have made the telephones ring twice."""
    calls = line.exchange.calls()
    assert len(calls) <= 1, calls
    return calls[0] if calls else {}


def has_talked(line: Line, *, seconds: float) -> bool:
    """Whether the exchange joined the parties that long ago."""
    answered_at = measured(line)["answered_at"]
    return bool(answered_at) and (datetime.now(UTC) - datetime.fromisoformat(answered_at)).total_seconds() >= seconds


def call_of(product: ProductClient, line: Line) -> dict[str, Any]:
    """The product's call; empty while it knows of none."""
    found = product.get("calls/", connector=SLUG, session_id=measured(line).get("call_id", "-"))["results"]
    return dict(found[0]) if found else {}


def test_a_click_makes_two_telephones_talk_and_the_call_its_duration_and_its_recording_are_on_the_lead(
    product: ProductClient, line: Line, desk: Page
) -> None:
    open_lead(desk, "Ravi Kumar")

    desk.get_by_role("button", name="Call").first.click()
    popup = desk.get_by_role("alertdialog", name="Ravi Kumar").filter(has_text="in progress")
    expect(popup).to_be_visible(timeout=PATIENCE)
    wait_until(lambda: has_talked(line, seconds=2))
    line.customer.hang_up()
    wait_until(lambda: call_of(product, line)["recording_url"])

    for phone in (line.agent, line.customer):
        assert phone.finish(timeout_seconds=PATIENCE_SECONDS) == 0, phone.complaints()
    assert (line.agent.log(), line.customer.log()) == (["rang", "answered"], ["rang", "answered", "hung up"])
    call, true = call_of(product, line), measured(line)
    assert (call["status"], call["direction"]) == ("Answered", "Outbound")
    assert (call["lead"]["name"], call["agent"]["name"]) == ("Ravi Kumar", "Asha Rao")
    assert call["duration_seconds"] == true["duration_seconds"] >= 2
    for name in ("started_at", "ended_at"):
        assert datetime.fromisoformat(call[name]) == datetime.fromisoformat(true[name])
    desk.reload()
    expect(desk.get_by_role("heading", name="Ravi Kumar").first).to_be_visible(timeout=PATIENCE)
    entry = desk.get_by_role("listitem").filter(has_text=f"0:{true['duration_seconds']:02}").first
    expect(entry).to_contain_text("Answered")
    entry.get_by_title("Play the recording").click()
    player = desk.get_by_label("Recording", exact=True)
    wait_until(lambda: player.evaluate("audio => audio.duration") >= 1)
    sound = desk.request.get(f"{product.system.base_url}{player.get_attribute('src')}").body()
    heard = {hertz: loudness(sound, hertz) for hertz in (AGENT_HERTZ, CUSTOMER_HERTZ, 1000)}
    assert heard[AGENT_HERTZ] > LOUD < heard[CUSTOMER_HERTZ], heard
    assert heard[1000] < SILENT, heard


def test_a_click_about_an_opportunity_whose_customer_is_in_another_call_leaves_a_busy_call_on_it(
    product: ProductClient, line: Line, desk: Page
) -> None:
    open_lead(desk, "Meera Iyer")

    desk.get_by_role("button", name="Dial about Car loan").click()
    wait_until(lambda: call_of(product, line).get("status") == "Busy")

    for phone in (line.agent, line.engaged):
        assert phone.finish(timeout_seconds=PATIENCE_SECONDS) == 0, phone.complaints()
    call = call_of(product, line)
    # No number tells the opportunity: it came back with our reference.
    assert (call["lead"]["name"], call["opportunity"]["name"]) == ("Meera Iyer", "Car loan")
    assert (call["duration_seconds"], call["recording_url"], measured(line)["outcome"]) == (0, "", "Busy")
