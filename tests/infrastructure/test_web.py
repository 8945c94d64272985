"""Rules that hold for every page: content policy, time zone, pagination, security headers."""

from typing import Any
from unittest.mock import Mock, patch

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from telephony_connector.common.middleware import utc_for_api
from telephony_connector.common.pagination import IdCursorPagination


@pytest.mark.parametrize("path", ["/login/", "/api/docs/", "/healthz"])
@pytest.mark.django_db
def test_ordinary_pages_allow_no_foreign_or_inline_code(client: Client, path: str) -> None:
    answer = client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_only_the_admin_may_evaluate(client: Client) -> None:
    policy = client.get("/admin/login/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" in policy
    assert "default-src 'self'" in policy


@pytest.mark.django_db
def test_schema_is_public_and_api_docs_load_nothing_from_elsewhere(client: Client) -> None:
    schema = client.get("/api/schema/")
    page = client.get("/api/docs/").content.decode()

    assert schema.status_code == 200
    assert "<script>" not in page
    assert "https://" not in page


@pytest.mark.django_db
def test_schema_is_made_once_for_all_who_ask(client: Client) -> None:
    first = client.get("/api/schema/?format=json").json()
    views = Mock(side_effect=AssertionError("the views were looked through again"))

    with patch("drf_spectacular.generators.SchemaGenerator.parse", views):
        again = client.get("/api/schema/?format=json&x=1").json()

    assert again == first
    assert "/api/calls/" in first["paths"]


@pytest.mark.parametrize(
    ("path", "expected"), [("/api/calls/", "UTC"), ("/", "Asia/Kolkata"), ("/apis", "Asia/Kolkata")]
)
def test_api_speaks_utc_and_pages_speak_the_settings_zone(settings: Any, path: str, expected: str) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    seen: list[str] = []

    utc_for_api(lambda request: seen.append(timezone.get_current_timezone_name()))(  # type: ignore[arg-type, return-value]  # no response needed
        APIRequestFactory().get(path)
    )

    assert seen == [expected]


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    User.objects.bulk_create(User(username=f"user-{number}") for number in range(7))
    url: str | None = "/api/anything/?page_size=3"
    pages: list[list[int]] = []

    while url:
        paginator = IdCursorPagination()
        page = paginator.paginate_queryset(User.objects.all(), Request(APIRequestFactory().get(url)))
        assert page is not None
        answer = paginator.get_paginated_response([user.pk for user in page]).data
        pages.append(answer["results"])
        url = answer["next"]

    newest_first = list(User.objects.order_by("-pk").values_list("pk", flat=True))
    assert pages == [newest_first[start : start + 3] for start in (0, 3, 6)]


@pytest.mark.parametrize(("asked", "given"), [({}, 50), ({"page_size": "10"}, 10), ({"page_size": "1000"}, 200)])
def test_page_size_has_a_default_and_a_limit(asked: dict[str, str], given: int) -> None:
    request = Request(APIRequestFactory().get("/api/anything/", asked))

    assert IdCursorPagination().get_page_size(request) == given


@pytest.mark.parametrize("asked", ["0", "-1", "x", "٣", "9" * 40])
def test_page_size_that_is_none_is_refused_by_name(asked: str) -> None:
    request = Request(APIRequestFactory().get("/api/anything/", {"page_size": asked}))

    with pytest.raises(ValidationError, match="page_size"):
        IdCursorPagination().get_page_size(request)
