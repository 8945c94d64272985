"""A made-up provider goes from unknown to a correct call by an administrator's clicks alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem

HOOK_KEY = "odd-provider-0123456789-abcdefghijklmnop"
EDITOR = "admin/mapping-editor/{pk}/"
ODD_CALL: dict[str, Any] = {
    "evt": {"ref-no": "QX-000918", "st": 3, "way": "I"},
    "t0": 1763911800123,
    "t1": 1763911862900,
    "parties": [
        {"who": "X", "Phone No": "919611795983"},
        {"who": "Y", "seat no": "5071", "Phone No": "919611795980"},
    ],
    "shown": "919020897874",
    "rec": {"href": "https://cdn.odd.example/r/918.mp3"},
    "talk_ms": 48211,
}
MISSED_CALL = {**ODD_CALL, "evt": {"ref-no": "QX-000919", "st": 7, "way": "I"}, "talk_ms": 0, "rec": {}}
ODD_BODY = {"v": 2, "acct": "AC-77", "batch": {"sentMs": 1763912000000, "items": [ODD_CALL, MISSED_CALL]}}

_SET_UP = f"""
from tests import factories
from tests.browser import sample
from crm.models import Agent
made = factories.ConnectorFactory(slug="odd", name="Odd Telecom", hook_key={HOOK_KEY!r}, time_zone="Asia/Kolkata")
factories.VirtualNumberFactory(connector=made, number="+919020897874", tag="Website")
factories.AgentMappingFactory(connector=made, agent=Agent.objects.get(email=sample.ASHA), provider_agent_id="5071")
silent = factories.ConnectorFactory(slug="silent", name="Silent Telecom")
print(made.pk, silent.pk)
"""


@pytest.fixture(scope="module")
def connectors(office: LiveSystem) -> tuple[int, int]:
    """The ids of the odd provider's connector, and of one that has never received anything."""
    output = office.manage("shell", "-v", "0", "-c", _SET_UP).stdout
    odd, silent = output.split()[-2:]
    return int(odd), int(silent)


@pytest.fixture
def editor(
    office: LiveSystem, window: Callable[..., BrowserContext], connectors: tuple[int, int]
) -> Callable[..., Page]:
    """Opens the editor of a connector as the administrator."""

    def open_editor(pk: int = connectors[0], size: str = "1280", scheme: str = "light") -> Page:
        page = window(size, scheme=scheme).new_page()
        page.goto(f"{office.base_url}/admin/login/?next=/{EDITOR.format(pk=pk)}")
        page.locator("[name=username]").fill(sample.ADMINISTRATOR)
        page.locator("[name=password]").fill(sample.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Rules", exact=True).wait_for()
        return page

    return open_editor


def send(office: LiveSystem, body: object) -> requests.Response:
    return requests.post(f"{office.base_url}/hooks/{HOOK_KEY}/events", json=body, timeout=10)


def api(office: LiveSystem, page: Page, path: str) -> Any:
    return page.context.request.get(f"{office.base_url}/api/{path}").json()


def field(page: Page, label: str) -> Any:
    return page.locator(".me-field", has=page.get_by_text(label, exact=True))


def test_an_unknown_provider_becomes_a_right_call_by_clicks_alone(
    office: LiveSystem, editor: Callable[..., Page], picture: Callable[..., None]
) -> None:
    answer = send(office, ODD_BODY)
    assert answer.status_code == 422
    page = editor()
    result = page.locator("#me-result")
    expect(result).to_contain_text("would be rejected")

    page.get_by_role("button", name="Start from this request").click()
    expect(page.locator("#me-notice")).to_contain_text("What does “3”, “7” in evt.st mean?")

    # The codes of the status, in the value table.
    field(page, "Status").locator("summary").first.click()
    for code, meaning in (("3", "Answered"), ("7", "Missed")):
        page.get_by_label(f"Meaning of {code}").select_option(meaning)
    expect(result).to_contain_text("Answered")

    _say_whose_the_numbers_are(page)

    expect(result).to_contain_text("Ravi Kumar")
    expect(result).to_contain_text("Asha Rao")
    expect(result.locator("[data-field=duration_seconds]")).to_have_text("48 s")
    expect(result.locator("[data-field=started_at]")).to_have_text("2025-11-23 21:00:00 IST")
    page.get_by_role("button", name="Next record").click()
    expect(result).to_contain_text("Missed")
    page.get_by_role("button", name="Previous record").click()
    expect(result).to_contain_text("Answered")
    picture(page, "mapping-editor")

    page.get_by_role("button", name="Save and replay this request").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_contain_text("processed")

    _check_calls(office, page)
    next_call = {**ODD_CALL, "evt": {**ODD_CALL["evt"], "ref-no": "QX-000920"}}
    assert send(office, {**ODD_BODY, "batch": {"items": [next_call]}}).status_code == 200


def _say_whose_the_numbers_are(page: Page) -> None:
    """By clicks: a field in the middle, then its value in the tree."""
    tree = page.get_by_role("group", name="Fields of the request")
    for label, value in (
        ("From number", "919611795983"),
        ("Agent's id at the provider", "5071"),
        ("Agent's number", "919611795980"),
        ("Virtual number", "919020897874"),
    ):
        field(page, label).get_by_role("textbox").first.click()
        tree.get_by_role("button", name=value).first.click()
        expect(field(page, label).locator(".me-reading")).to_contain_text(value)
    for tab in ("Incoming only", "Outgoing only"):
        _clear(page, tab)
    page.get_by_role("button", name="Every call").click()
    field(page, "To number").get_by_role("textbox").first.click()
    tree.get_by_role("button", name="5071").click()


def _check_calls(office: LiveSystem, page: Page) -> None:
    """What the REST API says of the two calls of the request."""
    call = api(office, page, "calls/?session_id=QX-000918")["results"][0]
    assert (call["status"], call["raw_status"], call["direction"]) == ("Answered", "3", "Inbound")
    assert (call["started_at"], call["ended_at"]) == ("2025-11-23T15:30:00.123000Z", "2025-11-23T15:31:02.900000Z")
    assert (call["duration_seconds"], call["source_number_e164"]) == (48, "+919611795983")
    assert (call["lead"]["name"], call["agent"]["email"]) == ("Ravi Kumar", sample.ASHA)
    assert call["display_number_e164"] == "+919020897874"
    assert api(office, page, "calls/?session_id=QX-000919")["results"][0]["status"] == "Missed"


def _clear(page: Page, tab: str) -> None:
    """What was guessed for one direction gives way to what stands for every call."""
    page.get_by_role("button", name=tab).click()
    for label in ("From number", "To number"):
        field(page, label).get_by_role("textbox").first.fill("")


def test_a_saved_change_can_be_taken_back(editor: Callable[..., Page]) -> None:
    page = editor()
    page.get_by_role("button", name="All rules what they share").click()
    page.get_by_label("Time zone of times without one").fill("Mars/Olympus")
    expect(page.get_by_role("status").filter(has_text="To mend")).to_contain_text("is not a time zone")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()

    page.get_by_label("Time zone of times without one").fill("Europe/Berlin")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.reload()
    page.get_by_text("Earlier versions").click()
    page.get_by_role("button", name="Bring back").first.click()

    expect(page.get_by_text("is back.")).to_be_visible()
    page.get_by_role("button", name="All rules what they share").click()
    expect(page.get_by_label("Time zone of times without one")).to_have_value("")


def test_without_a_request_one_can_be_pasted(editor: Callable[..., Page], connectors: tuple[int, int]) -> None:
    page = editor(connectors[1])
    expect(page.get_by_text("No request has come yet")).to_be_visible()

    page.get_by_label("Body", exact=True).fill(
        json.dumps({"type": "incoming", "number": "+919611795983", "id": "ab12"})
    )
    page.get_by_role("button", name="Use this request").click()
    page.get_by_role("button", name="Start from this request").click()

    expect(page.locator("#me-result")).to_contain_text("Ravi Kumar")
    expect(page.get_by_role("button", name="Save and replay this request")).to_be_hidden()


def test_rules_are_added_moved_and_removed_with_the_keyboard(editor: Callable[..., Page]) -> None:
    page = editor()
    names = page.locator(".me-rule-name")
    expect(names.first).to_be_visible()
    before = names.all_inner_texts()

    page.get_by_role("button", name="Add a rule").press("Enter")
    page.keyboard.type("Voicemails")
    page.get_by_role("button", name="Move down: Voicemails").press("Enter")
    expect(names.nth(1)).to_have_text("Voicemails")
    page.get_by_role("button", name="Remove: Voicemails").press("Enter")

    expect(names).to_have_text(before)


def test_on_a_telephone_nothing_hangs_over(
    office: LiveSystem, editor: Callable[..., Page], picture: Callable[..., None]
) -> None:
    send(office, ODD_BODY)
    page = editor(size="390", scheme="dark")

    expect(page.get_by_role("group", name="Fields of the request").get_by_role("button").first).to_be_visible()
    picture(page, "mapping-editor-390-dark", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
