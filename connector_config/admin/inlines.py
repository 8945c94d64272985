"""Rows inside a connector's page: virtual numbers, agents' ids, request templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import StackedInline, TabularInline

from connector_config.models import AgentMapping, Connector, RequestTemplate, VirtualNumber
from connector_config.template_form import ClickToCallForm, DispositionForm
from telephony_connector.common.phones import digits_of, to_e164

if TYPE_CHECKING:
    _NumberModelForm = forms.ModelForm[VirtualNumber]
    _NumberFormSet = forms.BaseInlineFormSet[VirtualNumber, Connector, _NumberModelForm]
else:
    _NumberModelForm = forms.ModelForm
    _NumberFormSet = forms.BaseInlineFormSet


class VirtualNumberForm(_NumberModelForm):
    """Reads the number with the connector's country."""

    def clean_number(self) -> str:
        """The number without outer blanks; short codes are allowed, words are not."""
        number = str(self.cleaned_data["number"]).strip()
        if not digits_of(number):
            raise forms.ValidationError(f"“{number}” is no telephone number. Write it as +91 90208 97874.")
        self.instance.e164 = to_e164(number, self.instance.connector.default_country)
        return number


class VirtualNumberFormSet(_NumberFormSet):
    """The numbers of one connector."""

    def clean(self) -> None:
        """One number at most is the default."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data")]
        if sum(bool(row.get("is_default")) and not row.get("DELETE") for row in rows) > 1:
            raise forms.ValidationError("Only one virtual number can be the default.")


class VirtualNumberInline(TabularInline):
    """The provider's numbers."""

    model = VirtualNumber
    form = VirtualNumberForm
    formset = VirtualNumberFormSet
    fields = ["number", "tag", "fallback_agent", "is_default", "callers"]
    hide_title = True
    autocomplete_fields = ["fallback_agent", "callers"]
    extra = 1
    template = "admin/connector_config/connector/rows.html"


class AgentMappingInline(TabularInline):
    """What the provider calls our agents."""

    model = AgentMapping
    fields = ["agent", "provider_agent_id"]
    hide_title = True
    autocomplete_fields = ["agent"]
    extra = 1
    template = "admin/connector_config/connector/rows.html"
    verbose_name = "agent's id"
    verbose_name_plural = "Agents' ids at the provider"


class TemplateInline(StackedInline):
    """The one request template of a purpose."""

    model = RequestTemplate
    purpose = ""
    extra = 1
    max_num = 1
    template = "admin/connector_config/connector/template.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RequestTemplate]:
        found: QuerySet[RequestTemplate] = super().get_queryset(request)
        return found.filter(purpose=self.purpose).prefetch_related("headers")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs["fields"] = self.form._meta.fields  # noqa: SLF001 - the form's own list, without its header rows
        return super().get_formset(request, obj, **kwargs)


class ClickToCallInline(TemplateInline):
    """The request that makes the provider call."""

    form = ClickToCallForm
    purpose = RequestTemplate.Purpose.CLICK_TO_CALL


class DispositionInline(TemplateInline):
    """The request that tells the provider how the call went."""

    form = DispositionForm
    purpose = RequestTemplate.Purpose.DISPOSITION
