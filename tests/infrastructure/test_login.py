"""Guessing passwords at the doors that take one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from telephony_connector import login
from tests.factories import PASSWORD, AgentFactory, ConnectorFactory, UserFactory

pytestmark = pytest.mark.django_db
DOORS = ["/login/", "/admin/login/", "/embed/acme/sign-in/"]


@pytest.fixture(autouse=True)
def _nobody_guessed_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def username() -> str:
    ConnectorFactory(slug="acme")
    return str(AgentFactory(user=UserFactory(username="asha@example.com", is_staff=True)).user.username)


def log_in(door: str, username: str, password: str, address: str = "198.51.100.1") -> Any:
    return Client().post(door, {"username": username, "password": password}, REMOTE_ADDR=address)


def guess(door: str, username: str, times: int, address: str = "198.51.100.1") -> None:
    for number in range(times):
        log_in(door, username, f"guess {number}", address)


@pytest.mark.parametrize("door", DOORS)
def test_account_is_held_back_after_some_guesses_and_says_so(door: str, username: str) -> None:
    guess(door, username, login.MOST_FOR_ACCOUNT - 1)
    assert log_in(door, username, PASSWORD).status_code == 302
    guess(door, username, login.MOST_FOR_ACCOUNT)

    refused = log_in(door, username.upper(), PASSWORD)
    later = timezone.now() + timedelta(seconds=login.HOLD_SECONDS + 1)
    with time_machine.travel(later, tick=False):
        again = log_in(door, username, PASSWORD)

    assert refused.status_code == 200
    assert "Too many wrong passwords" in refused.content.decode()
    assert again.status_code == 302


@pytest.mark.parametrize("door", DOORS)
def test_capitals_in_an_e_mail_keep_nobody_out(door: str, username: str) -> None:
    assert log_in(door, "Asha@Example.com", PASSWORD).status_code == 302
    assert log_in(door, "Asha@Example.com", "guess").status_code == 200


def test_users_whose_names_differ_by_capitals_alone_are_told_apart(username: str) -> None:
    other = UserFactory(username="Asha@example.com")
    other.set_password("another long password")
    other.save()

    assert log_in("/login/", "Asha@example.com", "another long password").status_code == 302
    assert log_in("/login/", username, PASSWORD).status_code == 302
    assert log_in("/login/", username, "another long password").status_code == 200


def test_others_log_in_meanwhile(username: str) -> None:
    UserFactory(username="tom@example.com")
    guess("/login/", username, login.MOST_FOR_ACCOUNT)

    assert log_in("/login/", "tom@example.com", PASSWORD).status_code == 302
    assert log_in("/login/", username, PASSWORD, "198.51.100.2").status_code == 302


@pytest.mark.parametrize("addresses", [["198.51.100.1"], ["2001:db8::1", "2001:db8::2"]])
def test_address_that_tries_many_accounts_is_held_back(username: str, addresses: list[str]) -> None:
    for number in range(login.MOST_FROM_ADDRESS):
        log_in("/login/", f"nobody{number}@example.com", "guess", addresses[number % len(addresses)])

    assert log_in("/login/", username, PASSWORD, addresses[0]).status_code == 200
    assert log_in("/login/", username, PASSWORD, "198.51.100.2").status_code == 302
