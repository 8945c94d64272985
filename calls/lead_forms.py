"""What people type about a lead: its values, its numbers, its free fields, and an opportunity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from crm.masking import sees_numbers, shown_text, text_to_keep
from crm.models import Agent, Lead, LeadPhone, Opportunity
from crm.selectors import visible_agents
from crm.services.leads import PhoneChanges
from crm.services.phones import home_country
from telephony_connector.common.phones import parse_phone

if TYPE_CHECKING:
    _LeadModelForm = forms.ModelForm[Lead]
    _OpportunityModelForm = forms.ModelForm[Opportunity]
else:
    _LeadModelForm = _OpportunityModelForm = forms.ModelForm

TEXT_FIELDS = ("name", "email", "company", "stage", "source", "city", "state", "zip_code", "country")
MOST_NUMBERS = 20
MOST_FREE_FIELDS = 60
_LONGEST_NAME, _LONGEST_VALUE = 80, 2000


class PhonesInput(forms.Widget):
    """A lead's numbers in a form: ``phone`` the ids in which they stand, ``phone-order-<id>`` where each is to stand,
    ``phone-remove`` the ids of those that go, ``new_phone`` new ones. The template writes the inputs."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> PhoneChanges:
        """The arrangement as typed: ids by their wished place, equal places as they stood."""
        lists = _lists_of(data)
        removed = set(lists.getlist("phone-remove"))
        ids = [pk for pk in lists.getlist("phone") if pk.isdecimal() and len(pk) < 18 and pk not in removed]
        ids.sort(key=lambda pk: _place(lists.get(f"phone-order-{pk}")))
        numbers = [number.strip() for number in lists.getlist("new_phone")]
        return PhoneChanges(
            kept_ids=[int(pk) for pk in ids], new_numbers=[number for number in numbers if number][:MOST_NUMBERS]
        )


class PhonesField(forms.Field):
    """Numbers that stay and numbers that are new; a new one that cannot be read is refused by name."""

    widget = PhonesInput

    def clean(self, value: PhoneChanges) -> PhoneChanges:
        """The same changes, once every new number is one."""
        country = home_country()
        for number in value.new_numbers:
            if parse_phone(number, country) is None:
                raise ValidationError(
                    f"“{number[:40]}” is no telephone number. Best with its country code, such as +44 20 7946 0000."
                )
        return value


class FreeFieldsInput(forms.Widget):
    """Free fields in a form: ``field_name`` and ``field_value`` side by side. The template writes the inputs."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[tuple[str, str]]:
        """Names with their values, as typed."""
        lists = _lists_of(data)
        pairs = zip(lists.getlist("field_name"), lists.getlist("field_value"), strict=False)
        return [(field.strip(), value.strip()) for field, value in pairs][:MOST_FREE_FIELDS]


class FreeFieldsField(forms.Field):
    """Free fields by name; one without a value goes, a value without a name is refused."""

    widget = FreeFieldsInput

    def clean(self, value: list[tuple[str, str]]) -> dict[str, str]:
        """Text by name."""
        for name, text in value:
            if text and not name:
                raise ValidationError(f"Give “{text[:40]}” a name.")
            if len(name) > _LONGEST_NAME or len(text) > _LONGEST_VALUE or "\x00" in name + text:
                raise ValidationError(f"“{name[:40]}” is too long.")
        return {name: text for name, text in value if name and text}


@dataclass(frozen=True, slots=True)
class FreeField:
    """One row of free fields in the form."""

    name: str
    value: str


class LeadForm(_LeadModelForm):
    """A lead's values as one reader may see and change them.

    For agents who do not see numbers, numbers within texts are masked, and what they leave masked stays as it is.
    Only staff may choose another owner.
    """

    phones = PhonesField(required=False, label="Numbers")
    free_fields = FreeFieldsField(required=False, label="Free fields")
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Lead
        fields = [*TEXT_FIELDS, "owner", "do_not_call"]

    def __init__(self, data: QueryDict | None = None, *, viewer: Any, lead: Lead | None = None) -> None:
        self.viewer, self.known = viewer, lead
        known = lead or Lead()
        initial = {name: shown_text(getattr(known, name), viewer=viewer) for name in TEXT_FIELDS}
        # A copy: validation writes into the instance, and a refused form must not change what the page shows.
        super().__init__(data, instance=_copy(lead), initial=initial)
        if not sees_numbers(viewer):
            self.fields["email"].widget = forms.TextInput()
        if viewer.is_staff:
            self.fields["owner"] = forms.ModelChoiceField(Agent.objects.all(), required=False, empty_label="Nobody")
        else:
            del self.fields["owner"]

    def full_clean(self) -> None:
        """Check what is meant, but go on showing what was typed: a refused form shows no number that was masked."""
        typed = self.data
        self.data = _restored(typed, self.known or Lead(), self.viewer)
        super().full_clean()
        self.data = typed

    def clean(self) -> dict[str, Any]:
        """A new lead needs something to know it by."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        phones: PhoneChanges = cleaned.get("phones") or PhoneChanges()
        is_nobody = not (cleaned.get("name") or cleaned.get("company") or cleaned.get("email") or phones.new_numbers)
        if self.known is None and not self.errors and is_nobody:
            self.add_error("name", "Give a name or a number.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """The columns of a valid form."""
        names = [*TEXT_FIELDS, "do_not_call", *(["owner"] if "owner" in self.fields else [])]
        return {name: self.cleaned_data[name] for name in names} | {"custom_fields": self.cleaned_data["free_fields"]}

    def read_version(self) -> datetime | None:
        """The state of the lead that the page showed; None when it was not sent as it was given."""
        try:
            return datetime.fromisoformat(self.cleaned_data["version"])
        except ValueError:
            return None

    def phone_rows(self) -> list[LeadPhone]:
        """The numbers that the lead has."""
        return list(self.known.phones.all()) if self.known else []

    def typed_numbers(self) -> list[str]:
        """New numbers as typed so far, with room for two more."""
        typed = list(self["phones"].data.new_numbers) if self.is_bound else []
        return [*typed, "", ""][: max(2, len(typed) + 1)]

    def free_field_rows(self) -> list[FreeField]:
        """The free fields as typed, else as they are, with room for one more."""
        if self.is_bound:
            rows = [FreeField(*pair) for pair in self["free_fields"].data if any(pair)]
        else:
            known = (self.known or Lead()).custom_fields.items()
            rows = [
                FreeField(shown_text(str(name), viewer=self.viewer), shown_text(str(value), viewer=self.viewer))
                for name, value in known
            ]
        return [*rows, FreeField("", "")]


class OpportunityForm(_OpportunityModelForm):
    """An opportunity's name, stage and status; its owner for staff."""

    class Meta:
        model = Opportunity
        fields = ["name", "stage", "status", "owner"]

    def __init__(self, data: QueryDict | None = None, *, instance: Opportunity, viewer: Any, **options: Any) -> None:
        self.viewer, self.known = viewer, {name: getattr(instance, name) for name in ("name", "stage")}
        initial = {name: shown_text(value, viewer=viewer) for name, value in self.known.items()}
        super().__init__(data, instance=instance, initial=initial, **options)
        if viewer.is_staff:
            self.fields["owner"] = forms.ModelChoiceField(visible_agents(viewer), required=False, empty_label="Nobody")
        else:
            del self.fields["owner"]

    def clean_name(self) -> str:
        """The name, with numbers that this writer saw masked and left so put back in."""
        return text_to_keep(self.cleaned_data["name"], known=self.known["name"], writer=self.viewer)

    def clean_stage(self) -> str:
        """The stage, likewise."""
        return text_to_keep(self.cleaned_data["stage"], known=self.known["stage"], writer=self.viewer)


def _restored(data: Any, known: Lead, viewer: Any) -> Any:
    """What was typed, with the numbers that this writer saw masked and left so put back in."""
    if not data or sees_numbers(viewer):
        return data
    restored = data.copy()
    for name in TEXT_FIELDS:
        if name in restored:
            restored[name] = text_to_keep(str(restored[name]), known=getattr(known, name), writer=viewer)
    known_names = "\n".join(known.custom_fields)
    names = [text_to_keep(name, known=known_names, writer=viewer) for name in restored.getlist("field_name")]
    restored.setlist("field_name", names)
    pairs = zip(names, restored.getlist("field_value"), strict=False)
    values = [text_to_keep(text, known=str(known.custom_fields.get(name, "")), writer=viewer) for name, text in pairs]
    restored.setlist("field_value", values)
    return restored


def _copy(lead: Lead | None) -> Lead | None:
    return Lead.objects.get(pk=lead.pk) if lead is not None else None


def _lists_of(data: Mapping[str, Any]) -> MultiValueDict[str, str]:
    return data if isinstance(data, MultiValueDict) else MultiValueDict({name: [data[name]] for name in data})


def _place(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 10_000
