"""No answer to a masked agent holds a customer's number, at any URL that there is, in any writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from calls.embedding.sessions import HEADER, _open
from calls.models import EmbeddedSession, EmbedTarget
from tests.masking.crawl import Crawl, Route, routes
from tests.masking.numbers import CUSTOMERS
from tests.masking.office import Office, open_office

pytestmark = pytest.mark.django_db

_LEAD, _CALL, _POPUP, _OPPORTUNITY = "ravi", "call", "popup", "opportunity"
# What stands in a URL, by its name. A new URL with arguments fails the crawl until it is named here.
ARGUMENTS: dict[str, Callable[[Office], dict[str, Any]]] = {
    **dict.fromkeys(
        ["lead", "lead-edit", "lead-merge", "manual-call", "opportunity-new", "api-lead-detail",
         "api-lead-merge", "api-lead-undo-merge"],
        lambda office: {"pk": office.ravi.pk},
    ),
    **dict.fromkeys(
        [
            "call", "call-outcome", "call-lead", "call-new-lead", "call-opportunity", "call-handled",
            "call-recording", "manual-call-edit", "manual-call-delete", "api-call-detail", "api-call-trace",
            "api-call-disposition", "api-call-recording", "api-call-handled",
        ],
        lambda office: {"pk": office.call.pk},
    ),
    **dict.fromkeys(
        [
            "popup", "popup-card", "popup-dismiss", "popup-ack", "popup-disposition", "popup-notes", "popup-lead",
            "popup-new-lead", "popup-opportunity", "api-popup-detail",
        ],
        lambda office: {"pk": office.popup.pk},
    ),
    **dict.fromkeys(
        ["opportunity", "opportunity-edit", "api-opportunity-detail"], lambda office: {"pk": office.opportunity.pk}
    ),
    **dict.fromkeys(["outbound", "api-outbound-detail"], lambda office: {"pk": office.outbound.pk}),
    **dict.fromkeys(
        ["embed-shell", "embed-corner", "embed-sign-in", "api-connector-detail"],
        lambda office: {"slug": office.connector.slug},
    ),
    "embed-by-key": lambda office: {"slug": office.connector.slug, "endpoint": "lead-details"},
    "task-done": lambda office: {"pk": office.task.pk},
    "merge-undo": lambda office: {"pk": office.ravi.pk},
    "api-agent-detail": lambda office: {"pk": office.agent.pk},
    "api-journal-detail": lambda office: {"pk": 1},
    "hook": lambda office: {"path": f"{office.connector.hook_key}/lead-details"},
    "leadsquared-hook": lambda office: {"path": f"LogCallComplete/ORG/{office.connector.hook_key}"},
}  # fmt: skip
# The admin is for staff: whatever is asked for, an agent gets the login page.
ADMIN_ARGUMENTS = {"app_label": "crm", "purpose": "click_to_call", "endpoint": "call-log", "url": "x"}
ENDS_THE_SESSION = {"logout", "embed-sign-out"}
SHOWN_TO_OTHERS = {
    "console", "console-lists", "call-history", "leads", "lead", "popup", "popup-card", "outbound", "api-call-list",
    "api-call-detail", "api-lead-list", "api-lead-detail", "api-outbound-list", "api-outbound-detail",
    "api-opportunity-list", "api-popup-list",
}  # fmt: skip


def address(route: Route, office: Office) -> str:
    """Where to ask; fails for a URL of which nobody has said what stands in it."""
    if route.path.startswith("admin/"):
        values = {name: ADMIN_ARGUMENTS.get(name, "1") for name in route.arguments}
        return reverse(route.name, kwargs=values) if not route.name.endswith(":None") else "/admin/nonsense"
    if not route.arguments:
        return reverse(route.name)
    assert route.name in ARGUMENTS, f"Say in ARGUMENTS what stands in the URL {route.name!r} ({route.path})."
    return reverse(route.name, kwargs=ARGUMENTS[route.name](office))


def addresses(office: Office) -> Iterator[str]:
    """Every URL that there is, but those that end the session."""
    for route in routes():
        if route.name not in ENDS_THE_SESSION:
            yield address(route, office)


def crawl_of(office: Office) -> Crawl:
    """A browser of the office's agent."""
    client = Client(raise_request_exception=False)
    client.force_login(office.agent.user)
    ends = {reverse(name) for name in ENDS_THE_SESSION}
    return Crawl(client, may_send=lambda path: path not in ends)


def api_crawl_of(office: Office) -> Crawl:
    """A program with the agent's token."""
    token, _ = Token.objects.get_or_create(user=office.agent.user)
    return Crawl(Client(raise_request_exception=False, headers={"Authorization": f"Token {token.key}"}))


def test_masked_agent_reads_no_number_anywhere() -> None:
    office = open_office(sees_full_numbers=False)
    crawl = crawl_of(office)
    pages = list(addresses(office))
    crawl.read_all(pages)

    crawl.send_forms()
    for url in pages:
        if not url.startswith("/admin/"):
            crawl.visit(url, method="POST", data={"phone": "12", "lead": "x", "name": "", "call_id": "999999"})
    for url in pages:
        crawl.visit(url)

    assert crawl.leaks == {}
    assert not [label for label, status in crawl.visited.items() if status == 500]


@pytest.mark.parametrize("target", [EmbedTarget.CONSOLE, EmbedTarget.LEAD])
def test_pages_in_other_programs_give_a_masked_agent_no_number(target: EmbedTarget) -> None:
    office = open_office(sees_full_numbers=False)
    session = EmbeddedSession(
        agent=office.agent, connector=office.connector, target=target, is_signed_in=True,
        lead=office.ravi if target == EmbedTarget.LEAD else None,
        proof=office.agent.user.get_session_auth_hash(),
    )  # fmt: skip
    crawl = Crawl(Client(raise_request_exception=False, headers={HEADER: _open(session)}))

    for url in addresses(office):
        if not url.startswith(("/admin/", "/api/")):
            crawl.visit(url)

    assert crawl.leaks == {}
    assert crawl.visited[f"GET {reverse('lead', args=[office.ravi.pk])}"] == 200


def test_masked_agents_program_reads_no_number() -> None:
    office = open_office(sees_full_numbers=False)
    crawl = api_crawl_of(office)
    pages = [url for url in addresses(office) if url.startswith("/api/")]

    crawl.read_all(pages)
    for url in pages:
        read = crawl.visit(url)
        sent_back = read.json() if read.headers.get("Content-Type") == "application/json" else {}
        for method in ("PUT", "PATCH", "POST", "DELETE"):
            crawl.visit(url, method=method, data=json.dumps(sent_back), content_type="application/json")
            crawl.visit(url, method=method, data="[1", content_type="application/json")
    crawl.read_all(pages)

    assert crawl.leaks == {}
    assert not [label for label, status in crawl.visited.items() if status == 500]


@pytest.mark.parametrize("is_program", [False, True])
def test_same_crawl_finds_the_numbers_of_an_agent_who_sees_them(is_program: bool) -> None:
    office = open_office(sees_full_numbers=True)
    crawl = api_crawl_of(office) if is_program else crawl_of(office)
    known = {address(route, office): route.name for route in routes() if route.name not in ENDS_THE_SESSION}

    for url in known:
        if url.startswith("/api/") or not (is_program or url.startswith("/admin/")):
            crawl.visit(url)
    if not is_program:
        crawl.visit(f"{reverse('call-history')}?format=csv")

    telling = {known[url] for url in (label.split(" ", 1)[1] for label in crawl.leaks) if url in known}
    assert telling >= {name for name in SHOWN_TO_OTHERS if name.startswith("api-") or not is_program}
    if not is_program:
        assert any("format=csv" in label for label in crawl.leaks)


def test_console_shows_every_customers_number_to_who_sees_numbers() -> None:
    crawl = crawl_of(open_office(sees_full_numbers=True))

    crawl.visit(reverse("console"))

    found = set().union(*crawl.leaks.values())
    assert found >= {number[-7:] for number in CUSTOMERS}
