"""What all administration pages share: who may look, and pages that only show."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from unfold.admin import ModelAdmin, TabularInline


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


class ReadOnlyInline(TabularInline):
    """Rows that only show."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_supervisor(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
