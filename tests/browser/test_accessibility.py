"""Every page under axe-core, in light, in dark and on a telephone; and the pictures in docs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser import sample
from tests.browser.conftest import SIZES
from tests.environment.live import LiveSystem

pytestmark = pytest.mark.browser
SignedIn = Callable[..., Page]
Reader = Callable[[str], Page]
Ring = Callable[..., None]
Picture = Callable[..., None]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS = ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What a dark page can have that the same page in light has not."""
LOOKS = [("1280", "light", ALL_RULES), ("1280", "dark", COLOURS), ("390", "light", ALL_RULES)]
SERIOUS = {"serious", "critical"}


_SET_UP = """
import json
from calls.models import OutboundRequest, Popup
from connector_config.models import Connector
from crm.models import Lead, Opportunity
from tests import factories
from tests.browser import sample
from webhooks.models import JournalEntry
asha = sample.Agent.objects.get(email=sample.ASHA)
connector = Connector.objects.get(slug="acme")
ravi, meera = Lead.objects.get(name="Ravi Kumar"), Lead.objects.get(name="Meera Iyer")
factories.OutboundRequestFactory(connector=connector, agent=asha, lead=ravi)
call = ravi.calls.order_by("pk").first()
call.opportunity = Opportunity.objects.get(lead=ravi)
call.save()
print(json.dumps({
    "lead": str(ravi.pk), "other": str(meera.pk), "connector": connector.pk, "call": call.pk,
    "opportunity": str(Opportunity.objects.get(lead=ravi).pk), "outbound": str(OutboundRequest.objects.first().pk),
    "journal": JournalEntry.objects.first().pk, "popup": Popup.objects.first().pk, "agent": asha.pk,
}))
"""


@pytest.fixture(scope="module")
def open_pages() -> Iterator[dict[str, Page]]:
    """By e-mail, the page that a reader goes on using from test to test."""
    pages: dict[str, Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture
def reader(browser: Browser, signed_in: SignedIn, open_pages: dict[str, Page]) -> Callable[[str], Page]:
    """A page on which somebody is logged in."""

    def page_of(email: str) -> Page:
        if email not in open_pages:
            context = browser.new_context(reduced_motion="reduce", timezone_id=sample.ZONE)
            cookies: Any = signed_in(email).context.cookies()
            context.add_cookies(cookies)
            open_pages[email] = context.new_page()
        return open_pages[email]

    return page_of


@pytest.fixture(scope="module")
def keys(office: LiveSystem) -> dict[str, str]:
    """What stands in the addresses of pages about one thing."""
    ring_once(office, "axe-journal")
    output = office.manage("shell", "-v", "0", "-c", _SET_UP).stdout
    return {name: str(value) for name, value in json.loads(output.splitlines()[-1]).items()}


def ring_once(office: LiveSystem, session_id: str) -> None:
    """A popup before any page is open."""
    body = {
        "SourceNumber": sample.RAVI_NUMBERS[0],
        "DestinationNumber": "+919611795980",
        "DisplayNumber": "+919020897874",
        "Direction": "Inbound",
        "Status": "Ringing",
        "CallSessionId": session_id,
    }
    requests.post(f"{office.base_url}/hooks/{sample.HOOK_KEY}/agent-popup", json=body, timeout=10).raise_for_status()


def faults(page: Page, rules: dict[str, Any] = ALL_RULES) -> list[str]:
    """What axe finds serious or critical on the page as it stands; nothing is excepted."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("async rules => (await axe.run(rules)).violations", rules)
    lines = []
    for violation in found:
        for node in violation["nodes"]:
            if violation["impact"] in SERIOUS:
                lines.append(f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:160]}")
                lines += [f"    {check['message']}" for check in node["any"][:1]]
    return lines


def check_looks(page: Page, picture: Picture, name: str) -> None:
    """No serious fault in any look; a picture of each in light."""
    seen: list[str] = []
    for size, scheme, rules in LOOKS:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.wait_for_timeout(200)
        seen += [f"{name} {size} {scheme}: {line}" for line in faults(page, rules)]
        if scheme == "light" or name == "console":
            picture(page, f"{name}-{size}" + ("-dark" if scheme == "dark" else ""))
    assert not seen, "\n".join(seen)


AGENT_PAGES = {
    "console": "/",
    "history": "/calls/",
    "call": "/calls/{call}/",
    "leads": "/leads/?search=a",
    "leads-none": "/leads/?search=nobody-of-that-name",
    "lead": "/leads/{lead}/",
    "lead-new": "/leads/new/",
    "lead-edit": "/leads/{lead}/edit/",
    "lead-merge": "/leads/{lead}/merge/",
    "lead-merge-preview": "/leads/{lead}/merge/?other={other}",
    "manual-call": "/leads/{lead}/calls/new/",
    "opportunity-new": "/leads/{lead}/opportunities/new/",
    "opportunity": "/opportunities/{opportunity}/",
    "opportunity-edit": "/opportunities/{opportunity}/edit/",
    "outbound": "/outbound/{outbound}/",
    "not-found": "/leads/00000000-0000-0000-0000-000000000000/",
}
ADMIN_PAGES = {
    "admin": "/admin/",
    "admin-connectors": "/admin/connector_config/connector/",
    "admin-mapping-editor": "/admin/mapping-editor/{connector}/",
    "admin-dry-run": "/admin/dry-run/{connector}/click_to_call/",
    "admin-report": "/admin/reports/",
    "admin-journal": "/admin/webhooks/journalentry/",
    "admin-journal-entry": "/admin/webhooks/journalentry/{journal}/change/",
    "admin-outbound": "/admin/calls/outboundrequest/",
    "admin-outbound-request": "/admin/calls/outboundrequest/{outbound}/change/",
    "admin-calls": "/admin/calls/call/",
    "admin-call": "/admin/calls/call/{call}/change/",
    "admin-deliveries": "/admin/calls/popupdelivery/",
    "admin-agents": "/admin/crm/agent/",
    "admin-agent": "/admin/crm/agent/{agent}/change/",
    "admin-leads": "/admin/crm/lead/",
    "admin-lead": "/admin/crm/lead/{lead}/change/",
}


@pytest.mark.parametrize("name", AGENT_PAGES)
def test_agents_page_has_no_serious_fault(
    name: str, keys: dict[str, str], office: LiveSystem, reader: Reader, clear: Any, picture: Picture
) -> None:
    page = reader(sample.ASHA)

    page.goto(office.base_url + AGENT_PAGES[name].format(**keys))
    clear(page)

    check_looks(page, picture, name)


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_administrators_page_has_no_serious_fault(
    name: str, keys: dict[str, str], office: LiveSystem, reader: Reader, picture: Picture
) -> None:
    page = reader(sample.ADMINISTRATOR)

    page.goto(office.base_url + ADMIN_PAGES[name].format(**keys))

    check_looks(page, picture, name)


def test_tabs_of_a_connector_have_no_serious_fault(
    keys: dict[str, str], office: LiveSystem, reader: Reader, picture: Picture
) -> None:
    page = reader(sample.ADMINISTRATOR)
    page.goto(f"{office.base_url}/admin/connector_config/connector/{keys['connector']}/change/")
    seen: list[str] = []

    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(100)
        seen += [f"{tab.inner_text()}: {line}" for line in faults(page)]

    assert not seen, "\n".join(dict.fromkeys(seen))
    check_looks(page, picture, "admin-connector")


def test_popups_have_no_serious_fault_in_any_state(
    office: LiveSystem, signed_in: SignedIn, ring: Ring, run: str, clear: Any, picture: Picture
) -> None:
    office.manage(
        "shell", "-c",
        "from tests import factories as f; [f.LeadFactory(name=n, phones=['+919822200119']) for n in ('Isha', 'Jai')]",
    )  # fmt: skip
    page = signed_in()
    clear(page)
    popups = page.get_by_role("alertdialog")
    ring(f"ringing-{run}")
    ring(f"unknown-{run}", "+919812300779")
    ring(f"shared-{run}", "+919822200119")
    ring(f"answered-{run}", "+919845012345", Status="Answered")
    ring(f"ended-{run}", "+918025551234", Status="Missed")
    ring(f"withheld-{run}", "anonymous")
    expect(popups).to_have_count(6)

    check_looks(page, picture, "popups")
    ended = page.get_by_role("alertdialog", name="Arjun Mehta")
    ended.get_by_label("Disposition").select_option("Interested")
    ended.get_by_role("button", name="Save disposition").click()
    expect(ended).to_contain_text("Saved: Interested")
    assert faults(page) == []
    page.goto(f"{office.base_url}/popups/{popups.last.get_attribute('data-popup')}/")
    expect(popups).to_have_count(1)
    check_looks(page, picture, "popup-page")


_EVERY_ADMIN_PAGE = """
import json
from django.urls import NoReverseMatch, reverse
from tests.admin.test_every_page import MAKERS, MODELS
pages = ["/admin/password_change/"]
for model in MODELS:
    row, name = MAKERS[model._meta.label](), f"admin:{model._meta.app_label}_{model._meta.model_name}"
    of_row = [(page, [row.pk]) for page in ("change", "history", "delete")]
    for page, arguments in [(page, []) for page in ("changelist", "add", "import", "export")] + of_row:
        try:
            pages.append(reverse(f"{name}_{page}", args=arguments))
        except NoReverseMatch:
            continue
print(json.dumps(pages))
"""


@pytest.fixture(scope="module")
def admin_paths(office: LiveSystem) -> list[str]:
    """Every page of the administration, with a row of each kind."""
    paths: list[str] = json.loads(office.manage("shell", "-v", "0", "-c", _EVERY_ADMIN_PAGE).stdout.splitlines()[-1])
    return paths


def test_every_page_of_the_administration_has_no_serious_fault_and_fits(
    admin_paths: list[str], office: LiveSystem, reader: Reader
) -> None:
    page, seen = reader(sample.ADMINISTRATOR), []
    for path in (*admin_paths, "/api/docs/"):
        page.set_viewport_size({"width": 1280, "height": 860})
        page.goto(office.base_url + path)
        seen += [f"{path}: {line}" for line in faults(page)]
        for width in (390, 1024):
            page.set_viewport_size({"width": width, "height": 860})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
                seen.append(f"{path}: wider than {width} px")

    assert len(admin_paths) > 80
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize("width", [390, 768, 1024, 1920])
def test_agents_pages_fit_any_width(width: int, keys: dict[str, str], office: LiveSystem, reader: Reader) -> None:
    page, seen = reader(sample.ASHA), []
    page.set_viewport_size({"width": width, "height": 860})
    for path in AGENT_PAGES.values():
        page.goto(office.base_url + path.format(**keys))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            seen.append(path)

    assert seen == []


def test_strangers_pages_have_no_serious_fault(office: LiveSystem, browser: Browser, picture: Picture) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        for name, path in {"login": "/login/", "admin-login": "/admin/login/", "no-page": "/no/such/page/"}.items():
            page.goto(office.base_url + path)
            check_looks(page, picture, name)
