"""The demo, loaded once into an empty system."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from django.contrib.auth.models import User

from connector_config.models import Connector, DispositionField, VirtualNumber
from connector_config.services.demo import is_system_empty, load_demo, startup_summary
from crm.models import Agent, AgentPhone, Lead, LeadPhone, Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_demo_enters_an_empty_system_once(data_dir: Path) -> None:
    assert load_demo() is True
    credentials = (data_dir / "demo-credentials.txt").read_text()

    assert load_demo() is False
    assert (data_dir / "demo-credentials.txt").read_text() == credentials
    assert Connector.objects.get().slug == "demo"
    assert Agent.objects.count() == 2
    assert Lead.objects.count() == 8


def test_the_demo_stays_out_of_a_system_in_use() -> None:
    TeamFactory()

    assert is_system_empty() is False
    assert load_demo() is False
    assert not Connector.objects.exists()


def test_passwords_are_private_and_work_and_survive_a_lost_database(data_dir: Path) -> None:
    load_demo()
    file = data_dir / "demo-credentials.txt"
    before = file.read_text()
    password = dict(line.split() for line in before.splitlines()[1:])["admin@demo.invalid"]
    for model in (Connector, Lead, Agent, User, Team, DispositionField):
        model.objects.all().delete()

    load_demo()

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == before
    admin = User.objects.get(username="admin@demo.invalid")
    assert admin.is_superuser
    assert admin.check_password(password)


def test_every_demo_number_is_fiction() -> None:
    load_demo()

    numbers = {
        *LeadPhone.objects.values_list("e164", flat=True),
        *AgentPhone.objects.values_list("e164", flat=True),
        *VirtualNumber.objects.values_list("e164", flat=True),
    }

    assert all(number.startswith(("+4420794600", "+4420794601")) or "55501" in number for number in numbers)
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers)


def test_the_summary_names_users_hooks_and_one_curl_line() -> None:
    load_demo()

    lines = startup_summary()

    key = Connector.objects.get().hook_key
    assert any("admin@demo.invalid" in line for line in lines)
    assert sum(f"/hooks/{key}/" in line and "curl" not in line for line in lines) == 8
    curl = next(line for line in lines if "curl" in line)
    assert shlex.split(curl)[-1].endswith(f"/hooks/{key}/agent-popup")


def test_there_is_nothing_to_tell_without_the_demo() -> None:
    assert startup_summary() == []
