"""The pages on mapping and presets name everything there is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from connector_config.mapping.derivations import DERIVATIONS
from connector_config.mapping.document import merge_mapping, parse_mapping
from connector_config.mapping.fields import FIELD_KINDS
from connector_config.mapping.transforms import transform_names
from connector_config.presets import load_preset, preset_names

DOCS = Path(__file__).parents[2] / "docs"
MAPPING_PAGE = (DOCS / "mapping.md").read_text(encoding="utf-8")
PRESETS_PAGE = (DOCS / "presets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*transform_names(), *DERIVATIONS, *FIELD_KINDS])
def test_the_mapping_page_names_it(name: str) -> None:
    assert name in MAPPING_PAGE


@pytest.mark.parametrize("name", preset_names())
def test_the_presets_page_tells_what_the_preset_says(name: str) -> None:
    preset = load_preset(name)
    [row] = [line for line in PRESETS_PAGE.splitlines() if line.startswith(f"| `{name}` |")]

    assert preset.title in row
    assert f"| {preset.verification['scheme']} | {preset.time_zone} |" in row
    assert row.endswith(f"| {preset.on_reject} |")


def test_the_examples_of_the_mapping_page_work() -> None:
    whole, own = [yaml.safe_load(part.split("```")[0]) for part in MAPPING_PAGE.split("```yaml\n")[1:]]

    assert parse_mapping(whole).rules
    assert parse_mapping(merge_mapping(load_preset("twilio").mapping, own["mapping"])).rules
