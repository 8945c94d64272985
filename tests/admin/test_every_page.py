"""Every administration page of every model opens, with and without rows, for administrators and supervisors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import TokenProxy

from calls.models import AgentStream, StoredEvent
from crm.models import AgentGroup, Task
from tests import factories
from webhooks.models import QuarantinedRequest

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def _event() -> Model:
    call = factories.CallFactory()
    return StoredEvent.objects.create(
        connector=call.connector, call=call, session_key="s", journal_id=1, kind="call_log", fields={},
        fingerprint="f", received_at=timezone.now(),
    )  # fmt: skip


def _refused() -> Model:
    return QuarantinedRequest.objects.create(
        connector=factories.ConnectorFactory(), endpoint="call-log", method="POST", received_at=timezone.now(),
        reason="no token", body=b"\xff<script>alert(1)</script>",
    )  # fmt: skip


MAKERS: dict[str, Callable[[], Any]] = {
    "auth.User": factories.UserFactory,
    "auth.Group": lambda: Group.objects.create(name="Readers"),
    "authtoken.TokenProxy": lambda: TokenProxy.objects.create(user=factories.UserFactory(), key="d" * 40),
    "crm.Agent": lambda: factories.AgentFactory(phones=["+919611795980"]),
    "crm.AgentGroup": lambda: AgentGroup.objects.create(name="sales"),
    "crm.Lead": lambda: factories.LeadFactory(phones=["+919611795983"]),
    "crm.Opportunity": factories.OpportunityFactory,
    "crm.Task": lambda: Task.objects.create(
        lead=factories.LeadFactory(), agent=factories.AgentFactory(), title="Send the offer", due_at=timezone.now()
    ),
    "crm.Team": factories.TeamFactory,
    "connector_config.Connector": lambda: factories.RequestTemplateFactory(headers={"X-A": "b"}).connector,
    "connector_config.DispositionField": factories.DispositionFieldFactory,
    "calls.Call": lambda: _event().call,  # type: ignore[attr-defined]
    "calls.Popup": lambda: factories.PopupDeliveryFactory().popup,
    "calls.PopupDelivery": factories.PopupDeliveryFactory,
    "calls.StoredEvent": _event,
    "calls.RecordingCopy": factories.RecordingCopyFactory,
    "calls.RecordingPlay": factories.RecordingPlayFactory,
    "calls.AgentStream": lambda: AgentStream.objects.create(agent=factories.AgentFactory()),
    "calls.OutboundRequest": lambda: factories.OutboundAttemptFactory().request,
    "calls.OutboundAttempt": factories.OutboundAttemptFactory,
    "webhooks.JournalEntry": lambda: factories.JournalEntryFactory(errors=[{"field": "Status", "message": "missing"}]),
    "webhooks.QuarantinedRequest": _refused,
}  # fmt: skip


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def supervisor(client: Client) -> Client:
    client.force_login(factories.UserFactory(is_staff=True))
    return client


def url(model: type[Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_and_page_open_for_an_administrator(model: type[Model], administrator: Client) -> None:
    assert administrator.get(url(model, "changelist")).status_code == 200
    row = MAKERS[model._meta.label]()

    assert administrator.get(url(model, "changelist")).status_code == 200
    assert administrator.get(url(model, "changelist"), {"q": "+91 96117 95983"}).status_code in {200, 302}
    assert administrator.get(url(model, "change", row.pk)).status_code == 200
    assert administrator.get(url(model, "history", row.pk)).status_code == 200


def test_an_empty_list_tells_the_next_step_and_a_search_that_nothing_fits(administrator: Client) -> None:
    address = reverse("admin:webhooks_journalentry_changelist")

    empty = administrator.get(address).content.decode()
    searched = administrator.get(address, {"q": "nobody"}).content.decode()

    assert "Copy a hook URL from the connector" in empty
    assert "Nothing fits" in searched


def test_administrators_log_in_with_their_e_mail(client: Client) -> None:
    page = client.get("/admin/login/").content.decode()
    refused = client.post("/admin/login/", {"username": "nobody@example.com", "password": "wrong"}).content.decode()

    assert "E-mail" in page
    assert "Username" not in page
    assert "do not fit together" in refused


def test_times_are_those_of_the_readers_zone(administrator: Client) -> None:
    factories.JournalEntryFactory(received_at=datetime(2026, 3, 2, 20, 0, tzinfo=UTC))
    administrator.cookies["time_zone"] = "Asia/Kolkata"

    page = administrator.get(reverse("admin:webhooks_journalentry_changelist")).content.decode()

    assert "3 Mar 2026, 01:30:00" in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_adding_opens_where_adding_is_allowed(model: type[Model], administrator: Client) -> None:
    model_admin = admin.site._registry[model]
    is_read_only = model._meta.app_label in {"calls", "webhooks"}

    answer = administrator.get(url(model, "add"))

    assert answer.status_code == (403 if is_read_only else 200), model_admin


@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if model._meta.app_label not in {"auth", "authtoken"}],
    ids=lambda m: m._meta.label,
)
def test_a_supervisor_reads_everything_and_changes_nothing(model: type[Model], supervisor: Client) -> None:
    row = MAKERS[model._meta.label]()

    assert supervisor.get(url(model, "changelist")).status_code == 200
    assert supervisor.get(url(model, "change", row.pk)).status_code == 200
    assert supervisor.post(url(model, "change", row.pk), {}).status_code == 403
    assert supervisor.get(url(model, "add")).status_code == 403
    assert supervisor.get(url(model, "delete", row.pk)).status_code == 403


def test_an_agent_is_sent_to_the_login(client: Client) -> None:
    client.force_login(factories.UserFactory())

    for model in MODELS:
        assert client.get(url(model, "changelist")).status_code == 302


def test_home_shows_next_steps_in_an_empty_system_and_a_card_for_each_connector(administrator: Client) -> None:
    empty = administrator.get("/admin/").content.decode()
    connector = factories.ConnectorFactory(name="Acme & Sons")
    filled = administrator.get("/admin/").content.decode()

    assert "What to do next" in empty
    assert "Connect your provider" in empty
    assert "Acme &amp; Sons" in filled
    assert reverse("admin:connector_health", args=[connector.pk]) in filled


@pytest.mark.parametrize("name", ["connector_health", "connector_outbox"])
def test_card_fragments_answer_staff_only(name: str, supervisor: Client) -> None:
    entry = factories.JournalEntryFactory()
    address = reverse(f"admin:{name}", args=[entry.connector_id])

    assert supervisor.get(address).status_code == 200
    supervisor.force_login(factories.UserFactory())
    assert supervisor.get(address).status_code == 302


def test_the_last_request_of_an_endpoint_is_told(supervisor: Client) -> None:
    entry = factories.JournalEntryFactory(endpoint="call-log", verdict="rejected", reply_status=422)

    said = supervisor.get(
        reverse("admin:connector_last_request", args=[entry.connector_id, "call-log"])
    ).content.decode()
    nothing = supervisor.get(
        reverse("admin:connector_last_request", args=[entry.connector_id, "events"])
    ).content.decode()

    assert "rejected, answered 422" in said
    assert "No request has come" in nothing


def test_a_quarantined_body_is_escaped(administrator: Client) -> None:
    refused = _refused()

    page = administrator.get(url(QuarantinedRequest, "change", refused.pk)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_users_of_the_system_without_staff_flag_see_no_admin(client: Client) -> None:
    user = User.objects.create_user("a@example.com", password="a long password")
    client.force_login(user)

    assert client.get("/admin/").status_code == 302
