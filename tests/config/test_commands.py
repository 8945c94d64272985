"""The commands import_config, export_config and connector_urls."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connector_config.models import Connector
from crm.models import Agent
from tests.factories import ConnectorFactory

pytestmark = pytest.mark.django_db

EXAMPLE = Path(__file__).parent / "example.yaml"


def output_of(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_import_config_tells_what_it_made() -> None:
    said = output_of("import_config", str(EXAMPLE))

    assert "1 × connector" in said
    assert Connector.objects.get().slug == "acme"


def test_import_config_with_dry_run_stores_nothing() -> None:
    said = output_of("import_config", str(EXAMPLE), "--dry-run")

    assert said.startswith("Dry run, nothing stored.")
    assert not Agent.objects.exists()


def test_import_config_names_each_mistake_on_a_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("version: 1\nconnectors: [{slug: a}]\nagent: []\n")

    with pytest.raises(CommandError) as caught:
        call_command("import_config", str(file))

    assert "  connectors[0].name: This field cannot be blank." in str(caught.value).splitlines()
    assert "  agent: unknown key; did you mean agents?" in str(caught.value).splitlines()


def test_import_config_names_a_file_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_config", "/nonexistent.yaml")


def test_export_config_writes_a_private_file(tmp_path: Path) -> None:
    call_command("import_config", str(EXAMPLE), stdout=io.StringIO())
    file = tmp_path / "out.yaml"

    call_command("export_config", "--with-secrets", "--output", str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == output_of("export_config", "--with-secrets")


def test_connector_urls_prints_json_alone() -> None:
    connector = ConnectorFactory(slug="acme")
    ConnectorFactory(slug="other")

    urls = json.loads(output_of("connector_urls", "acme", "--json"))

    assert list(urls) == ["acme"]
    assert urls["acme"]["call-log"].endswith(f"/hooks/{connector.hook_key}/call-log")


def test_connector_urls_prints_all_without_a_slug() -> None:
    ConnectorFactory(slug="acme")
    ConnectorFactory(slug="other")

    assert list(json.loads(output_of("connector_urls", "--json"))) == ["acme", "other"]
    assert "agent-popup" in output_of("connector_urls")


def test_connector_urls_refuses_an_unknown_slug() -> None:
    with pytest.raises(CommandError, match="no connector 'acme'"):
        call_command("connector_urls", "acme")
