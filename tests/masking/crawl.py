"""Visits everything that a signed-in person can reach, and writes down which answers give numbers away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.masking.numbers import giveaways

HOST = "http://testserver"
FRAGMENT = {"HTTP_HX_REQUEST": "true", "HTTP_X_REQUESTED_WITH": "fetch"}
_ROW = re.compile(r"/(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27})/")
READINGS: tuple[dict[str, str], ...] = ({}, FRAGMENT, {"HTTP_ACCEPT": "text/html"})


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of the URL table: its name with its namespace, its path up to its name, and its arguments."""

    name: str
    path: str
    arguments: frozenset[str]


def routes(resolver: URLResolver | None = None, path: str = "", space: str = "") -> Iterator[Route]:
    """Every URL of the table, those of included tables too."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield Route(f"{space}{entry.name}", here, frozenset(entry.pattern.regex.groupindex))


@dataclass(slots=True)
class Form:
    """A form of a page as it would be sent untouched."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)


class PageReader(HTMLParser):
    """Collects links and forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what leads on from here."""
        values = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "hx-get", "data-url", "data-card-url"):
            if values.get(name):
                self.links.add(urljoin(self.address, values[name]))
        if tag == "form":
            self.forms.append(
                Form(urljoin(self.address, values.get("action", "")), values.get("method", "get").lower())
            )
        elif self.forms and tag in {"input", "button", "select", "textarea", "option"}:
            self._note_field(tag, values)

    def _note_field(self, tag: str, values: dict[str, str]) -> None:
        name, sent = values.get("name", ""), self.forms[-1].values
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values:
            sent.append((self._select, values.get("value", "")))
        elif tag == "textarea":
            self._area = name
        elif name and tag in {"input", "button"}:
            sent.append((name, values.get("value", "")))

    def handle_data(self, data: str) -> None:
        """The text of a text area is what it sends."""
        if self._area and self.forms:
            self.forms[-1].values.append((self._area, data))
            self._area = ""


@dataclass(slots=True)
class Crawl:
    """Visits and what they gave away: `METHOD url` → the digits found."""

    client: Client
    may_send: Callable[[str], bool] = lambda _path: True
    leaks: dict[str, set[str]] = field(default_factory=dict)
    visited: dict[str, int] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)

    def visit(self, url: str, *, method: str = "GET", data: Any = None, **extra: Any) -> Any:
        """Ask once, and look through status line, headers and body."""
        response: Any = (
            self.client.generic(method, url, data or "", **extra)
            if not isinstance(data, dict)
            else self.client.post(url, data, **extra)
        )
        body = b"".join(response.streaming_content) if response.streaming else response.content
        head = "\n".join([response.reason_phrase, *(f"{name}: {value}" for name, value in response.items())])
        cookies = "\n".join(morsel.OutputString() for morsel in response.cookies.values())
        text = body.decode("utf-8", "replace")
        label = f"{method} {url}"
        self.visited[label] = response.status_code
        if found := giveaways("\n".join([head, cookies, text])):
            self.leaks.setdefault(label, set()).update(found)
        self._note(response, url, text)
        return response

    def read_all(self, urls: list[str]) -> None:
        """Read these and whatever they link to on this host, as pages and as fragments, then ask for their options."""
        waiting, known = list(urls), {_kind(url) for url in urls}
        while waiting:
            url = waiting.pop(0)
            before = set(self._links)
            for extra in READINGS if _is_ours(url) else READINGS[:1]:
                self.visit(url, **extra)
            if url.startswith("/api/"):
                self.visit(url, method="OPTIONS")
            for link in sorted(self._links - before):
                if _is_here(link) and _kind(link) not in known:
                    known.add(_kind(link))
                    waiting.append(link)

    def send_forms(self) -> None:
        """Send every form that was met as it stands, as a page and as a fragment."""
        for form in list(self.forms.values()):
            if form.method != "post" or not self.may_send(urlsplit(form.action).path):
                continue
            for extra in (FRAGMENT, {}):
                self.visit(form.action, method="POST", data=_as_dict(form.values), **extra)

    _links: set[str] = field(default_factory=set)

    def _note(self, response: Any, url: str, text: str) -> None:
        if location := response.headers.get("Location"):
            self._links.add(urljoin(HOST + url, location).removeprefix(HOST))
        if "html" not in response.headers.get("Content-Type", ""):
            return
        page = PageReader(urljoin(HOST, url))
        page.feed(text)
        self._links |= {link.removeprefix(HOST).partition("#")[0] for link in page.links}
        for form in page.forms:
            form.action = form.action.removeprefix(HOST)
            names = sorted({name for name, _ in form.values})
            self.forms.setdefault(f"{_kind(form.action)} {names}", form)


def _is_ours(url: str) -> bool:
    """Not the administration, from which agents are sent away."""
    return not url.startswith("/admin/")


def _is_here(link: str) -> bool:
    return link.startswith("/") and not link.startswith(("//", "/static/", "/admin/"))


def _kind(link: str) -> str:
    """Links of one kind lead to pages of one kind: rows of one table differ by id, pages of one list by cursor."""
    parts = urlsplit(link)
    path = _ROW.sub("/*/", parts.path)
    return f"{path}?{sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))}"


def _as_dict(values: list[tuple[str, str]]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in values:
        sent.setdefault(name, []).append(value)
    return sent
