"""Administration page of the dropdowns from which agents pick how a call went."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from connector_config.models import DispositionField, DispositionOption
from connector_config.services.saving import touch_connectors_of_field
from telephony_connector.common.admin import StaffModelAdmin


class DispositionOptionInline(TabularInline):
    """The options, in the order in which agents see them."""

    model = DispositionOption
    fields = ["value", "position"]
    ordering_field = "position"
    hide_ordering_field = True
    extra = 3
    hide_title = True
    verbose_name_plural = "Options"


@admin.register(DispositionField)
class DispositionFieldAdmin(StaffModelAdmin):
    """A dropdown; several connectors may share one."""

    inlines = [DispositionOptionInline]
    list_display = ["name", "option_count"]
    search_fields = ["name"]
    search_help_text = "Name"
    empty_hint = "No dropdown yet. Make one, such as “Call outcome”, with the words from which agents pick."
    fieldsets = [
        (None, {
            "fields": ["name"],
            "description": "Agents pick how a call went from this dropdown, in the order below (drag to change it). "
            "Choose it in a connector's tab “Disposition”.",
        }),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[DispositionField]:
        return super().get_queryset(request).annotate(number=Count("options"))  # type: ignore[no-any-return]  # untyped

    @display(description="Options", ordering="number")
    def option_count(self, field: Any) -> int:
        """How many options there are."""
        return int(field.number)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """New options come after those that were there."""
        for index, option_form in enumerate(formset.forms):
            if option_form.instance.pk is None and option_form.has_changed():
                option_form.instance.position = max(option_form.instance.position, index)
        super().save_formset(request, form, formset, change)
        touch_connectors_of_field(form.instance)
