"""An administrator makes everything from nothing, by the pages alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connector_config.models import AgentMapping, Connector, DispositionField, RequestTemplate
from crm.models import Agent, Lead
from tests.admin.forms import errors_of, shown_values, submit
from tests.factories import (
    AgentFactory,
    ConnectorFactory,
    DispositionFieldFactory,
    RequestTemplateFactory,
    UserFactory,
    VirtualNumberFactory,
)

pytestmark = pytest.mark.django_db

C2C, DISPOSITION = "request_templates-0-", "request_templates-2-0-"


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def page_of(connector: Connector) -> str:
    return reverse("admin:connector_config_connector_change", args=[connector.pk])


def change(browser: Client, connector: Connector, **changes: Any) -> Any:
    return submit(browser, page_of(connector), "connector_form", **changes)


def test_agent_lead_dropdown_and_connector_are_made_by_clicking(browser: Client) -> None:
    submit(
        browser, reverse("admin:crm_agent_add"), "agent_form", name="Asha Rao", email="Asha@Example.com",
        new_password="a long enough password", **{"phones-0-number": "+91 96117 95980"},
    )  # fmt: skip
    submit(
        browser, reverse("admin:crm_lead_add"), "lead_form", name="Ravi Kumar", owner=str(Agent.objects.get().pk),
        **{"phones-0-number": "+91 96117 95983"},
    )  # fmt: skip
    submit(
        browser, reverse("admin:connector_config_dispositionfield_add"), "dispositionfield_form", name="Outcome",
        **{"options-0-value": "Interested", "options-1-value": "Call back"},
    )  # fmt: skip
    submit(
        browser, reverse("admin:connector_config_connector_add"), "connector_form", name="Acme Telephony",
        slug="acme", preset="standard", default_country="in",
    )  # fmt: skip
    connector = Connector.objects.get()
    agent = Agent.objects.get()
    answer = change(
        browser, connector,
        **{
            "virtual_numbers-0-number": "+919020897874", "virtual_numbers-0-tag": "Website",
            C2C + "url": "https://user:pa55word@api.example.com/call?agent=@agentNumber", C2C + "body_type": "json",
            C2C + "body": '{"to": "@PhoneNumberWithCountryCode"}', C2C + "response_keyword": "OK",
            C2C + "header_0_name": "X-Api-Key", C2C + "header_0_secret_value": "s3cret-value",
            C2C + "header_0_is_secret": "on", C2C + "header_1_name": "X-App", C2C + "header_1_value": "crm",
            DISPOSITION + "url": "https://api.example.com/dispose", DISPOSITION + "body_type": "json",
            DISPOSITION + "body": '{"session": "@callSessionId", "value": "@dispositionValue"}',
            DISPOSITION + "field": str(DispositionField.objects.get().pk), DISPOSITION + "values": "Call back = CB",
            "agent_mappings-0-agent": str(agent.pk), "agent_mappings-0-provider_agent_id": "5071",
            "excluded_numbers": "+911140000000\n+911140000001", "allowed_networks": "10.0.0.0/8:8088",
            "verification_scheme": "token", "verification__secret": "shared-secret", "verification__name": "X-Token",
        },
    )  # fmt: skip

    assert errors_of(answer) == []
    assert agent.user.username == "asha@example.com"
    assert agent.user.check_password("a long enough password")
    assert [phone.e164 for phone in agent.phones.all()] == ["+919611795980"]
    lead = Lead.objects.get()
    assert lead.owner == agent
    assert lead.phones.get().e164 == "+919611795983"
    assert [option.value for option in DispositionField.objects.get().options.all()] == ["Interested", "Call back"]
    connector.refresh_from_db()
    assert connector.default_country == "IN"
    assert connector.time_zone == "Asia/Kolkata"
    assert connector.virtual_numbers.get().e164 == "+919020897874"
    assert connector.excluded_numbers == ["+911140000000", "+911140000001"]
    assert connector.verification_settings == {"name": "X-Token", "location": "header"} or (
        connector.verification_settings == {"name": "X-Token"}
    )
    assert connector.verification_secrets == {"secret": "shared-secret"}
    assert AgentMapping.objects.get().provider_agent_id == "5071"
    click_to_call = connector.request_templates.get(purpose="click_to_call")
    assert click_to_call.url == "https://user:pa55word@api.example.com/call?agent=@agentNumber"
    assert [(header.name, header.value, header.is_secret) for header in click_to_call.headers.all()] == [
        ("X-Api-Key", "s3cret-value", True),
        ("X-App", "crm", False),
    ]
    assert connector.request_templates.get(purpose="disposition").values == {"Call back": "CB"}


def test_saving_a_page_as_it_is_changes_nothing_but_the_version(browser: Client) -> None:
    template = RequestTemplateFactory(
        url="https://user:pa55word@api.example.com/call",
        body='{"to":"@leadId","key":"bodysecret"}',
        headers={"X-A": "b"},
    )
    template.headers.update(is_secret=True)
    connector = template.connector
    connector.verification_scheme, connector.verification_secrets = "token", {"secret": "shared-secret"}
    connector.server_credential = "the server's credential"
    connector.save()
    version = connector.config_version

    answer = change(browser, connector)

    assert errors_of(answer) == []
    connector.refresh_from_db()
    template.refresh_from_db()
    assert connector.verification_secrets == {"secret": "shared-secret"}
    assert connector.server_credential == "the server's credential"
    assert template.url == "https://user:pa55word@api.example.com/call"
    assert template.body == '{"to":"@leadId","key":"bodysecret"}'
    assert template.headers.get().value == "b"
    assert connector.config_version > version
    assert connector.request_templates.count() == 1


@pytest.mark.parametrize(
    "secret", ["pa55word", "bodysecret", "headersecret", "shared-secret", "the server's credential"]
)
def test_no_secret_is_ever_rendered(browser: Client, secret: str) -> None:
    template = RequestTemplateFactory(
        url="https://user:pa55word@api.example.com/call", body='{"to":"@leadId","key":"bodysecret"}',
        headers={"X-A": "headersecret"},
    )  # fmt: skip
    template.headers.update(is_secret=True)
    connector = template.connector
    connector.verification_scheme, connector.verification_secrets = "token", {"secret": "shared-secret"}
    connector.server_credential = "the server's credential"
    connector.save()

    assert secret not in browser.get(page_of(connector)).content.decode().replace("&#x27;", "'")
    browser.force_login(UserFactory(is_staff=True))
    assert secret not in browser.get(page_of(connector)).content.decode().replace("&#x27;", "'")


def test_hook_urls_are_for_those_who_may_change_the_connector(client: Client) -> None:
    connector = ConnectorFactory()
    client.force_login(UserFactory(is_staff=True))
    seen_by_supervisor = client.get(page_of(connector)).content.decode()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    seen_by_administrator = client.get(page_of(connector)).content.decode()

    assert connector.hook_key not in seen_by_supervisor
    for endpoint in ("call-log", "agent-popup", "events", "call-route", "sso"):
        assert f"/hooks/{connector.hook_key}/{endpoint}" in seen_by_administrator


def test_a_time_zone_may_be_written_in_any_case(browser: Client) -> None:
    connector = ConnectorFactory()

    answer = change(browser, connector, time_zone="asia/kolkata")

    connector.refresh_from_db()
    assert (errors_of(answer), connector.time_zone) == ([], "Asia/Kolkata")


def test_the_last_tab_says_what_is_lacking_and_where_to_try(browser: Client) -> None:
    connector = RequestTemplateFactory().connector

    page = browser.get(page_of(connector)).content.decode()

    assert '<a class="tc-link" href="#virtual-numbers">Virtual numbers</a>: No virtual number yet' in page
    assert f"/admin/webhooks/journalentry/?connector__id__exact={connector.pk}" in page
    assert 'aria-label="Try click to call"' in page
    assert '<a class="tc-link" href="#disposition">not set up yet</a>' in page


def test_a_secret_is_cleared_by_its_box(browser: Client) -> None:
    connector = ConnectorFactory(server_credential="the server's credential")

    change(browser, connector, **{"server_credential-clear": "1"})

    connector.refresh_from_db()
    assert connector.server_credential == ""


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"time_zone": "Europe/Berlinn"},
            "time_zone: 'Europe/Berlinn' is no time zone; write one such as Europe/Berlin",
        ),
        ({"slug": "Bad name!"}, "slug: Write letters, digits and hyphens only, such as acme-telecom."),
        ({"default_country": "XX"}, "default_country: 'XX' is no country"),
        ({"allowed_networks": "nonsense"}, "allowed_networks: "),
        ({"ip_allow_list": "nonsense"}, "ip_allow_list: "),
        ({"mapping": '{"rulez": []}'}, "mapping: rulez"),
        ({"mapping": "{"}, "mapping: Enter a valid JSON."),
        ({"mapping": "[1]"}, "mapping: The rules must be a JSON object"),
        ({"hook_key": "short"}, "hook_key: Use 32 to 64"),
        ({"verification_scheme": "hmac"}, "verification__secret: is required"),
        ({"call_route_reply": "template"}, "call_route_body: is required"),
        ({"popup_external_url": "ftp://x"}, "popup_external_url: "),
        ({"virtual_numbers-0-number": "words"}, "virtual_numbers.number: “words” is no telephone number"),
        ({C2C + "url": "https://api.example.com/@agentNumer"}, "request_templates.url: "),
        (
            {C2C + "url": "https://a.example.com/", C2C + "body_type": "json", C2C + "body": "{"},
            "request_templates.body: this is no JSON",
        ),
        (
            {C2C + "url": "https://a.example.com/", C2C + "header_0_name": "Content-Type", C2C + "header_0_value": "x"},
            "request_templates.header_0_name: Content-Type is set by the connector itself",
        ),
        (
            {C2C + "url": "https://a.example.com/", C2C + "header_3_name": "X-A", C2C + "header_3_is_secret": "on"},
            "request_templates.header_3_secret_value: Type the value of X-A",
        ),
        ({C2C + "body": "x"}, "request_templates.url: This field is required."),
        ({DISPOSITION + "url": "https://a.example.com/"}, "request_templates-2.field: Choose the dropdown"),
        ({"calling_hours": "always"}, "calling_hours: 'always' is not understood"),
        ({"ca_certificates": "none"}, "ca_certificates: holds no readable certificate"),
        ({"auto_dispose_minutes": "5"}, "auto_disposition: is required"),
        ({"disposition_tasks": "Call back"}, "disposition_tasks: “Call back” is not understood"),
        ({"rate_limit_per_minute": "100000"}, "rate_limit_per_minute: Ensure this value is less than or equal to 6000"),
        ({DISPOSITION + "values": "no equals sign"}, "request_templates-2.values: “no equals sign” has no “=”"),
    ],
)
def test_mistakes_are_told_beside_their_field(browser: Client, changes: dict[str, str], error: str) -> None:
    connector = ConnectorFactory()

    answer = change(browser, connector, **changes)

    assert any(said.startswith(error) for said in errors_of(answer)), errors_of(answer)
    assert not RequestTemplate.objects.exists()


def test_rules_of_calling_and_dispositions_are_saved(browser: Client) -> None:
    connector, agent = ConnectorFactory(), AgentFactory()

    change(
        browser, connector,
        **{
            "calling_hours": "Mon-Sat 09:00-20:00", "rate_limit_per_minute": "30", "requires_disposition": "on",
            "auto_dispose_minutes": "5", "auto_disposition": "No remark",
            "disposition_tasks": "Call back = 2 days: Call again\r\nSold = 0: Thank them",
            "virtual_numbers-0-number": "+919020897874", "virtual_numbers-0-is_default": "on",
            "virtual_numbers-0-callers": [str(agent.pk)],
        },
    )  # fmt: skip

    stored = Connector.objects.get()
    assert (stored.calling_hours, stored.rate_limit_per_minute) == ("Mon-Sat 09:00-20:00", 30)
    assert (stored.requires_disposition, stored.auto_dispose_minutes) == (True, 5)
    assert stored.disposition_tasks == {
        "Call back": {"title": "Call again", "days": 2}, "Sold": {"title": "Thank them", "days": 0},
    }  # fmt: skip
    number = stored.virtual_numbers.get()
    assert (number.is_default, list(number.callers.all())) == (True, [agent])
    shown = browser.get(page_of(stored)).content.decode()
    assert "Call back = 2 days: Call again" in shown


def test_two_default_numbers_are_refused(browser: Client) -> None:
    connector = VirtualNumberFactory().connector

    answer = change(
        browser, connector,
        **{
            "virtual_numbers-0-is_default": "on",
            "virtual_numbers-1-number": "+919020897875", "virtual_numbers-1-is_default": "on",
        },
    )  # fmt: skip

    assert "Only one virtual number can be the default." in answer.content.decode()
    assert connector.virtual_numbers.count() == 1


def test_a_preset_fills_in_a_new_connector_and_leaves_its_requests_disabled(browser: Client) -> None:
    submit(
        browser, reverse("admin:connector_config_connector_add"), "connector_form", name="Twilio", slug="twilio",
        preset="twilio", default_country="US",
    )  # fmt: skip

    connector = Connector.objects.get()
    assert "choose “Twilio” and enter its secret" in browser.get(page_of(connector)).content.decode()
    assert connector.request_templates.get(purpose="click_to_call").is_enabled is False


def test_a_template_is_removed_by_its_box(browser: Client) -> None:
    connector = RequestTemplateFactory().connector

    change(browser, connector, **{C2C + "DELETE": "on"})

    assert not RequestTemplate.objects.exists()


def test_a_header_row_without_name_goes(browser: Client) -> None:
    template = RequestTemplateFactory(headers={"X-A": "1", "X-B": "2"})

    change(browser, template.connector, **{C2C + "header_0_name": ""})

    assert [header.name for header in template.headers.all()] == ["X-B"]


def test_cloning_copies_all_but_the_key(browser: Client) -> None:
    template = RequestTemplateFactory(headers={"X-A": "1"})
    connector = template.connector

    assert browser.get(reverse("admin:connector_config_connector_clone", args=[connector.pk])).status_code == 405
    browser.post(reverse("admin:connector_config_connector_clone", args=[connector.pk]))
    browser.post(
        reverse("admin:connector_config_connector_changelist"),
        {"action": "clone_selected", "_selected_action": [connector.pk]},
    )

    clones = Connector.objects.exclude(pk=connector.pk).order_by("pk")
    assert [clone.slug for clone in clones] == [f"{connector.slug}-copy", f"{connector.slug}-copy2"]
    assert len({clone.hook_key for clone in Connector.objects.all()}) == 3
    assert not any(clone.is_enabled for clone in clones)
    assert clones[0].request_templates.get().headers.get().value == "1"
    assert connector.request_templates.get().headers.count() == 1


def test_an_agents_page_keeps_a_blank_password_and_touches_connectors(browser: Client) -> None:
    agent = AgentFactory(phones=["+919611795980"])
    connector = ConnectorFactory()
    hashed = agent.user.password

    answer = submit(
        browser, reverse("admin:crm_agent_change", args=[agent.pk]), "agent_form", name="New Name",
        email="new@example.com", is_administrator="on",
        **{"provider_ids-TOTAL_FORMS": "1", "provider_ids-0-connector": str(connector.pk),
           "provider_ids-0-provider_agent_id": "77", "provider_ids-0-agent": str(agent.pk)},
    )  # fmt: skip

    assert errors_of(answer) == []
    user = User.objects.get(pk=agent.user_id)
    assert user.password == hashed
    assert (user.username, user.is_superuser, user.is_staff) == ("new@example.com", True, True)
    version = connector.config_version
    connector.refresh_from_db()
    assert connector.config_version > version


@pytest.mark.parametrize("number", ["12", "words", "+1"])
def test_numbers_that_cannot_be_read_are_refused_on_people_and_leads(browser: Client, number: str) -> None:
    answer = submit(browser, reverse("admin:crm_lead_add"), "lead_form", name="A", **{"phones-0-number": number})

    assert any("cannot be read as a telephone number" in said for said in errors_of(answer))
    assert not Lead.objects.exists()


def test_a_number_twice_on_one_lead_is_refused(browser: Client) -> None:
    answer = submit(
        browser, reverse("admin:crm_lead_add"), "lead_form", name="A",
        **{"phones-TOTAL_FORMS": "2", "phones-0-number": "+919611795983", "phones-1-number": "096117 95983",
           "phones-1-position": "0"},
    )  # fmt: skip

    assert "phones.number: This number stands twice." in errors_of(answer)


def test_deleting_an_agent_deletes_their_log_in(browser: Client) -> None:
    agent = AgentFactory()

    browser.post(reverse("admin:crm_agent_delete", args=[agent.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=agent.user_id).exists()


def test_options_keep_their_order_and_new_ones_come_last(browser: Client) -> None:
    field = DispositionFieldFactory(options=["A", "B"])

    submit(
        browser, reverse("admin:connector_config_dispositionfield_change", args=[field.pk]), "dispositionfield_form",
        **{"options-2-value": "C"},
    )  # fmt: skip

    assert [option.value for option in field.options.all()] == ["A", "B", "C"]


def test_the_form_of_a_connector_shows_lists_line_by_line(browser: Client) -> None:
    connector = ConnectorFactory(excluded_numbers=["+911140000000", "+911140000001"])

    assert shown_values(browser, page_of(connector), "connector_form")["excluded_numbers"] == (
        "+911140000000\n+911140000001"
    )
