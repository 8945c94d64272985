"""What people type into the agents' pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone

from calls.presentation import status_look
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector
from crm.models import Agent
from crm.selectors import visible_agents


class HistoryFilterForm(forms.Form):
    """The call history's filters, as they stand in its URL. What cannot be read is left out, with a word beside it."""

    q = forms.CharField(label="Name or number", required=False, max_length=100)
    direction = forms.ChoiceField(
        required=False, choices=[("", "Any direction"), *((way.value, way.value) for way in Direction)]
    )
    status = forms.ChoiceField(
        required=False,
        choices=[("", "Any status"), *((word.value, status_look(word.value).word) for word in CallStatus)],
    )
    connector = forms.ModelChoiceField(
        Connector.objects.none(), to_field_name="slug", required=False, empty_label="Any provider"
    )
    agent = forms.ModelChoiceField(Agent.objects.none(), required=False, empty_label="Any agent")
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices_of("connector").queryset = Connector.objects.all()
        self._choices_of("agent").queryset = visible_agents(user)
        if not user.is_staff:
            del self.fields["agent"]

    def _choices_of(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type checker
        return field

    @property
    def active_count(self) -> int:
        """How many filters are set."""
        return sum(1 for value in self.cleaned_data.values() if value) if self.is_valid() else 0


FOLLOW_UPS = {
    "1h": ("In 1 hour", timedelta(hours=1)),
    "3h": ("In 3 hours", timedelta(hours=3)),
    "1d": ("Tomorrow", timedelta(days=1)),
    "3d": ("In 3 days", timedelta(days=3)),
    "7d": ("In a week", timedelta(days=7)),
}


class DispositionForm(forms.Form):
    """How the call went, the agent's notes, and when to call again; ``keep`` leaves the follow-up as it is.

    A day and time of the agent's own, read in the reader's zone, stands above the choice. ``notes_before`` are the
    notes as the form was shown with them, so that one in which nobody wrote changes none.
    """

    disposition = forms.CharField(required=False, max_length=120)
    notes = forms.CharField(required=False, max_length=10_000, strip=True)
    notes_before = forms.CharField(required=False, strip=True)
    follow_up = forms.ChoiceField(required=False, choices=[("", ""), ("keep", ""), *((key, key) for key in FOLLOW_UPS)])
    follow_up_on = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def clean_follow_up_on(self) -> datetime | None:
        """Not in the past: nobody calls again yesterday."""
        moment: datetime | None = self.cleaned_data["follow_up_on"]
        if moment is not None and moment < timezone.now():
            raise forms.ValidationError("This is in the past.")
        return moment

    @property
    def are_notes_untouched(self) -> bool:
        """True for a valid form in which nobody wrote notes: what another tab has kept meanwhile must stand."""
        written, shown = (self.cleaned_data[name].splitlines() for name in ("notes", "notes_before"))
        return "notes_before" in self.data and written == shown

    def follow_up_at(self, known: datetime | None) -> datetime | None:
        """When to call again, of a valid form; ``known`` is what was settled before."""
        if own := self.cleaned_data["follow_up_on"]:
            return cast(datetime, own)
        choice = self.cleaned_data["follow_up"]
        if choice == "keep":
            return known
        return timezone.now() + FOLLOW_UPS[choice][1] if choice else None


class ClickToCallForm(forms.Form):
    """A number to dial; ``lead`` and ``opportunity`` say whom it is about; no ``connector`` (slug) means the first.

    Buttons name the number by an id: of a lead's number, of a call to be returned, of a request to be repeated.
    A ``virtual_number`` (our id) brings its own connector.
    """

    phone = forms.CharField(required=False, max_length=40)
    phone_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    call_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    repeats = forms.UUIDField(required=False)
    lead = forms.UUIDField(required=False)
    opportunity = forms.UUIDField(required=False)
    connector = forms.SlugField(required=False)
    virtual_number = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
