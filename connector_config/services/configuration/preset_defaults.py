"""What choosing a preset brings to a new connector, unless the file says otherwise."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import yaml

from connector_config.configuration_schema import ConnectorEntry
from connector_config.presets import Preset, UnknownPresetError, load_preset
from connector_config.services.configuration import columns
from connector_config.services.configuration.authentication import with_default
from connector_config.services.configuration.parsing import parse_entry
from connector_config.services.configuration.problems import Problems
from connector_config.services.configuration.reading import read_yaml

EntryT = TypeVar("EntryT")


def with_preset_defaults(entry: ConnectorEntry) -> ConnectorEntry:
    """The entry with its preset's time zone, verification and templates where it says nothing.

    A template that the file does not mention comes disabled, for it lacks the account's own details. One given
    as ``{}`` takes nothing from the preset: such a connector has none. An unknown preset changes nothing.
    """
    try:
        preset = load_preset(entry.preset or "standard")
    except UnknownPresetError:
        return entry
    tree: dict[str, Any] = {"slug": entry.slug, "time_zone": preset.time_zone}
    tree |= _templates(preset, entry)
    entry = dataclasses.replace(entry, verification=_verification(preset, entry))
    parsed = parse_entry(ConnectorEntry, read_yaml(yaml.safe_dump(tree).encode()), entry.path, Problems())
    return _filled(entry, parsed) if parsed else entry


def _verification(preset: Preset, entry: ConnectorEntry) -> dict[str, object] | None:
    """The file's verification over the preset's, once a secret or the same scheme is given.

    Without a secret no scheme can prove anything: such a connector relies on the key in its hook URLs.
    """
    own = dict(entry.verification or {})
    scheme = preset.verification.get("scheme")
    is_presets = own.get("scheme", scheme) == scheme and ("scheme" in own or "secret" in own)
    return {**preset.verification, **own} if is_presets else (own or None)


def _templates(preset: Preset, entry: ConnectorEntry) -> dict[str, object]:
    templates: dict[str, object] = {}
    for key, template in (("click_to_call", preset.click_to_call), ("disposition", preset.disposition)):
        own = getattr(entry, key)
        if template and own is None:
            templates[key] = {**template, "enabled": False}
        elif template and columns.given_values(own, columns.DISPOSITION):
            templates[key] = dict(template)
    return templates


def _filled(entry: EntryT, defaults: EntryT) -> EntryT:
    missing: dict[str, Any] = {}
    for field in dataclasses.fields(defaults):  # type: ignore[arg-type]  # both are records of the schema
        own, default = getattr(entry, field.name), getattr(defaults, field.name)
        if own is None:
            missing[field.name] = default
        elif dataclasses.is_dataclass(own) and default is not None:
            missing[field.name] = _filled(own, default)
        elif field.name == "authentication":
            missing[field.name] = with_default(own, default)
    return dataclasses.replace(entry, **missing)  # type: ignore[type-var]
