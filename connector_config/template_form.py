"""The form of a request template with its ten header rows, as it stands inside a connector's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from connector_config.authentication_form import AuthenticationFormMixin
from connector_config.connector_checks import template_faults
from connector_config.form_fields import SecretChange, SecretField, TableField, changed_secret
from connector_config.masking import masked_body, masked_url, unmasked_body, unmasked_url
from connector_config.models import RequestHeader, RequestTemplate
from connector_config.models.request_template import MAX_HEADERS

_MASK_HELP = "*** stands for a value that is kept secret: leave it as it is, or type over it."


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The bound fields of one header, for the page."""

    name: forms.BoundField
    value: forms.BoundField
    secret_value: forms.BoundField
    is_secret: forms.BoundField


class TemplateForm(AuthenticationFormMixin):
    """A template and its headers. URL and body are shown with credentials masked, secret headers not at all."""

    purpose: str = ""

    url = forms.CharField(
        label="URL", required=True, strip=True, max_length=4000,
        widget=UnfoldAdminTextInputWidget(attrs={"class": "merge-fields", "spellcheck": "false"}),
        help_text=f"Type @ for the list of merge fields: https://api.example.com/call?agent=@agentNumber. {_MASK_HELP}",
    )  # fmt: skip
    body = forms.CharField(
        label="Body", required=False, strip=False,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"class": "merge-fields code", "spellcheck": "false"}),
        help_text=f'In JSON every merge field stands in quotes: {{"to": "@customerNumber"}}. {_MASK_HELP}',
    )  # fmt: skip
    method = forms.ChoiceField(
        choices=[(method.value, method.value) for method in RequestTemplate.Method], widget=UnfoldAdminSelectWidget(),
        initial=RequestTemplate.Method.POST,
    )  # fmt: skip
    values = TableField(
        label="Provider's words", placeholder="Call back = CB",
        help_text="Only where the provider wants another word than the agent picks, one a line: Call back = CB",
    )  # fmt: skip

    class Meta:
        model = RequestTemplate
        fields = [
            "is_enabled", "method", "url", "body_type", "body", "response_keyword", "failure_keyword",
            "success_path", "success_statuses", "expects_empty_answer", "call_id_path", "timeout_seconds", "field",
            "values",
        ]  # fmt: skip
        widgets = {"is_enabled": UnfoldBooleanSwitchWidget, "expects_empty_answer": UnfoldBooleanSwitchWidget}
        labels = {"body_type": "Body's type"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored_url, self.stored_body = self.instance.url, self.instance.body
        self.stored_body_type = self.instance.body_type
        self.instance.purpose = self.purpose
        if self.instance.pk:
            self.initial["url"] = masked_url(self.stored_url)
            self.initial["body"] = masked_body(self.stored_body, self.stored_body_type)
        if self.purpose != RequestTemplate.Purpose.DISPOSITION:
            for name in ("field", "values"):
                self.fields.pop(name, None)
        self.stored_headers = list(self.instance.headers.all()) if self.instance.pk else []
        self._add_header_fields()
        self.add_authentication_fields()

    def _add_header_fields(self) -> None:
        for index in range(MAX_HEADERS):
            stored = self.stored_headers[index] if index < len(self.stored_headers) else None
            is_hidden = bool(stored and stored.is_secret)
            self.fields |= {
                f"header_{index}_name": forms.CharField(
                    required=False, max_length=120, label=f"Header {index + 1}", initial=stored.name if stored else "",
                    widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "X-Api-Key" if index == 0 else ""}),
                ),
                f"header_{index}_value": forms.CharField(
                    required=False, label=f"Value of header {index + 1}",
                    initial=stored.value if stored and not is_hidden else "",
                    widget=UnfoldAdminTextInputWidget(attrs={"class": "merge-fields", "spellcheck": "false"}),
                ),
                f"header_{index}_secret_value": SecretField(label=f"Secret value of header {index + 1}"),
                f"header_{index}_is_secret": forms.BooleanField(
                    required=False, label=f"Header {index + 1} is secret", initial=is_hidden,
                    widget=UnfoldBooleanSwitchWidget(),
                ),
            }  # fmt: skip
            self.fields[f"header_{index}_secret_value"].widget.is_stored = is_hidden

    def header_rows(self) -> Iterator[HeaderRow]:
        """The ten rows, for the page."""
        for index in range(MAX_HEADERS):
            names = ("name", "value", "secret_value", "is_secret")
            yield HeaderRow(*(self[f"header_{index}_{name}"] for name in names))

    @property
    def used_header_count(self) -> int:
        """How many rows to show at first: those in use, and one more."""
        return min(MAX_HEADERS, len(self.stored_headers) + 1)

    def clean_url(self) -> str:
        """With masks replaced by what they stand for."""
        return unmasked_url(str(self.cleaned_data["url"]), self.stored_url or "")

    def clean_body(self) -> str:
        """With masks replaced by what they stand for, and line ends as the web sends them made plain."""
        body = str(self.cleaned_data.get("body") or "").replace("\r\n", "\n")
        return unmasked_body(body, self.stored_body or "", self.stored_body_type)

    def clean(self) -> dict[str, Any]:
        """Check headers with the rest; each mistake stands beside its field."""
        cleaned = super().clean() or self.cleaned_data
        self.headers = [header for index in range(MAX_HEADERS) if (header := self._header(index))]
        needs_field = self.purpose == RequestTemplate.Purpose.DISPOSITION and cleaned.get("is_enabled")
        if needs_field and not cleaned.get("field") and "field" not in self.errors:
            self.add_error(
                "field", "Choose the dropdown whose options are the dispositions, or make one with the plus."
            )
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # unknown to the stubs
        if self.instance.field_id is None:
            self.instance.field = None
        self.set_authentication()
        for fault in template_faults(self.instance, self.headers):
            name = self._field_of(fault.field)
            if name not in self.errors:
                self.add_error(name, fault.message)

    def _field_of(self, key: str) -> str:
        head, _, rest = key.partition(".")
        if head == "headers" and rest:
            position, _, part = rest.partition(".")
            header = self.headers[int(position)]
            is_hidden_value = part == "value" and header.is_secret
            return f"header_{header.position}_{'secret_value' if is_hidden_value else part}"
        if head == "authentication":
            return self.authentication_field_of(key)
        return "header_0_name" if head == "headers" else head

    def _header(self, index: int) -> RequestHeader | None:
        """The header of a row, None where its name is empty."""
        values = {name: self.cleaned_data.get(f"header_{index}_{name}") for name in ("name", "value", "is_secret")}
        name = str(values["name"] or "").strip()
        if not name:
            return None
        stored = self.stored_headers[index] if index < len(self.stored_headers) else None
        typed, is_secret = str(values["value"] or ""), bool(values["is_secret"])
        hidden = stored.value if stored and stored.is_secret else ""
        change = self.cleaned_data.get(f"header_{index}_secret_value", SecretChange.KEEP)
        secret = changed_secret(change, hidden) or typed
        if is_secret and not secret:
            self.add_error(f"header_{index}_secret_value", f"Type the value of {name}; nothing is stored yet.")
        return RequestHeader(position=index, name=name, value=secret if is_secret else typed, is_secret=is_secret)

    def save(self, commit: bool = True) -> RequestTemplate:
        """Store the template and replace its headers."""
        template = super().save(commit=commit)
        if commit:
            self._save_headers(template)
        return template

    def _save_headers(self, template: RequestTemplate) -> None:
        template.headers.all().delete()
        for position, header in enumerate(self.headers):
            header.template = template
            header.position = position
            header.save(force_insert=True)


class ClickToCallForm(TemplateForm):
    """Click to call."""

    purpose = RequestTemplate.Purpose.CLICK_TO_CALL


class DispositionForm(TemplateForm):
    """Disposition."""

    purpose = RequestTemplate.Purpose.DISPOSITION
