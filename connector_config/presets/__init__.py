"""Presets: for each known provider a file with a starting set of settings; nothing but data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml

from connector_config.mapping.merging import merge_mapping
from connector_config.presets.replies import Reply

_FOLDER = Path(__file__).parent
_DEFAULT_REPLY = "default"


class UnknownPresetError(LookupError):
    """There is no preset of that name."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider's starting settings. Shared and cached: the documents in it are not to be changed, only copied.

    ``verification`` is ``{"scheme": …, …}`` without secrets; ``on_reject`` the HTTP status for a request that cannot
    be normalised; ``replies`` by endpoint; ``mapping`` a mapping document (docs/mapping.md); ``click_to_call`` and
    ``disposition`` request templates in the shape of a connector's YAML, empty where the provider has none.
    """

    name: str
    title: str
    description: str
    link: str
    time_zone: str
    verification: Mapping[str, object]
    on_reject: int
    replies: Mapping[str, Reply]
    mapping: Mapping[str, object]
    click_to_call: Mapping[str, object] = field(default_factory=dict)
    disposition: Mapping[str, object] = field(default_factory=dict)

    def reply_for(self, endpoint: str) -> Reply:
        """The answer to an accepted request at ``endpoint``."""
        return self.replies.get(endpoint) or self.replies.get(_DEFAULT_REPLY) or Reply()


@lru_cache(maxsize=1)
def preset_names() -> list[str]:
    """Every preset's name, ``standard`` first, the others by alphabet."""
    names = sorted(path.stem for path in _FOLDER.glob("*.yaml"))
    return sorted(names, key=lambda name: (name != "standard", name))


@lru_cache(maxsize=128)
def load_preset(name: str) -> Preset:
    """The preset called ``name``. Raises UnknownPresetError."""
    if name not in preset_names():
        raise UnknownPresetError(f"there is no preset {name!r}; there are {', '.join(preset_names())}")
    document = cast(dict[str, object], yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    mapping = _entries(document.get("mapping", {}))
    if "extends" in document:
        mapping = merge_mapping(load_preset(str(document["extends"])).mapping, mapping)
    return Preset(
        name=name,
        title=str(document["title"]),
        description=str(document["description"]),
        link=str(document.get("link", "")),
        time_zone=str(document.get("time_zone", "UTC")),
        verification=_entries(document.get("verification", {"scheme": "none"})),
        on_reject=int(str(document.get("on_reject", 422))),
        replies=_replies(_entries(document.get("reply", {}))),
        mapping=mapping,
        click_to_call=_entries(document.get("click_to_call", {})),
        disposition=_entries(document.get("disposition", {})),
    )


def _entries(value: object) -> dict[str, object]:
    return {str(key): item for key, item in cast(dict[object, object], value).items()}


def _replies(document: Mapping[str, object]) -> dict[str, Reply]:
    if document and not any(isinstance(entry, dict) for entry in document.values()):
        document = {_DEFAULT_REPLY: document}
    replies: dict[str, Reply] = {}
    for endpoint, entry in document.items():
        parts = _entries(entry)
        replies[endpoint] = Reply(
            status=int(str(parts.get("status", 200))),
            content_type=str(parts.get("content_type", "application/json")),
            body=str(parts.get("body", Reply().body)),
        )
    return replies
