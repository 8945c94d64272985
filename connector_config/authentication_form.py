"""The fields of a request template's form for its authentication: one for every setting of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connector_config.form_fields import SecretField, changed_secret
from connector_config.models import RequestTemplate
from connector_config.outgoing.authentication import KINDS, normalised
from connector_config.verification import Setting

if TYPE_CHECKING:
    _TemplateModelForm = forms.ModelForm[RequestTemplate]
else:
    _TemplateModelForm = forms.ModelForm

PREFIX = "authentication__"
KIND = "authentication_kind"


@dataclass(frozen=True, slots=True)
class AuthenticationField:
    """A bound field, and the kinds that have it, parted by blanks, for the page's script."""

    field: forms.BoundField
    kinds: str


class AuthenticationFormMixin(_TemplateModelForm):
    """Adds the fields to a form of RequestTemplate. The page shows those of the chosen kind."""

    def add_authentication_fields(self) -> None:
        """To be called while the form is made, once its instance is there."""
        stored = self.instance.authentication_settings or {}
        self.fields[KIND] = forms.ChoiceField(
            label="How we prove ourselves to the provider",
            choices=[(name, kind.label) for name, kind in KINDS.items()],
            initial=self.instance.authentication_kind, required=False, widget=UnfoldAdminSelectWidget(),
            help_text="Secrets are stored encrypted and never shown again.",
        )  # fmt: skip
        for setting in _settings():
            field = _field(setting)
            field.initial = (
                None if setting.secret else stored.get(setting.name) or (setting.default if setting.choices else "")
            )
            if isinstance(field, SecretField):
                field.widget.is_stored = bool(stored.get(setting.name))
            self.fields[f"{PREFIX}{setting.name}"] = field

    def authentication_fields(self) -> Iterator[AuthenticationField]:
        """The settings, for the page."""
        for setting in _settings():
            kinds = [name for name, kind in KINDS.items() if setting.name in {own.name for own in kind.settings_schema}]
            yield AuthenticationField(self[f"{PREFIX}{setting.name}"], " ".join(kinds))

    def set_authentication(self) -> None:
        """Put what was typed into the instance: the chosen kind's settings; secrets of another kind go."""
        kind = str(self.cleaned_data.get(KIND) or "none")
        is_same = kind == self.instance.authentication_kind
        stored: dict[str, Any] = self.instance.authentication_settings if is_same else {}
        settings: dict[str, Any] = {}
        for setting in KINDS[kind].settings_schema if kind in KINDS else ():
            value = self.cleaned_data.get(f"{PREFIX}{setting.name}")
            if setting.secret and value is not None:
                value = changed_secret(value, stored.get(setting.name, ""))
            settings[setting.name] = value
        self.instance.authentication_kind = kind
        self.instance.authentication_settings = normalised(settings)

    def authentication_field_of(self, fault: str) -> str:
        """The form's field of a fault's: ``authentication.kind``, ``authentication.secret``."""
        name = fault.removeprefix("authentication.")
        return f"{PREFIX}{name}" if f"{PREFIX}{name}" in self.fields else KIND


def _settings() -> list[Setting]:
    """Every setting once, in the order of the kinds."""
    found: dict[str, Setting] = {}
    for kind in KINDS.values():
        for setting in kind.settings_schema:
            found.setdefault(setting.name, setting)
    return list(found.values())


def _field(setting: Setting) -> forms.Field:
    if setting.secret:
        return SecretField(label=setting.label, help_text=setting.help)
    if setting.choices:
        choices = [(choice, choice) for choice in setting.choices]
        first = [] if setting.default else [("", "–")]
        return forms.ChoiceField(
            label=setting.label, help_text=setting.help, required=False, choices=[*first, *choices],
            widget=UnfoldAdminSelectWidget(),
        )  # fmt: skip
    attrs = {"placeholder": setting.default, "spellcheck": "false"}
    return forms.CharField(
        label=setting.label, help_text=setting.help, required=False, widget=UnfoldAdminTextInputWidget(attrs=attrs)
    )
