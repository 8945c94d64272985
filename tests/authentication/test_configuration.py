"""Authentication in the configuration file and in the admin: checked, kept, masked."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from connector_config.models import Connector, RequestTemplate
from connector_config.services.configuration import ConfigurationFileError, export_configuration, import_configuration
from tests.admin.forms import errors_of, shown_values, submit
from tests.authentication.keys import as_pem, rsa_key
from tests.factories import AgentFactory, LeadFactory, RequestTemplateFactory

pytestmark = pytest.mark.django_db
BASIC = {"kind": "basic", "username": "u", "password": "pa55word"}
HMAC = {"kind": "hmac", "key": "pub", "secret": "s3cret-hmac", "string_to_sign": "{path}{md5:body}"}


def _file(authentication: dict[str, Any] | None, **more: Any) -> bytes:
    template: dict[str, Any] = {"url": "https://api.example.com/call", **more}
    if authentication is not None:
        template["authentication"] = authentication
    document = {"version": 1, "connectors": [{"slug": "acme", "name": "Acme", "click_to_call": template}]}
    return yaml.safe_dump(document).encode()


def _template() -> RequestTemplate:
    return RequestTemplate.objects.get(purpose="click_to_call")


def _entry(*, with_secrets: bool) -> dict[str, Any]:
    document = yaml.safe_load(export_configuration(with_secrets=with_secrets))
    found: dict[str, Any] = document["connectors"][0]["click_to_call"]["authentication"]
    return found


@pytest.mark.parametrize(
    "authentication",
    [
        {"kind": "none"},
        BASIC,
        HMAC,
        {"kind": "bearer", "token": "t0ken"},
        {"kind": "header", "header": "X-Api-Key", "value": "k3y"},
        {"kind": "jwt", "private_key": as_pem(rsa_key()).strip(), "claims": '{"application_id": "a"}'},
        {"kind": "oauth2_client_credentials", "token_url": "https://id.example.com/t", "client_id": "a",
         "client_secret": "b3e", "grant_type": "account_credentials", "extra_parameters": "account_id=1"},
    ],
    ids=lambda entry: entry["kind"],
)  # fmt: skip
def test_the_round_trip_is_identical_with_secrets(authentication: dict[str, Any]) -> None:
    import_configuration(_file(authentication))
    exported = export_configuration(with_secrets=True)

    Connector.objects.all().delete()
    import_configuration(exported.encode())

    assert _entry(with_secrets=True) == authentication
    assert export_configuration(with_secrets=True) == exported


def test_an_export_without_secrets_leaves_them_out_and_importing_it_keeps_them() -> None:
    import_configuration(_file(HMAC))

    exported = export_configuration()
    import_configuration(exported.encode())

    assert "s3cret-hmac" not in exported
    assert _entry(with_secrets=False) == {name: value for name, value in HMAC.items() if name != "secret"}
    assert _template().authentication_settings["secret"] == "s3cret-hmac"


def test_an_export_without_secrets_is_taken_by_a_new_system_with_a_remark() -> None:
    import_configuration(_file(HMAC))
    exported = export_configuration()
    Connector.objects.all().delete()

    report = import_configuration(exported.encode())

    assert [str(remark).partition(": ")[0] for remark in report.remarks] == [
        "connectors[0].click_to_call.authentication.secret"
    ]


def test_secrets_of_another_kind_do_not_stay() -> None:
    import_configuration(_file(HMAC))

    import_configuration(_file({"kind": "bearer", "token": "t0ken"}))
    import_configuration(_file(None, timeout_seconds=5))

    assert (_template().authentication_kind, _template().authentication_settings) == ("bearer", {"token": "t0ken"})


def test_claims_may_be_written_as_a_mapping() -> None:
    import_configuration(_file({"kind": "jwt", "private_key": as_pem(rsa_key()), "claims": {"application_id": "a"}}))

    assert _template().authentication_settings["claims"] == '{"application_id": "a"}'


@pytest.mark.parametrize(
    ("authentication", "more", "path"),
    [
        ({"kind": "basic", "username": "u"}, {}, "authentication.password"),
        ({"kind": "basik"}, {}, "authentication.kind"),
        ({"kind": ["basic"]}, {}, "authentication.kind"),
        (BASIC | {"pasword": "x"}, {}, "authentication.pasword"),
        (HMAC | {"string_to_sign": "{boddy}"}, {}, "authentication.string_to_sign"),
        (BASIC, {"headers": [{"name": "authorization", "value": "x"}]}, "headers[0].name"),
        (BASIC, {"url": "https://a:b@api.example.com/"}, "url"),
        ({"kind": "header", "header": "Host", "value": "x1x"}, {}, "authentication.kind"),
    ],
)
def test_mistakes_are_told_with_their_place(authentication: dict[str, Any], more: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigurationFileError) as caught:
        import_configuration(_file(authentication, **more))

    assert f"connectors[0].click_to_call.{path}" in [problem.path for problem in caught.value.problems]
    assert not any(secret in str(caught.value) for secret in ("pa55word", "s3cret-hmac"))
    assert not Connector.objects.exists()


def test_a_template_that_is_switched_off_may_lack_its_secrets() -> None:
    import_configuration(_file({"kind": "bearer"}, enabled=False))

    with pytest.raises(ConfigurationFileError, match=r"authentication\.token: is required"):
        import_configuration(_file({"kind": "bearer"}, enabled=True))


def _page(template: RequestTemplate) -> str:
    return reverse("admin:connector_config_connector_change", args=[template.connector_id])


def _name(field: str) -> str:
    return f"request_templates-0-authentication_{field}"


def test_the_admin_sets_changes_and_never_shows_a_secret(admin_client: Client) -> None:
    template = RequestTemplateFactory()
    page = _page(template)
    typed = {_name("kind"): "hmac", _name("_key"): "pub", _name("_secret"): "s3cret-hmac",
             _name("_string_to_sign"): "{path}"}  # fmt: skip

    first = submit(admin_client, page, "connector_form", **typed)
    second = submit(admin_client, page, "connector_form", **{_name("_key"): "other"})

    assert errors_of(first) == []
    assert errors_of(second) == []
    settings = _template().authentication_settings
    assert (settings["key"], settings["secret"]) == ("other", "s3cret-hmac")
    assert "s3cret-hmac" not in admin_client.get(page).content.decode()
    assert shown_values(admin_client, page, "connector_form")[_name("_key")] == "other"


def test_the_admin_says_what_is_missing_beside_its_field(admin_client: Client) -> None:
    page = _page(RequestTemplateFactory())

    response = submit(admin_client, page, "connector_form", **{_name("kind"): "basic", _name("_username"): "u"})

    assert errors_of(response) == ["request_templates.authentication__password: is required"]
    assert _template().authentication_kind == "none"


def test_a_pem_pasted_into_one_line_is_taken(admin_client: Client) -> None:
    page = _page(RequestTemplateFactory())
    pasted = as_pem(rsa_key()).replace("\n", "")

    response = submit(admin_client, page, "connector_form", **{_name("kind"): "jwt", _name("_private_key"): pasted})

    assert errors_of(response) == []
    assert _template().authentication_kind == "jwt"


def test_the_dry_run_shows_the_authentication_masked(admin_client: Client) -> None:
    template = RequestTemplateFactory(
        authentication_kind="basic", authentication_settings={"username": "u", "password": "pa55word"}
    )
    choice = {"agent": AgentFactory().pk, "lead": LeadFactory(phones=["+919611795983"]).pk, "action": "show"}

    page = admin_client.post(reverse("dry-run", args=[template.connector_id, "click_to_call"]), choice)

    assert "Authorization: Basic ••••" in page.content.decode()
    assert "pa55word" not in page.content.decode()
