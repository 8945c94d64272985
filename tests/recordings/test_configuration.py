"""A connector's recordings in the configuration file and in the admin."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.test import Client

from connector_config.models import Connector
from connector_config.recording_access import may_get_credentials, parse_host
from connector_config.services.configuration import (
    ConfigurationFileError,
    export_configuration,
    import_configuration,
)
from tests import factories
from tests.admin.forms import errors_of, submit

pytestmark = pytest.mark.django_db

FULL = {
    "authentication": {"kind": "basic", "password": "s3cret-word", "username": "acme"},
    "hosts": ["recordings.acme.example", "*.storage.example", "http://10.0.0.5:8088"],
    "keep_copy": True,
    "keep_days": 30,
}


def imported(recordings: Any, **document: Any) -> Connector:
    connectors = [{"slug": "acme", "name": "Acme", "recordings": recordings}]
    import_configuration(yaml.safe_dump({"version": 1, "connectors": connectors, **document}).encode())
    return Connector.objects.get()


def exported(**options: bool) -> Any:
    return yaml.safe_load(export_configuration(**options))["connectors"][0]["recordings"]


def test_the_round_trip_is_identical() -> None:
    connector = imported(FULL)

    assert connector.recording_authentication == "basic"
    assert connector.recording_settings == {"username": "acme", "password": "s3cret-word"}
    assert (connector.keeps_recordings, connector.recording_days) == (True, 30)
    text = export_configuration(with_secrets=True)
    assert exported(with_secrets=True) == FULL
    Connector.objects.all().delete()
    import_configuration(text.encode())
    assert export_configuration(with_secrets=True) == text


def test_without_secrets_they_are_left_out_and_kept_on_import() -> None:
    imported(FULL)
    text = export_configuration()

    assert "s3cret-word" not in text
    assert exported()["authentication"] == {"kind": "basic", "username": "acme"}
    import_configuration(text.encode())
    assert Connector.objects.get().recording_settings["password"] == "s3cret-word"
    Connector.objects.all().delete()
    report = import_configuration(text.encode())
    assert any("recordings.authentication.password" in str(remark) for remark in report.remarks)


def test_a_secret_is_encrypted_in_the_database() -> None:
    imported(FULL)

    raw = Connector.objects.raw("SELECT id, recording_settings AS stored FROM connector_config_connector")
    assert "s3cret-word" not in raw[0].stored  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("recordings", "place"),
    [
        ({"authentication": {"kind": "basi"}}, "recordings.authentication.kind"),
        ({"authentication": {"kind": "bearer"}, "hosts": ["a.example"]}, "recordings.authentication.token"),
        ({"authentication": {"kind": "bearer", "token": "x"}}, "recordings.hosts"),
        ({"authentication": {"kind": "none", "token": "x"}}, "recordings.authentication.token"),
        ({"hosts": ["https://a.example/path"]}, "recordings.hosts[0]"),
        ({"hosts": ["a.example", "*.com"]}, "recordings.hosts[1]"),
        ({"keep_days": 0}, "recordings.keep_days"),
        ({"keep_copies": True}, "recordings.keep_copies"),
    ],
)
def test_mistakes_are_told_with_their_place(recordings: Any, place: str) -> None:
    with pytest.raises(ConfigurationFileError) as refused:
        imported(recordings)

    assert f"connectors[0].{place}" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "entry", "is_let_through"),
    [
        ("https://recordings.acme.example/1.mp3", "recordings.acme.example", True),
        ("https://RECORDINGS.acme.example:443/1.mp3", "recordings.acme.example", True),
        ("http://recordings.acme.example/1.mp3", "recordings.acme.example", False),
        ("https://recordings.acme.example:8443/", "recordings.acme.example", False),
        ("https://recordings.acme.example:8443/", "recordings.acme.example:8443", True),
        ("https://recordings.acme.example.evil.example/", "recordings.acme.example", False),
        ("https://evil.example/?recordings.acme.example", "recordings.acme.example", False),
        ("https://recordings.acme.example@evil.example/", "recordings.acme.example", False),
        ("https://evilacme.example/", "*.acme.example", False),
        ("https://acme.example/", "*.acme.example", False),
        ("https://a.b.acme.example/", "*.acme.example", True),
        ("http://10.0.0.5:8088/x", "http://10.0.0.5:8088", True),
        ("https://[broken", "recordings.acme.example", False),
        ("https://recordings.acme.example/", "not a host", False),
    ],
)
def test_credentials_go_to_listed_hosts_only(url: str, entry: str, is_let_through: bool) -> None:
    assert may_get_credentials(url, [entry]) is is_let_through


@pytest.mark.parametrize("entry", ["", "*", "*.com", "a.example/x", "u:p@a.example", "ftp://a.example", "a b.example"])
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError):
        parse_host(entry)


def test_the_admin_stores_a_secret_and_never_shows_it(client: Client) -> None:
    connector = factories.ConnectorFactory(slug="acme")
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    path = f"/admin/connector_config/connector/{connector.pk}/change/"

    refused = submit(client, path, "connector_form", recording_authentication="query", recording__parameter="token")
    first = submit(
        client, path, "connector_form", recording_authentication="query", recording__parameter="token",
        recording__query_value="s3cret-word", recording_hosts="recordings.acme.example", keeps_recordings="on",
        recording_days="14",
    )  # fmt: skip
    shown = client.get(path).content.decode()
    second = submit(client, path, "connector_form", recording_days="15")

    assert {error.partition(":")[0] for error in errors_of(refused)} == {"recording__query_value", "recording_hosts"}
    assert (errors_of(first), errors_of(second)) == ([], [])
    connector.refresh_from_db()
    assert connector.recording_settings == {"parameter": "token", "query_value": "s3cret-word"}
    assert (connector.keeps_recordings, connector.recording_days) == (True, 15)
    assert "s3cret-word" not in shown
    assert "What opens a recording" in shown


def test_who_may_only_read_sees_no_settings(client: Client) -> None:
    connector = imported(FULL)
    client.force_login(factories.UserFactory(is_staff=True))

    page = client.get(f"/admin/connector_config/connector/{connector.pk}/change/").content.decode()

    assert "recordings.acme.example" in page
    assert "s3cret-word" not in page
    assert "recording__" not in page
