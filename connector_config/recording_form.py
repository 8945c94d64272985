"""The fields of a connector's form for its recordings: one for every setting of every kind of authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connector_config.form_fields import LinesField, SecretField, changed_secret
from connector_config.models import Connector
from connector_config.outgoing.authentication import normalised
from connector_config.recording_access import LABELS, SCHEMAS, RecordingAuthentication
from connector_config.verification import Setting

if TYPE_CHECKING:
    _ConnectorModelForm = forms.ModelForm[Connector]
else:
    _ConnectorModelForm = forms.ModelForm

PREFIX = "recording__"


def _settings() -> dict[str, Setting]:
    return {setting.name: setting for schema in SCHEMAS.values() for setting in schema}


def recording_field_names() -> list[str]:
    """The fields of all kinds' settings, in the order of the kinds."""
    return [f"{PREFIX}{name}" for name in _settings()]


def recording_conditions() -> dict[str, str]:
    """When each field is shown: an expression over the chosen kind, for the page's script."""
    conditions = {}
    for name in _settings():
        kinds = [str(kind) for kind, schema in SCHEMAS.items() if name in {setting.name for setting in schema}]
        conditions[f"{PREFIX}{name}"] = f"{kinds}.includes(recording_authentication)"
    return conditions | {
        "recording_hosts": f"recording_authentication != '{RecordingAuthentication.NONE}'",
        "recording_days": "keeps_recordings",
    }


class RecordingFormMixin(_ConnectorModelForm):
    """Adds the fields to a form of Connector; those of secrets never show what is stored."""

    recording_authentication = forms.ChoiceField(
        label="What opens a recording", choices=list(LABELS.items()), required=False, widget=UnfoldAdminSelectWidget(),
        help_text="Recordings are fetched by this server and played in our own pages; nobody sees their address.",
    )  # fmt: skip
    recording_hosts = LinesField(
        label="Hosts that get the credentials", placeholder="recordings.example.com",
        help_text="One a line: recordings.example.com, *.example.com, http://10.0.0.5:8088. They go nowhere else, "
        "whatever address a call log names. Same as click to call: empty means the host of its URL.",
    )  # fmt: skip

    def add_recording_fields(self) -> None:
        """To be called while the form is made, once its instance is there."""
        if "recording_authentication" not in self.fields:
            return  # a reader's form, or that of a new connector
        for name in _settings():
            field = self.fields.get(f"{PREFIX}{name}")
            stored = self.instance.recording_settings.get(name, "")
            if isinstance(field, SecretField):
                field.widget.is_stored = bool(stored)
            elif field is not None:
                self.initial[f"{PREFIX}{name}"] = stored

    def set_recording_settings(self) -> None:
        """Put what was typed into the instance: the chosen kind's settings; secrets of another kind go."""
        if "recording_authentication" not in self.fields:
            return
        kind = self.cleaned_data.get("recording_authentication") or RecordingAuthentication.NONE.value
        stored = {} if "recording_authentication" in self.changed_data else self.instance.recording_settings
        settings: dict[str, Any] = {}
        for setting in SCHEMAS.get(kind, ()):
            value = self.cleaned_data.get(f"{PREFIX}{setting.name}")
            if setting.secret and value is not None:
                value = changed_secret(value, stored.get(setting.name, ""))
            settings[setting.name] = value
        self.instance.recording_authentication = kind
        self.instance.recording_settings = normalised(settings)


def recording_setting_fields() -> dict[str, forms.Field]:
    """A form field for each setting, by its name."""
    return {f"{PREFIX}{setting.name}": _field(setting) for setting in _settings().values()}


def _field(setting: Setting) -> forms.Field:
    if setting.secret:
        help_text = setting.help or "Stored encrypted and never shown again."
        return SecretField(label=setting.label, help_text=help_text)
    return forms.CharField(
        label=setting.label, help_text=setting.help, required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false"}),
    )  # fmt: skip
