"""What all administration pages share: who may look, and pages that only show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline, TabularInline

POST = {"data-post": True}
"""Attributes of an action's link that is sent as POST, by static/admin-extra/posting.js."""


def installed_url(name: str, *arguments: object) -> str:
    """The address of a page that may belong to an upper layer; empty where that layer is not installed."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def is_supervisor(request: HttpRequest) -> bool:
    """True for active staff, who may look at everything; changing asks for Django's own permissions."""
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))


def post_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For an action of one row: Unfold makes links of them, and a link must not change anything.

    With ``attrs={"data-post": True}`` the link is sent as POST, with the CSRF token that the admin asks for.
    """

    @wraps(view)
    def answer(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(self, request, *args, **kwargs)

    return answer


class StaffModelAdmin(ModelAdmin):
    """An administration page that every member of staff may read."""

    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50
    empty_hint = "Nothing here yet."
    """What an empty list says: what will stand here, and the next step."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_supervisor(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_supervisor(request)


class ReadOnlyAdmin(StaffModelAdmin):
    """Shows what the product itself writes; nobody adds, changes or deletes it here."""

    list_per_page = 100
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class _Showing:
    """Rows that only show."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_supervisor(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(_Showing, TabularInline):
    """Rows that only show, as a table."""


class ReadOnlyStackedInline(_Showing, StackedInline):
    """Rows that only show, one below the other: for long values."""


def badge(tone: str, words: object) -> SafeString:
    """Words on the colour of a tone: good, busy, calm, warn or bad."""
    return format_html('<span class="tc-badge tc-{}">{}</span>', tone, words)


def header_block(headers: Mapping[str, str]) -> SafeString:
    """HTTP headers, one a line, as they are written on the wire."""
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return format_html('<div class="tc-body">{}</div>', lines or "–")


def record_facts(values: Mapping[str, Any]) -> SafeString | str:
    """What a record holds, a line each with its name in words; nothing of an empty one."""
    rows = [
        (name.replace("_", " "), _written(value)) for name, value in sorted(values.items()) if value not in _NOTHING
    ]
    lines = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
    return format_html('<dl class="tc-facts tc-narrow">{}</dl>', lines) if rows else ""


_NOTHING: tuple[object, ...] = ("", None, [], {})


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
