"""The form of a connector: all that is not a row of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from connector_config.connector_checks import Fault, closest_zone, connector_faults
from connector_config.form_fields import LinesField, SecretField, TaskRulesField, changed_secret
from connector_config.frame_permissions import FEATURES, WINDOWS
from connector_config.models import Connector
from connector_config.presets import load_preset, preset_names
from connector_config.recording_form import PREFIX as RECORDING_PREFIX
from connector_config.recording_form import RecordingFormMixin, recording_setting_fields
from connector_config.verification import VERIFIERS, Setting

if TYPE_CHECKING:
    _ConnectorModelForm = forms.ModelForm[Connector]
else:
    _ConnectorModelForm = forms.ModelForm

SETTING_PREFIX = "verification__"
_IP_ALLOW_LIST = "ip_allow_list"


def preset_choices() -> list[tuple[str, str]]:
    """Every preset with its title."""
    return [(name, load_preset(name).title) for name in preset_names()]


def scheme_choices() -> list[tuple[str, str]]:
    """Every verification scheme with its label."""
    return [(scheme, verifier.label) for scheme, verifier in VERIFIERS.items()]


_WITH_MERGE_FIELDS = frozenset({"popup_external_url", "panel_url", "call_route_body"})
"""Where typing @ opens the list of merge fields, as it does in request templates."""


class PrettyJSONField(forms.JSONField):
    """JSON as people can read it."""

    def prepare_value(self, value: Any) -> Any:
        """Indented; text that was typed stays as it was."""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


SHORT_NAME_ERRORS = {
    "invalid": "Write letters, digits and hyphens only, such as acme-telecom.",
    "unique": "Another connector has this short name already; choose a different one.",
}


class _ZoneMixin:
    """Reads a time zone in any case."""

    cleaned_data: dict[str, Any]

    def clean_time_zone(self) -> str:
        """``asia/kolkata`` → ``Asia/Kolkata``; what is none stays, to be refused with the closest name."""
        written = str(self.cleaned_data.get("time_zone") or "").strip()
        like = closest_zone(written) if written else ""
        return like if like.lower() == written.lower() else written


class NewConnectorForm(_ZoneMixin, _ConnectorModelForm):
    """The first page of a new connector: who the provider is. Everything else has a default from the preset."""

    preset = forms.ChoiceField(
        choices=preset_choices, widget=UnfoldAdminSelectWidget(),
        help_text="Your provider, if it is listed; else Standard, or Custom where you cannot choose the field names.",
    )  # fmt: skip
    time_zone = forms.CharField(
        required=False, max_length=60, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "from the preset"}),
        help_text="For times that the provider sends without a zone, such as Asia/Kolkata. Blank: the preset's.",
    )  # fmt: skip

    class Meta:
        model = Connector
        fields = ["name", "slug", "preset", "default_country", "time_zone"]
        error_messages = {"slug": SHORT_NAME_ERRORS}

    def clean(self) -> dict[str, Any]:
        """Country in capitals, and the preset's time zone where none is given."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["default_country"] = str(cleaned.get("default_country") or "").upper()
        if cleaned.get("preset") and not cleaned.get("time_zone"):
            cleaned["time_zone"] = load_preset(cleaned["preset"]).time_zone
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # unknown to the stubs
        add_faults(self, [fault for fault in connector_faults(self.instance) if fault.column in self.fields])


class ConnectorForm(_ZoneMixin, RecordingFormMixin):
    """The connector's own columns. Settings of the verification scheme are fields ``verification__…``."""

    preset = forms.ChoiceField(choices=preset_choices, widget=UnfoldAdminSelectWidget())
    excluded_numbers = LinesField(
        placeholder="+91 11 4000 0000",
        help_text="Internal numbers, one a line, which never make or match a lead (nor do agents' own numbers).",
    )
    allowed_networks = LinesField(
        placeholder="10.0.0.0/8:8088",
        help_text="Private networks that our requests may go to, one a line. Public addresses are always allowed.",
    )
    ip_allow_list = LinesField(
        label="Addresses allowed", placeholder="103.21.77.0/24",
        help_text="Addresses and networks from which the provider calls, one a line. Empty: any.",
    )  # fmt: skip
    ca_certificates = forms.CharField(
        label="Certificates of authority", required=False, strip=True,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 3, "class": "code", "spellcheck": "false", "placeholder": "-----BEGIN CERTIFICATE-----"}
        ),
        help_text="For a provider with a certificate authority of its own: its certificates in PEM form. They are "
        "trusted in place of the public ones. Empty: the public ones.",
    )  # fmt: skip
    disposition_tasks = TaskRulesField(
        label="Tasks after a disposition",
        help_text="What the agent is to do next, one a line: Call back = 2 days: Call again",
    )
    verification_scheme = forms.ChoiceField(
        label="How the provider proves itself", choices=scheme_choices, widget=UnfoldAdminSelectWidget(),
        help_text="None leaves the secret key in the hook URL as the only proof.",
    )  # fmt: skip
    show_advanced = forms.BooleanField(
        label="Show advanced settings", required=False, widget=UnfoldBooleanSwitchWidget(),
        help_text="They have defaults that are right for nearly everybody.",
    )  # fmt: skip
    server_credential = SecretField(
        label="Server credential",
        help_text="The provider's server sends it as Authorization: Bearer … for single sign-on and lead details. "
        "“New server credential” above makes a strong one.",
    )
    previous_server_credential = SecretField(
        label="Previous server credential",
        help_text="Still accepted. Clear it once the provider's server sends the new one.",
    )
    embed_origins = LinesField(
        label="Pages may be embedded by", placeholder="https://desktop.example.com",
        help_text="Origins, one a line, whose pages may show ours in a frame: the provider's agent desktop, or the web "
        "CRM that loads connector.js. No paths, no wildcards. Empty: nobody's.",
    )  # fmt: skip
    frame_permissions = LinesField(
        label="What these pages may do", placeholder="microphone",
        help_text=f"One a line, of {', '.join((*FEATURES, *WINDOWS))}. A softphone needs the microphone; a page of "
        "yours in the popup mostly nothing.",
    )  # fmt: skip
    mapping = PrettyJSONField(
        label="Rules of your own", required=False,
        error_messages={"invalid": "Enter a valid JSON. The mapping editor writes it for you."},
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
        help_text="Added to the preset's rules, or in place of those of the same name. {} leaves the preset as it is.",
    )  # fmt: skip

    class Meta:
        model = Connector
        exclude = ["verification_settings", "verification_secrets", "recording_settings", "config_version"]
        help_texts = {
            "hook_key": "The secret part of the hook URLs. When it changes, the URLs at the provider must change too.",
            "is_enabled": "Off: the provider's requests are answered with 404, and nothing is recorded.",
        }
        error_messages = {"slug": SHORT_NAME_ERRORS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_recording_fields()
        for name in _WITH_MERGE_FIELDS & self.fields.keys():
            attributes = self.fields[name].widget.attrs
            attributes["class"] = f"{attributes.get('class', '')} merge-fields".strip()
        secrets = self.instance.verification_secrets or {}
        for name in ("server_credential", "previous_server_credential"):
            if field := self.fields.get(name):
                field.widget.is_stored = bool(getattr(self.instance, name))
                self.initial.pop(name, None)
        for name, field in self.fields.items():
            setting = name.removeprefix(SETTING_PREFIX)
            if setting == name:
                continue
            if isinstance(field, SecretField):
                field.widget.is_stored = bool(secrets.get(setting))
            else:
                self.initial[name] = self.instance.verification_settings.get(setting, "")

    def clean_mapping(self) -> Any:
        """An empty box means no rules."""
        value = self.cleaned_data.get("mapping") or {}
        if not isinstance(value, dict):
            raise forms.ValidationError("The rules must be a JSON object: {…}")
        return value

    def clean_default_country(self) -> str:
        """In capitals."""
        return str(self.cleaned_data.get("default_country") or "").upper()

    def clean_ca_certificates(self) -> str:
        """With line ends as the web sends them made plain."""
        return str(self.cleaned_data.get("ca_certificates") or "").replace("\r\n", "\n")

    def clean_server_credential(self) -> str:
        """The new one, or the one that is stored."""
        return changed_secret(self.cleaned_data["server_credential"], self.instance.server_credential)

    def clean_previous_server_credential(self) -> str:
        """As above."""
        return changed_secret(self.cleaned_data["previous_server_credential"], self.instance.previous_server_credential)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # unknown to the stubs
        self._set_verification()
        self.set_recording_settings()
        add_faults(self, connector_faults(self.instance))

    def _set_verification(self) -> None:
        """Keep the settings that the chosen scheme has; secrets of another scheme go."""
        verifier = VERIFIERS.get(self.instance.verification_scheme)
        stored = self.instance.verification_secrets if "verification_scheme" not in self.changed_data else {}
        settings: dict[str, Any] = {}
        secrets: dict[str, str] = {}
        for setting in verifier.settings_schema if verifier else ():
            value = self.cleaned_data.get(f"{SETTING_PREFIX}{setting.name}")
            if setting.secret and value is not None:
                secrets[setting.name] = changed_secret(value, stored.get(setting.name, ""))
            elif value:
                settings[setting.name] = value
        self.instance.verification_settings = settings
        self.instance.verification_secrets = {name: secret for name, secret in secrets.items() if secret}


def add_faults(form: forms.ModelForm[Connector], faults: Iterable[Fault]) -> None:
    """Put each mistake beside its field, unless that has one already."""
    for fault in faults:
        name = _field_of(fault)
        is_inside_list = fault.inner.startswith("[")
        place = f"{fault.inner}: " if fault.column == "mapping" and fault.inner and not is_inside_list else ""
        if name in form.fields:
            form.add_error(name, f"{place}{fault.message}")
        else:
            form.add_error(None, f"{fault.column} {fault.inner}: {fault.message}")


def _field_of(fault: Fault) -> str:
    if fault.column in {"verification_settings", "verification_secrets"}:
        return f"{SETTING_PREFIX}{fault.inner}"
    if fault.column in {"recording_settings", "recording_secrets"}:
        return f"{RECORDING_PREFIX}{fault.inner}"
    return fault.column


def _setting_field(setting: Setting) -> forms.Field:
    if setting.secret:
        # Schemes call it token, password or key, and share the field.
        is_current = setting.name == "secret"
        help_text = "The token, password or signing key that the provider shows you." if is_current else setting.help
        return SecretField(label="Secret" if is_current else "Previous secret", help_text=help_text)
    attrs = {"placeholder": _shared_default(setting.name), "spellcheck": "false"}
    help_text = setting.help
    if setting.choices:
        help_text = f"{setting.help} One of {', '.join(setting.choices)}.".strip()
    return forms.CharField(
        label=setting.label, help_text=help_text, required=False, widget=UnfoldAdminTextInputWidget(attrs=attrs)
    )


def _shared_default(name: str) -> str:
    """The default, where it is the same in every scheme that has the setting."""
    defaults = {
        setting.default
        for verifier in VERIFIERS.values()
        for setting in verifier.settings_schema
        if setting.name == name
    }
    return defaults.pop() if len(defaults) == 1 else ""


def _settings_by_name() -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for verifier in VERIFIERS.values():
        for setting in verifier.settings_schema:
            if setting.name != _IP_ALLOW_LIST:
                found.setdefault(setting.name, setting)
    return found


def setting_field_names() -> list[str]:
    """The fields of all schemes' settings, in the order of the schemes."""
    return [f"{SETTING_PREFIX}{name}" for name in _settings_by_name()]


def setting_conditions() -> dict[str, str]:
    """When each of these fields is shown: an expression over the chosen scheme, for the page's script."""
    conditions = {}
    for name in _settings_by_name():
        usual, advanced = _schemes_with(name, is_advanced=False), _schemes_with(name, is_advanced=True)
        shown = [f"{usual}.includes(verification_scheme)"] if usual else []
        shown += [f"(show_advanced && {advanced}.includes(verification_scheme))"] if advanced else []
        conditions[f"{SETTING_PREFIX}{name}"] = " || ".join(shown)
    return conditions


def _schemes_with(name: str, *, is_advanced: bool) -> list[str]:
    return [
        scheme
        for scheme, verifier in VERIFIERS.items()
        if any(setting.name == name and setting.advanced is is_advanced for setting in verifier.settings_schema)
    ]


FullConnectorForm = type(
    "FullConnectorForm",
    (ConnectorForm,),
    {f"{SETTING_PREFIX}{name}": _setting_field(setting) for name, setting in _settings_by_name().items()}
    | recording_setting_fields(),
)
"""ConnectorForm with a field for every setting of every verification scheme."""
