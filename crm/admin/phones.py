"""The form of a telephone number, in the rows of an agent or a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.admin import TabularInline

from crm.models.phones import StoredPhone
from crm.services.phones import home_country, phone_columns

if TYPE_CHECKING:
    _PhoneModelForm = forms.ModelForm[StoredPhone]
    _PhoneModelFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _PhoneModelForm = forms.ModelForm
    _PhoneModelFormSet = forms.BaseInlineFormSet


class PhoneForm(_PhoneModelForm):
    """Reads the number as it is typed and stores it with the two forms that matching compares."""

    def clean_number(self) -> str:
        """The number without outer blanks. Refuses what cannot be read."""
        number = str(self.cleaned_data["number"]).strip()
        country = home_country()
        if not phone_columns(number, country)["e164"]:
            raise forms.ValidationError(
                f"“{number}” cannot be read as a telephone number. Write it with its country code: +91 96117 95983."
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Fill in the derived columns before the model's constraints are checked."""
        cleaned = super().clean() or self.cleaned_data
        if number := cleaned.get("number"):
            columns = phone_columns(number, home_country())
            self.instance.e164 = columns["e164"]
            self.instance.national_suffix = columns["national_suffix"]
        return cleaned


class PhoneFormSet(_PhoneModelFormSet):
    """The numbers of one person: none stands twice, and new ones come after those that were there."""

    def clean(self) -> None:
        """Refuse a number that stands twice, however it is written."""
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            if form.cleaned_data.get("DELETE") or not form.cleaned_data.get("number"):
                continue
            if form.instance.e164 in seen:
                form.add_error("number", "This number stands twice.")
            seen.add(form.instance.e164)

    def save_new(self, form: Any, commit: bool = True) -> StoredPhone:
        form.instance.position = max(form.instance.position, self.forms.index(form))
        saved: StoredPhone = super().save_new(form, commit=commit)
        return saved


class PhoneInline(TabularInline):
    """Numbers of a person; the first one is the main one."""

    form = PhoneForm
    formset = PhoneFormSet
    fields = ["number", "read_as", "position"]
    readonly_fields = ["read_as"]
    extra = 1
    hide_title = True
    ordering_field = "position"
    hide_ordering_field = True

    def read_as(self, phone: StoredPhone) -> str:
        """The number as matching sees it."""
        return phone.e164 or "–"

    read_as.short_description = "Read as"  # type: ignore[attr-defined]  # Django's convention
