"""The rate limit: so many requests a minute from all workers together; the rest wait, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from calls.dispatch import dispatch
from calls.models import OutboundRequest, SendingMark
from calls.pacing import WINDOW, put_off_if_too_many
from connector_config.models import Connector
from tests.environment.provider import ProviderServer
from tests.factories import CallFactory, ConnectorFactory, OutboundRequestFactory
from tests.outbound.conftest import MakeRequest

Status = OutboundRequest.Status


def dispositions(limit: int, count: int) -> list[OutboundRequest]:
    connector = ConnectorFactory(rate_limit_per_minute=limit)
    return [
        OutboundRequestFactory(connector=connector, purpose="disposition", call=CallFactory(connector=connector))
        for _ in range(count)
    ]


@pytest.mark.django_db
def test_beyond_the_limit_requests_wait_for_their_place() -> None:
    owed = dispositions(limit=2, count=4)

    assert [put_off_if_too_many(request.pk) for request in owed] == [False, False, True, True]

    waiting = OutboundRequest.objects.get(pk=owed[-1].pk)
    assert (waiting.status, waiting.attempt_count) == (Status.PENDING, 0)
    assert "takes 2 requests a minute" in waiting.message
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at > timezone.now() + WINDOW - timedelta(seconds=5)


@pytest.mark.django_db
def test_after_a_minute_there_is_room_again() -> None:
    owed = dispositions(limit=1, count=2)
    put_off_if_too_many(owed[0].pk)
    SendingMark.objects.update(sent_at=timezone.now() - WINDOW)

    assert not put_off_if_too_many(owed[1].pk)
    assert SendingMark.objects.count() == 1


@pytest.mark.django_db
def test_a_click_comes_back_the_moment_a_place_is_free() -> None:
    first = dispositions(limit=1, count=1)[0]
    click = OutboundRequestFactory(connector=first.connector)
    put_off_if_too_many(first.pk)

    assert put_off_if_too_many(click.pk)

    click.refresh_from_db()
    assert click.next_attempt_at == SendingMark.objects.get().sent_at + WINDOW


@pytest.mark.django_db
def test_without_a_limit_nothing_is_counted() -> None:
    owed = dispositions(limit=0, count=3)

    assert not any(put_off_if_too_many(request.pk) for request in owed)
    assert not SendingMark.objects.exists()


@pytest.mark.django_db
def test_connectors_do_not_share_their_limits() -> None:
    one, other = dispositions(limit=1, count=1)[0], dispositions(limit=1, count=1)[0]

    assert not put_off_if_too_many(one.pk)
    assert not put_off_if_too_many(other.pk)


def test_what_was_put_off_is_not_sent(owed: MakeRequest, provider_server: ProviderServer) -> None:
    request = owed("disposition")
    Connector.objects.update(rate_limit_per_minute=1)
    SendingMark.objects.create(connector=request.connector, sent_at=timezone.now())

    dispatch(request.pk)

    assert provider_server.requests == []
    OutboundRequest.objects.update(next_attempt_at=timezone.now())
    SendingMark.objects.all().delete()
    dispatch(request.pk)
    assert OutboundRequest.objects.get(pk=request.pk).status == Status.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_take_no_more_than_the_limit() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    owed = dispositions(limit=3, count=12)

    def work(request: OutboundRequest) -> bool:
        try:
            return put_off_if_too_many(request.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        put_off = list(pool.map(work, owed))

    assert put_off.count(False) == 3
    assert SendingMark.objects.count() == 3
