"""Sending a given-up request again: the administrator's action."""

from __future__ import annotations

import pytest
from django.utils import timezone

from calls.dispatch import dispatch
from calls.errors import ResendError
from calls.models import OutboundRequest
from calls.outbox import claim
from calls.services.outbound import resend
from tests.factories import CallFactory, OutboundAttemptFactory, OutboundRequestFactory
from tests.outbound.conftest import MakeRequest

pytestmark = pytest.mark.django_db

Status = OutboundRequest.Status


@pytest.mark.parametrize("status", [Status.DEAD, Status.FAILED, Status.REFUSED])
def test_a_given_up_disposition_is_due_again_with_a_fresh_schedule(status: str) -> None:
    request = OutboundRequestFactory(
        purpose="disposition", status=status, attempt_count=12, message="busy", finished_at=timezone.now()
    )

    resend(request=request)

    assert (request.status, request.attempt_count, request.message) == (Status.PENDING, 0, "")
    assert request.finished_at is None
    assert claim(request.pk) is not None


@pytest.mark.parametrize("status", [Status.PENDING, Status.SENDING, Status.SUCCEEDED])
def test_what_is_open_or_done_is_not_sent_again(status: str) -> None:
    request = OutboundRequestFactory(purpose="disposition", status=status)

    with pytest.raises(ResendError, match=str(status)):
        resend(request=request)


def test_a_replaced_disposition_is_not_sent_over_the_later_one() -> None:
    replaced = OutboundRequestFactory(purpose="disposition", status=Status.FAILED, call=CallFactory())
    OutboundRequestFactory(
        purpose="disposition", status=Status.SUCCEEDED, call=replaced.call, connector=replaced.connector
    )

    with pytest.raises(ResendError, match="later disposition"):
        resend(request=replaced)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.REFUSED])
def test_a_click_is_never_sent_again(status: str) -> None:
    request = OutboundRequestFactory(status=status)

    with pytest.raises(ResendError, match="clicks once more"):
        resend(request=request)

    assert OutboundRequest.objects.get(pk=request.pk).status == status


def test_attempts_of_a_resent_request_are_counted_on(owed: MakeRequest) -> None:
    request = owed("disposition")
    OutboundAttemptFactory(request=request, number=12)
    OutboundRequest.objects.update(status=Status.DEAD, attempt_count=12)

    resend(request=request)
    dispatch(request.pk)

    assert [attempt.number for attempt in request.attempts.all()] == [12, 13]
