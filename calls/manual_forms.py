"""What people type about a call that no provider told of."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from calls.models import Call
from calls.presentation import clock_duration, status_look
from calls.services.dispositions import disposition_options
from calls.services.manual_calls import STATUSES, ManualCall, connectors_to_log
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector
from crm.masking import shown_number, shown_text, text_to_keep
from crm.models import Agent, Lead, Opportunity
from crm.selectors import agent_of

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,4}):([0-5]\d)")
_TIME_FORMAT = "%Y-%m-%dT%H:%M"


class DurationField(forms.CharField):
    """A length as seconds: ``2:14``, ``1:02:05``, or whole minutes (``5``); None when nothing is typed."""

    def clean(self, value: Any) -> Any:
        """Seconds, or None."""
        text: str = super().clean(value)
        if not text:
            return None
        if text.isdecimal() and text.isascii() and len(text) <= 4:
            return int(text) * 60
        found = _CLOCK.fullmatch(text)
        if found is None:
            raise ValidationError("Write minutes (5), or minutes and seconds (2:14).")
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds


class ManualCallForm(forms.Form):
    """A call with one lead, as the agent remembers it. Times are read in the reader's zone."""

    direction = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[(Direction.OUTBOUND.value, "I called them"), (Direction.INBOUND.value, "They called me")],
        initial=Direction.OUTBOUND.value,
    )
    phone = forms.ChoiceField(label="Number", required=False)
    started_at = forms.DateTimeField(
        label="When",
        input_formats=[_TIME_FORMAT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_TIME_FORMAT),
    )
    duration = DurationField(
        label="Length", required=False, max_length=12, widget=forms.TextInput(attrs={"placeholder": "2:14"})
    )
    status = forms.ChoiceField(choices=[(word.value, status_look(word.value).word) for word in STATUSES])
    connector = forms.ModelChoiceField(
        Connector.objects.none(), label="Provider", to_field_name="slug", empty_label=None
    )
    disposition = forms.CharField(required=False, max_length=120)
    opportunity = forms.ModelChoiceField(Opportunity.objects.none(), required=False, empty_label="None")
    notes = forms.CharField(required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(
        self, data: QueryDict | None, *, viewer: Any, lead: Lead, call: Call | None = None, opportunity: str = ""
    ) -> None:
        self.viewer, self.lead, self.call, self.about = viewer, lead, call, opportunity
        self.numbers = {str(phone.pk): phone.e164 or phone.number for phone in lead.phones.all()}
        super().__init__(data, initial=self._initial())
        shown = [(pk, shown_number(number, viewer=viewer)) for pk, number in self.numbers.items()]
        self._choice("phone").choices = [*shown, ("", "Another number")]
        opportunities = Opportunity.objects.filter(lead=lead)
        self._rows("opportunity").queryset = opportunities
        if opportunities:
            rows = self._rows("opportunity")
            # Django's own hook for the words of a choice.
            rows.label_from_instance = lambda obj: shown_text(str(obj), viewer=viewer)  # type: ignore[method-assign]
        else:
            del self.fields["opportunity"]
        self._offer_connectors(agent_of(viewer))

    def _initial(self) -> dict[str, Any]:
        call = self.call
        if call is None:
            now = timezone.localtime()
            return {"started_at": now, "phone": next(iter(self.numbers), ""), "opportunity": self.about}
        numbers = {number: pk for pk, number in self.numbers.items()}
        return {
            "direction": call.direction,
            "phone": numbers.get(call.customer_number, ""),
            "started_at": timezone.localtime(call.happened_at),
            "duration": clock_duration(call.duration_seconds),
            "status": call.status,
            "disposition": call.disposition,
            "opportunity": call.opportunity_id,
            "notes": shown_text(call.notes, viewer=self.viewer),
        }

    def _offer_connectors(self, agent: Agent | None) -> None:
        """Asked only where there is a choice; what is on offer as dispositions goes by the connector."""
        connectors = [self.call.connector] if self.call else connectors_to_log(agent)
        options = {option: None for connector in connectors for option in disposition_options(connector)}
        if options:
            choices = [("", "–"), *((option, option) for option in options)]
            self.fields["disposition"] = forms.ChoiceField(required=False, choices=choices)
        self._rows("connector").queryset = Connector.objects.filter(pk__in=[row.pk for row in connectors])
        self.single = connectors[0] if len(connectors) == 1 else None
        self.has_connector = bool(connectors)
        if len(connectors) < 2:
            del self.fields["connector"]

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        return field

    def _rows(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the type checker
        return field

    def clean(self) -> dict[str, Any]:
        """Without any connector there is no list of dispositions and no country to read numbers by."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.has_connector:
            raise ValidationError("Set up a connector first: a call is written down under one.")
        return cleaned

    def entry(self) -> ManualCall:
        """The call that a valid form tells of."""
        typed = self.cleaned_data
        known = self.call.notes if self.call else ""
        return ManualCall(
            lead=self.lead,
            connector=self.single or typed["connector"],
            direction=Direction(typed["direction"]),
            status=CallStatus(typed["status"]),
            customer_number=self.numbers.get(typed["phone"], ""),
            started_at=typed["started_at"],
            duration_seconds=typed["duration"],
            opportunity=typed.get("opportunity"),
            disposition=typed["disposition"],
            notes=text_to_keep(typed["notes"], known=known, writer=self.viewer),
        )
