"""The dry run: what the page shows and sends, and what it never shows."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from calls.dry_run.curl import curl_line
from calls.models import OutboundAttempt, OutboundRequest
from connector_config.models import Connector, RequestTemplate
from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.preview import preview_request
from connector_config.rendering import RequestSpec
from tests.environment.provider import Answer, ProviderServer
from tests.factories import (
    AgentFactory,
    CallFactory,
    ConnectorFactory,
    DispositionFieldFactory,
    LeadFactory,
    RequestTemplateFactory,
    UserFactory,
    VirtualNumberFactory,
)

pytestmark = pytest.mark.django_db
SECRETS = ("s3cret-header", "s3cret-query-key", "s3cret-password")


def _administrator(client: Client, *, may_change: bool = True) -> Any:
    user = UserFactory(is_staff=True)
    if may_change:
        user.user_permissions.add(Permission.objects.get(codename="change_connector"))
    client.force_login(user)
    return user


@pytest.fixture
def template(provider_server: ProviderServer) -> RequestTemplate:
    connector = ConnectorFactory(name="Acme", allowed_networks=["127.0.0.0/8"])
    VirtualNumberFactory(connector=connector, number="+919020897874")
    host = provider_server.url.removeprefix("http://")
    made: RequestTemplate = RequestTemplateFactory(
        connector=connector,
        url=f"http://user:{SECRETS[2]}@{host}/call?key={SECRETS[1]}&agent=@agentNumber",
        body='{"to":"@PhoneNumberWithCountryCode","name":"@{Lead:Name,}"}',
        headers={"X-Api-Key": SECRETS[0]},
        response_keyword="queued",
        success_path="data.id",
    )
    made.headers.update(is_secret=True)
    return made


def _page(template: RequestTemplate) -> str:
    return reverse("dry-run", args=[template.connector_id, template.purpose])


def _choice(**more: Any) -> dict[str, Any]:
    agent = AgentFactory(name="Asha", phones=["+919611795980"])
    lead = LeadFactory(name="<b>Ravi</b> O'Neil", phones=["+919611795983"])
    return {"agent": agent.pk, "lead": lead.pk, "action": "show", **more}


def test_the_page_shows_the_exact_request_without_sending_it(
    client: Client, template: RequestTemplate, provider_server: ProviderServer
) -> None:
    _administrator(client)

    page = client.post(_page(template), _choice()).content.decode()

    assert "%2B919611795980" in page
    assert '{&quot;to&quot;:&quot;<mark class="dr-merged">+919611795983</mark>' in page
    assert "&lt;b&gt;Ravi" in page
    assert "<b>Ravi" not in page
    assert not any(secret in page for secret in SECRETS)
    assert "curl --globoff --path-as-is --request POST" in page
    assert provider_server.requests == []
    assert not OutboundRequest.objects.exists()


def test_sending_shows_status_headers_body_time_and_every_rule(
    client: Client, template: RequestTemplate, provider_server: ProviderServer
) -> None:
    user = _administrator(client)
    echo = f'{{"status":"queued","echo":"{SECRETS[0]}","data":{{}}}}'.encode()
    provider_server.answer("/call", Answer(201, echo, {"Content-Type": "application/json", "Set-Cookie": "sid=abc123"}))

    page = client.post(_page(template), _choice(action="provider")).content.decode()

    (received,) = provider_server.received("/call")
    assert received.json() == {"to": "+919611795983", "name": "<b>Ravi</b> O'Neil"}
    assert received.headers["x-api-key"] == SECRETS[0]
    assert received.query["agent"] == ["+919611795980"]
    assert "<dd>201</dd>" in page
    assert " ms</dd>" in page
    assert "No success" in page
    assert page.count('class="dr-passed"') == 2
    assert page.count('class="dr-failed"') == 1
    assert "abc123" not in page
    assert not any(secret in page for secret in SECRETS)
    entry = LogEntry.objects.get(user=user)
    assert (entry.object_id, entry.change_message) == (
        str(template.connector_id),
        "Dry run of Click to call sent to the provider: answered 201",
    )
    assert not OutboundRequest.objects.exists()
    assert not OutboundAttempt.objects.exists()


def test_the_sink_sends_nothing_and_judges_the_given_answer(
    client: Client, template: RequestTemplate, provider_server: ProviderServer
) -> None:
    _administrator(client)
    answer = {"sink_status": "200", "sink_body": '{"status":"queued","data":{"id":"C-1"}}'}

    page = client.post(_page(template), _choice(action="sink", **answer)).content.decode()

    assert "✓ Success" in page
    assert provider_server.requests == []
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["sink", "provider"])
def test_sending_needs_the_permission_to_change_the_connector(
    client: Client, template: RequestTemplate, provider_server: ProviderServer, action: str
) -> None:
    _administrator(client, may_change=False)

    shown = client.post(_page(template), _choice())
    refused = client.post(_page(template), _choice(action=action))

    assert shown.status_code == 200
    assert "Send to Acme" not in shown.content.decode()
    assert refused.status_code == 403
    assert provider_server.requests == []


def test_a_get_never_sends(client: Client, template: RequestTemplate, provider_server: ProviderServer) -> None:
    _administrator(client)

    page = client.get(_page(template), _choice(action="provider"))

    assert page.status_code == 200
    assert provider_server.requests == []


def test_sending_needs_a_csrf_token(template: RequestTemplate, provider_server: ProviderServer) -> None:
    client = Client(enforce_csrf_checks=True)
    _administrator(client)

    refused = client.post(_page(template), _choice(action="provider"))

    assert refused.status_code == 403
    assert provider_server.requests == []


@pytest.mark.parametrize("kind", ["anonymous", "agent"])
def test_only_staff_see_the_page(client: Client, template: RequestTemplate, kind: str) -> None:
    if kind == "agent":
        client.force_login(AgentFactory().user)

    assert client.get(_page(template)).status_code == 302


def test_what_a_click_would_refuse_is_refused_here(
    client: Client, template: RequestTemplate, provider_server: ProviderServer
) -> None:
    _administrator(client)
    choice = _choice(action="provider")
    choice["lead"] = LeadFactory(phones=["+919611795999"], do_not_call=True).pk

    page = client.post(_page(template), choice).content.decode()

    assert "must not be called" in page
    assert provider_server.requests == []


def test_a_provider_that_cannot_be_reached_is_told_in_words(client: Client, template: RequestTemplate) -> None:
    _administrator(client)
    template.connector.allowed_networks = []
    template.connector.save()

    page = client.post(_page(template), _choice(action="provider")).content.decode()

    assert "may not be reached" in page
    assert not any(secret in page for secret in SECRETS)


def test_a_connector_without_template_says_so(client: Client) -> None:
    _administrator(client)
    connector = ConnectorFactory()

    page = client.post(reverse("dry-run", args=[connector.pk, "click_to_call"]), _choice()).content.decode()

    assert "There is no request yet" in page


def test_a_disposition_is_tried_with_the_providers_word_and_the_call_stays_as_it_was(
    client: Client, provider_server: ProviderServer
) -> None:
    _administrator(client)
    connector = ConnectorFactory(allowed_networks=["127.0.0.0/8"])
    made = RequestTemplateFactory(
        connector=connector, purpose="disposition", field=DispositionFieldFactory(), url=f"{provider_server.url}/d",
        body='{"s":"@callSessionId","v":"@dispositionValue","n":"@callNotes"}', values={"Call back": "CB"},
    )  # fmt: skip
    call = CallFactory(connector=connector, session_id="S-9")
    more = {"call": call.pk, "value": "Call back", "notes": "at five", "action": "provider"}

    page = client.post(_page(made), _choice(**more))

    assert page.status_code == 200
    assert provider_server.received("/d")[0].json() == {"s": "S-9", "v": "CB", "n": "at five"}
    call.refresh_from_db()
    assert (call.disposition, call.notes) == ("", "")


def test_a_disposition_can_be_tried_before_there_is_a_call(client: Client, provider_server: ProviderServer) -> None:
    _administrator(client)
    connector = ConnectorFactory(allowed_networks=["127.0.0.0/8"])
    made = RequestTemplateFactory(
        connector=connector, purpose="disposition", url=f"{provider_server.url}/d",
        body='{"s":"@callSessionId","v":"@dispositionValue","to":"@customerNumber"}',
    )  # fmt: skip

    client.post(_page(made), _choice(value="Sold", action="provider"))

    assert provider_server.received("/d")[0].json() == {"s": "dry-run", "v": "Sold", "to": "9611795983"}


def test_a_call_of_another_connector_is_refused(client: Client, provider_server: ProviderServer) -> None:
    _administrator(client)
    made = RequestTemplateFactory(purpose="disposition", url=f"{provider_server.url}/d", body="{}")

    page = client.post(_page(made), _choice(value="Sold", call=CallFactory().pk, action="provider")).content.decode()

    assert "This call came through" in page
    assert provider_server.requests == []


def test_the_connectors_page_leads_here(admin_client: Client, template: RequestTemplate) -> None:
    page = admin_client.get(reverse("admin:connector_config_connector_change", args=[template.connector_id]))

    assert f'href="{_page(template)}"' in page.content.decode()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            RequestSpec("GET", "https://u:pw-secret@a.example/[x]?n=@{Lead:Name,}"),
            ["curl", "--globoff", "--path-as-is", "--request", "GET", "https://••••@a.example/%5Bx%5D?n=O%27Neil%20%24%28rm%29%20%60a%60"],
        ),
        (
            RequestSpec("POST", "https://a.example/", "raw", "-d @{Lead:Name,}\n'\"", (("X-Empty", "", False),)),
            ["curl", "--globoff", "--path-as-is", "--request", "POST", "https://a.example/", "--header", "X-Empty;",
             "--header", "Content-Type: text/plain; charset=utf-8", "--data-raw", "-d O'Neil $(rm) `a`\n'\""],
        ),
    ],
)  # fmt: skip
def test_the_curl_line_is_read_by_a_shell_as_meant(spec: RequestSpec, words: list[str]) -> None:
    preview = preview_request(spec, MergeContext(lead={"Name": "O'Neil $(rm) `a`"}))

    assert shlex.split(curl_line(preview)) == words


def test_the_curl_line_trusts_the_connectors_own_authority(client: Client, template: RequestTemplate) -> None:
    _administrator(client)
    Connector.objects.update(ca_certificates="-----BEGIN CERTIFICATE-----")

    assert " --cacert certificates.pem " in client.post(_page(template), _choice()).content.decode()
