"""The report page: whom it counts, in which hour, and who may read it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from calls.reports.chart import HEIGHT, bars
from calls.reports.figures import HourFigures
from tests.factories import AgentFactory, CallFactory, ConnectorFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def midday() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def supervisor(client: Client) -> Client:
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_call"))
    client.force_login(user)
    return client


def rows_of(client: Client, **filters: str | int) -> dict[str, dict[str, str]]:
    answer = client.get(reverse("report"), {**filters, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    return {row["agent"]: row for row in csv.DictReader(answer.content.decode().splitlines())}


def make_call(minutes_ago: int = 60, **values: Any) -> None:
    CallFactory(started_at=NOON - timedelta(minutes=minutes_ago), is_over=True, **values)


def test_each_agent_has_their_own_counts(supervisor: Client) -> None:
    asha, ben = AgentFactory(name="Asha"), AgentFactory(name="Ben")
    make_call(agent=asha, duration_seconds=100, disposition="Interested")
    make_call(agent=asha, duration_seconds=20, direction="Outbound")
    make_call(agent=asha, status="Missed")
    make_call(agent=ben, status="NotAnswered", direction="Outbound")
    make_call(status="Missed")

    rows = rows_of(supervisor, period="today")

    assert list(rows) == ["Asha", "Ben", "nobody"]
    assert rows["Asha"] == {
        "agent": "Asha", "inbound": "2", "outbound": "1", "answered": "2", "missed": "1", "disposed": "1",
        "talk_seconds": "120", "average_seconds": "60",
    }  # fmt: skip
    assert (rows["Ben"]["missed"], rows["Ben"]["average_seconds"]) == ("0", "")
    assert rows["nobody"]["missed"] == "1"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 1), ({"period": "today"}, 1), ({"period": "yesterday"}, 1), ({"period": "7"}, 3), ({"period": "30"}, 4),
        ({"period": "dates", "since": "2026-03-08", "until": "2026-03-13"}, 2),
    ],
)  # fmt: skip
def test_the_period_counts_whole_days(supervisor: Client, filters: dict[str, str], expected: int) -> None:
    agent = AgentFactory(name="Asha")
    for days in (0, 1, 6, 29, 40):
        make_call(minutes_ago=days * 24 * 60 + 11 * 60, agent=agent)

    assert int(rows_of(supervisor, **filters)["Asha"]["inbound"]) == expected


def test_a_connector_and_a_team_narrow_it(supervisor: Client) -> None:
    north, acme = TeamFactory(), ConnectorFactory()
    make_call(agent=AgentFactory(name="Asha", team=north), connector=acme)
    make_call(agent=AgentFactory(name="Ben"))

    assert list(rows_of(supervisor, team=north.pk)) == ["Asha"]
    assert list(rows_of(supervisor, connector=acme.pk)) == ["Asha"]


def test_the_page_shows_hours_and_agents(supervisor: Client) -> None:
    make_call(minutes_ago=90, agent=AgentFactory(name="Asha"), duration_seconds=61)

    page = supervisor.get(reverse("report")).content.decode()

    assert "10:00 – 1 answered, 0 not answered" in page
    assert "Asha" in page
    assert "1:01" in page


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"period": "dates"}, "Choose a date."),
        ({"period": "dates", "since": "2026-03-02", "until": "2026-03-01"}, "This is before the first date."),
        ({"period": "dates", "since": "x", "until": "2026-03-01"}, "Enter a valid date."),
        ({"period": "fortnight"}, "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("more", [{}, {"format": "csv"}], ids=["page", "csv"])
def test_wrong_filters_are_named(
    supervisor: Client, filters: dict[str, str], message: str, more: dict[str, str]
) -> None:
    make_call(agent=AgentFactory(name="Asha"))

    page = supervisor.get(reverse("report"), {**filters, **more}).content.decode()

    assert message in page
    assert "Asha" not in page


def test_an_agent_named_like_a_formula_is_text_in_a_spreadsheet(supervisor: Client) -> None:
    make_call(agent=AgentFactory(name="=1+1"))

    assert list(rows_of(supervisor)) == ["'=1+1"]


@pytest.mark.parametrize("name", ["report", "report-hours-today"])
def test_only_who_may_see_calls_gets_in(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(reverse(name)).status_code == 403


def test_the_home_page_shows_the_hours_of_today(supervisor: Client) -> None:
    make_call(minutes_ago=30)

    assert reverse("report-hours-today") in supervisor.get(reverse("admin:index")).content.decode()
    assert "11:00 – 1 answered" in supervisor.get(reverse("report-hours-today")).content.decode()


def test_the_busiest_hour_takes_the_whole_height() -> None:
    drawn = bars([HourFigures(0, 3, 1), HourFigures(1, 1, 1), HourFigures(2, 0, 0)])

    assert [bar.answered_height + bar.unanswered_height for bar in drawn] == [HEIGHT, HEIGHT // 2, 0]
    assert all(bar.answered_y + bar.answered_height == HEIGHT for bar in drawn)
