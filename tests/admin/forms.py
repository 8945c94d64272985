"""Filling in administration pages as a browser does: what the page shows is sent back, with some changes."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _FormReader(HTMLParser):
    """Collects the values of the fields of one form."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.is_inside = False
        self.values: dict[str, Any] = {}
        self.select: str | None = None
        self.is_multiple = False
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.is_inside = found.get("id") == self.form_id
        if not self.is_inside:
            return
        name = found.get("name") or ""
        if tag == "input" and name and found.get("type") not in {"submit", "button"}:
            if found.get("type") in {"checkbox", "radio"} and "checked" not in found:
                return
            self.values[name] = found.get("value") or ("on" if found.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self.textarea, self.values[name] = name, ""
        elif tag == "select":
            self.select, self.is_multiple = name, "multiple" in found
            self.values[name] = [] if self.is_multiple else None
        elif tag == "option" and self.select:
            self._option(found)

    def _option(self, found: dict[str, str | None]) -> None:
        assert self.select is not None
        if self.is_multiple and "selected" in found:
            self.values[self.select].append(found.get("value") or "")
        elif not self.is_multiple and ("selected" in found or self.values[self.select] is None):
            self.values[self.select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] += data


def shown_values(client: Client, url: str, form_id: str) -> dict[str, Any]:
    """What the form of that id on the page would send."""
    page = client.get(url)
    assert page.status_code == 200, page
    reader = _FormReader(form_id)
    reader.feed(page.content.decode())
    assert reader.values, f"no form {form_id} at {url}"
    return {name: value for name, value in reader.values.items() if value is not None and "__prefix__" not in name}


def submit(client: Client, url: str, form_id: str, **changes: Any) -> Any:
    """Open the page, change some fields (``None`` unticks a box), save; answers the response, redirects followed."""
    values = shown_values(client, url, form_id)
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return client.post(url, {**values, "_continue": "Save"}, follow=True)


def errors_of(response: Any) -> list[str]:
    """Every message of the page's form and rows, for a failing test to show."""
    context = response.context or {}
    found = []
    if "adminform" in context:
        found += [f"{name}: {error}" for name, errors in context["adminform"].form.errors.items() for error in errors]
    for inline in context.get("inline_admin_formsets", []):
        found += [
            f"{inline.formset.prefix}.{name}: {error}"
            for form in inline.formset.forms
            for name, errors in form.errors.items()
            for error in errors
        ]
        found += list(inline.formset.non_form_errors())
    return found
