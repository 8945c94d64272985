"""Settings of how we send and when agents may call: checked when saved, the same in the file and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from connector_config.disposition_tasks import TaskRulesError, rules_as_text, rules_from_text, task_rule
from connector_config.models import Connector
from connector_config.services.cloning import clone_connector
from connector_config.services.configuration import (
    export_configuration,
    import_configuration,
)
from telephony_connector.common.certificates import CertificatesError, bundle_path, check_certificates
from tests.config.test_configuration_file import EXAMPLE, connector_file, problems_of
from tests.factories import AgentFactory, VirtualNumberFactory


@pytest.fixture(scope="module")
def certificate() -> str:
    """A certificate authority's own certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme authority")])
    now = timezone.now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.django_db
def test_the_rules_of_a_file_are_stored() -> None:
    import_configuration(EXAMPLE)

    connector = Connector.objects.get()
    assert (connector.rate_limit_per_minute, connector.calling_hours) == (60, "Mon-Sat 09:00-20:00")
    assert (connector.requires_disposition, connector.auto_dispose_minutes) == (True, 5)
    assert connector.disposition_tasks == {"Call back": {"title": "Call again", "days": 2}}
    number = connector.virtual_numbers.get()
    assert (number.is_default, [agent.email for agent in number.callers.all()]) == (True, ["asha@example.com"])


@pytest.mark.django_db
def test_certificates_survive_export_and_import(certificate: str) -> None:
    import_configuration(connector_file(ca_certificates=certificate).encode())
    exported = export_configuration(with_secrets=True)

    import_configuration(exported.encode())

    assert export_configuration(with_secrets=True) == exported
    assert yaml.safe_load(exported)["connectors"][0]["ca_certificates"] == certificate


@pytest.mark.django_db
def test_rules_without_a_request_make_no_request() -> None:
    rules = {"click_to_call": {"calling_hours": "Mon-Fri 09:00-18:00"}, "disposition": {"required": True}}

    import_configuration(connector_file(preset="exotel", **rules).encode())

    connector = Connector.objects.get()
    assert (connector.calling_hours, connector.requires_disposition) == ("Mon-Fri 09:00-18:00", True)
    assert not connector.request_templates.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"click_to_call": {"calling_hours": "always"}}, "connectors[0].click_to_call.calling_hours"),
        ({"rate_limit_per_minute": -1}, "connectors[0].rate_limit_per_minute"),
        ({"rate_limit_per_minute": 1_000_000}, "connectors[0].rate_limit_per_minute"),
        ({"rate_limit_per_minute": "many"}, "connectors[0].rate_limit_per_minute"),
        ({"disposition": {"auto_dispose_minutes": 5}}, "connectors[0].disposition.auto_disposition"),
        ({"disposition": {"tasks": {"Call back": {"days": 2}}}}, "connectors[0].disposition.tasks.Call back.title"),
        (
            {"disposition": {"tasks": {"Call back": {"title": "x", "days": -1}}}},
            "connectors[0].disposition.tasks.Call back",
        ),
        ({"ca_certificates": "-----BEGIN CERTIFICATE-----\nAAAA"}, "connectors[0].ca_certificates"),
        (
            {"virtual_numbers": [{"number": "+919020897874", "default": True}, {"number": "+1", "default": True}]},
            "connectors[0].virtual_numbers[1].default",
        ),
        (
            {"virtual_numbers": [{"number": "+919020897874", "callers": ["nobody@example.com"]}]},
            "connectors[0].virtual_numbers[0].callers[0]",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(keys: dict[str, Any], path: str) -> None:
    assert path in problems_of(connector_file(**keys))


@pytest.mark.django_db
def test_another_default_number_takes_the_place_of_the_first() -> None:
    numbers = [{"number": "+919020897874", "default": True}, {"number": "+919020897875"}]
    import_configuration(connector_file(virtual_numbers=numbers).encode())

    import_configuration(connector_file(virtual_numbers=[{"number": "+919020897875", "default": True}]).encode())

    assert [number.number for number in Connector.objects.get().virtual_numbers.filter(is_default=True)] == [
        "+919020897875"
    ]


@pytest.mark.django_db
def test_a_clone_has_the_same_callers() -> None:
    number = VirtualNumberFactory()
    agent = AgentFactory()
    number.callers.set([agent])

    clone = clone_connector(connector=number.connector)

    assert list(clone.virtual_numbers.get().callers.all()) == [agent]
    assert list(number.connector.virtual_numbers.get().callers.all()) == [agent]


def test_certificates_are_checked(certificate: str) -> None:
    check_certificates("")
    check_certificates(certificate * 2)
    secret = "-----BEGIN " + "PRIVATE KEY-----"
    for wrong in ("hello", certificate + secret, certificate[:60], "x" * 300_000):
        with pytest.raises(CertificatesError):
            check_certificates(wrong)


def test_a_bundle_is_written_once(certificate: str, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path

    first, second = bundle_path(certificate), bundle_path(f"{certificate}\n")

    assert (first == second, bundle_path("")) == (True, "")
    assert [file.read_text() for file in (tmp_path / "certificates").iterdir()] == [certificate]


def test_task_rules_read_what_they_write() -> None:
    rules: dict[str, dict[str, object]] = {
        "Call back": {"title": "Call again: soon", "days": 2},
        "Sold": {"title": "Thank", "days": 0},
    }

    assert rules_from_text(rules_as_text(rules)) == rules
    assert rules_from_text("Call back=1:Call") == {"Call back": {"title": "Call", "days": 1}}


@pytest.mark.parametrize(
    "line", ["Call back", "Call back = soon: x", "= 2 days: x", "Call back = 2 days:", "a = -1: x"]
)
def test_a_line_that_is_no_rule_is_refused(line: str) -> None:
    with pytest.raises(TaskRulesError, match="one a line"):
        rules_from_text(line)


@pytest.mark.parametrize(
    "stored", [{}, {"A": None}, {"A": {"title": ""}}, {"A": {"title": "x", "days": "2"}}, {"A": 3}]
)
def test_a_stored_rule_that_cannot_be_read_makes_no_task(stored: dict[str, object]) -> None:
    assert task_rule(stored, "A") is None
