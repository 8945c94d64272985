"""What a dry run is about: agent and lead, for a disposition the call and what was picked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from calls.dry_run.services import DryRun, click_to_call_run, disposition_run
from calls.models import Call, OutboundRequest
from calls.services.dispositions import disposition_options
from connector_config.models import Connector, RequestTemplate, VirtualNumber
from crm.models import Agent, Lead


def _chosen_by_search(column: str) -> AutocompleteSelect:
    """A box that searches the rows of one of OutboundRequest's foreign keys; thousands of leads fit in no list."""
    return AutocompleteSelect(OutboundRequest._meta.get_field(column), admin.site)  # noqa: SLF001 - Django's public API


class DryRunForm(forms.Form):
    """Common to both purposes; ``sink_status`` and ``sink_body`` are the local sink's answer."""

    agent = forms.ModelChoiceField(Agent.objects.all(), widget=_chosen_by_search("agent"))
    lead = forms.ModelChoiceField(Lead.objects.all(), required=False, widget=_chosen_by_search("lead"))
    sink_status = forms.IntegerField(
        label="Its status", min_value=100, max_value=599, initial=200, required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    sink_body = forms.CharField(
        label="Its body", required=False, strip=False, initial='{"status":"success"}',
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
        help_text="Paste an answer from the provider's documentation to see what your success rules make of it.",
    )  # fmt: skip
    subject_fields: tuple[str, ...] = ("agent", "lead")

    def __init__(self, connector: Connector, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connector

    def subjects(self) -> list[forms.BoundField]:
        """The fields that choose what the request is about."""
        return [self[name] for name in self.subject_fields]

    def clean_sink_status(self) -> int:
        """200 where nothing is entered."""
        return int(self.cleaned_data.get("sink_status") or 200)

    def run(self) -> DryRun:
        """The request for what was chosen. Raises DryRunError and, for a click, ClickToCallRefusedError."""
        raise NotImplementedError


class ClickToCallRunForm(DryRunForm):
    """A click: the number given, else the lead's first."""

    phone = forms.CharField(
        label="Number", required=False, max_length=40, widget=UnfoldAdminTextInputWidget(),
        help_text="Instead of the lead's first number.",
    )  # fmt: skip
    virtual_number = forms.ModelChoiceField(
        VirtualNumber.objects.none(), required=False, widget=UnfoldAdminSelectWidget(),
        empty_label="As for a real click",
    )  # fmt: skip
    subject_fields = ("agent", "lead", "phone", "virtual_number")

    def __init__(self, connector: Connector, *args: Any, **kwargs: Any) -> None:
        super().__init__(connector, *args, **kwargs)
        numbers: Any = self.fields["virtual_number"]
        numbers.queryset = connector.virtual_numbers.all()

    def run(self) -> DryRun:
        data = self.cleaned_data
        return click_to_call_run(
            connector=self.connector,
            agent=data["agent"],
            lead=data["lead"],
            phone=data["phone"],
            virtual_number=data["virtual_number"],
        )


class DispositionRunForm(DryRunForm):
    """A disposition of a call, or of a sample call of the lead."""

    call = forms.ModelChoiceField(
        Call.objects.select_related("lead", "opportunity", "connector", "virtual_number"),
        required=False, widget=_chosen_by_search("call"),
        help_text="A call of this connector. Empty: a sample call of the lead, with the session id dry-run.",
    )  # fmt: skip
    value = forms.CharField(label="Disposition", max_length=120, widget=UnfoldAdminTextInputWidget())
    notes = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))
    subject_fields = ("agent", "lead", "call", "value", "notes")

    def __init__(self, connector: Connector, *args: Any, **kwargs: Any) -> None:
        super().__init__(connector, *args, **kwargs)
        options = disposition_options(connector)
        if options:
            choices = [(option, option) for option in options]
            self.fields["value"] = forms.ChoiceField(
                label="Disposition", choices=choices, widget=UnfoldAdminSelectWidget()
            )

    def clean_call(self) -> Call | None:
        """Only a call of this connector: the autocomplete finds those of all."""
        call: Call | None = self.cleaned_data["call"]
        if call is not None and call.connector_id != self.connector.pk:
            raise forms.ValidationError(f"This call came through {call.connector.name}.")
        return call

    def run(self) -> DryRun:
        data = self.cleaned_data
        return disposition_run(
            connector=self.connector,
            agent=data["agent"],
            call=data["call"],
            lead=data["lead"],
            value=data["value"],
            notes=data["notes"],
        )


FORMS: dict[str, type[DryRunForm]] = {
    RequestTemplate.Purpose.CLICK_TO_CALL: ClickToCallRunForm,
    RequestTemplate.Purpose.DISPOSITION: DispositionRunForm,
}
"""The form of each purpose."""
