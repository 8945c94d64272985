"""Import and export of the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from connector_config.models import AgentMapping, Connector, DispositionField, RequestTemplate
from connector_config.services.configuration import (
    ConfigurationFileError,
    export_configuration,
    import_configuration,
)
from crm.models import Agent, AgentGroup, Lead, Opportunity, Team

pytestmark = pytest.mark.django_db

EXAMPLE = (Path(__file__).parent / "example.yaml").read_bytes()


def problems_of(text: str) -> dict[str, str]:
    """Path → message of every fault that the import finds."""
    with pytest.raises(ConfigurationFileError) as caught:
        import_configuration(text.encode())
    return {problem.path: problem.message for problem in caught.value.problems}


def empty_the_system() -> None:
    for model in (Connector, Opportunity, Lead, Agent, User, Team, AgentGroup, DispositionField):
        model.objects.all().delete()


def connector_file(**keys: object) -> str:
    """A file with one connector of these keys."""
    return yaml.safe_dump({"version": 1, "connectors": [{"slug": "acme", "name": "Acme", **keys}]})


def test_the_whole_example_is_imported() -> None:
    import_configuration(EXAMPLE)

    agent = Agent.objects.get()
    assert agent.user.check_password("a long password")
    assert [phone.e164 for phone in agent.phones.all()] == ["+919611795980"]
    assert AgentMapping.objects.get().provider_agent_id == "5071"
    connector = Connector.objects.get()
    assert connector.owner == agent
    assert connector.virtual_numbers.get().e164 == "+919020897874"
    assert connector.verification_secrets == {"secret": "shared-secret"}
    assert connector.ip_allow_list == ["103.21.77.0/24"]
    template = connector.request_templates.get(purpose="click_to_call")
    assert [(header.name, header.is_secret) for header in template.headers.all()] == [
        ("X-Api-Key", True),
        ("X-App", False),
    ]
    assert Lead.objects.get().phones.count() == 2
    assert Opportunity.objects.get().lead == Lead.objects.get()


def test_a_second_import_of_the_same_file_changes_nothing_but_the_version() -> None:
    import_configuration(EXAMPLE)
    before = export_configuration(with_secrets=True)

    report = import_configuration(EXAMPLE.replace(b", password: a long password", b""))

    assert export_configuration(with_secrets=True) == before
    assert report.created == {}


def test_an_import_with_the_same_passwords_logs_nobody_out(client: Client) -> None:
    import_configuration(EXAMPLE)
    client.force_login(Agent.objects.get().user)

    import_configuration(EXAMPLE)
    after_the_same = client.get("/").status_code
    import_configuration(EXAMPLE.replace(b", password: a long password", b", password: another long one"))

    assert after_the_same == 200
    assert client.get("/").status_code == 302
    assert Agent.objects.get().user.check_password("another long one")


def test_an_export_with_secrets_gives_the_same_bytes_after_import_into_an_empty_system() -> None:
    import_configuration(EXAMPLE)
    exported = export_configuration(with_secrets=True)
    empty_the_system()

    import_configuration(exported.encode())

    assert export_configuration(with_secrets=True) == exported
    assert Agent.objects.get().user.check_password("a long password")


SECRETS = [
    "0123456789abcdefghijABCDEFGHIJ-_", "the server's credential", "shared-secret", "pa55word", "querysecret",
    "bodysecret", "s3cret", "pbkdf2", "md5$",
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_an_export_without_secrets_holds_none(secret: str) -> None:
    import_configuration(EXAMPLE)

    assert secret not in export_configuration()


def test_importing_an_export_without_secrets_keeps_the_stored_ones() -> None:
    import_configuration(EXAMPLE)
    before = export_configuration(with_secrets=True)

    import_configuration(export_configuration().encode())

    assert export_configuration(with_secrets=True) == before


def test_an_export_without_secrets_enters_an_empty_system_with_remarks_on_what_is_missing() -> None:
    import_configuration(EXAMPLE)
    exported = export_configuration()
    empty_the_system()

    report = import_configuration(exported.encode())

    assert {remark.path for remark in report.remarks} == {
        "connectors[0].verification.secret",
        "connectors[0].recordings.authentication.password",
        "connectors[0].click_to_call.url",
        "connectors[0].click_to_call.body",
        "connectors[0].click_to_call.headers[0].value",
    }
    assert len(Connector.objects.get().hook_key) == 43


def test_a_dry_run_stores_nothing() -> None:
    report = import_configuration(EXAMPLE, is_dry_run=True)

    assert report.created["connector"] == 1
    assert not Connector.objects.exists()
    assert not User.objects.exists()


def test_one_mistake_stores_nothing_at_all() -> None:
    problems = problems_of(EXAMPLE.decode().replace("owner: asha@example.com, stage: Open", "owner: asa@example.com"))

    assert problems == {"opportunities[0].owner": "there is no agent 'asa@example.com'; did you mean asha@example.com?"}
    assert not User.objects.exists()
    assert not Connector.objects.exists()


def test_every_mistake_is_told_at_once_with_its_path() -> None:
    problems = problems_of("""
version: 1
teems: []
agents: [{email: nobody, name: A}, {email: b@example.com, phones: [12], team: Nowhere, on_duty: perhaps}]
connectors:
  - {name: No slug}
  - slug: acme
    name: Acme
    time_zone: Asia/Kolkatta
    hook_key: short
    enabled: [yes]
    verification: {scheme: hmacc}
    allowed_networks: [10.0.0.0/8, nonsense]
    call_route: {reply: carrier pigeon}
    mapping: {rulez: []}
    click_to_call:
      url: "http://127.0.0.1/@agentNumer"
      body_type: json
      body: "{not json}"
      timeout_seconds: 3600
      headers: [{name: X-A, value: b}, {name: Content-Type, value: text/plain}, {nam: X}]
    disposition: {url: "http://127.0.0.1/", field: Unknown}
leads: [{name: L, owner: nobody@example.com}]
opportunities: [{lead: L-9, name: O}]
""")

    assert set(problems) == {
        "teems", "agents[0].email", "agents[1].phones[0]", "agents[1].team", "agents[1].on_duty", "connectors[0].slug",
        "connectors[1].time_zone", "connectors[1].hook_key", "connectors[1].enabled",
        "connectors[1].verification.scheme", "connectors[1].allowed_networks[1]", "connectors[1].call_route.reply",
        "connectors[1].mapping.rulez", "connectors[1].click_to_call.url", "connectors[1].click_to_call.body",
        "connectors[1].click_to_call.timeout_seconds", "connectors[1].click_to_call.headers[1].name",
        "connectors[1].click_to_call.headers[2].nam", "connectors[1].click_to_call.headers[2].name",
        "connectors[1].disposition.field", "leads[0].owner", "opportunities[0].lead",
    }  # fmt: skip
    assert problems["teems"] == "unknown key; did you mean teams?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a mapping"),
        ("- a", "must be a mapping"),
        ("version: 2", "this release reads version 1"),
        ("agents: []", "is required"),
        ("a: [", "line 2, column 1"),
        ("version: 1\nversion: 1", "stands twice"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: !!python/object/apply:os.system [ls]", "not valid YAML"),
        ("[" * 5000, "nested too deeply"),
        ("{a: " * 500, "nested too deeply"),
        ("version: 1\n---\nversion: 1", "not valid YAML"),
        ("? [a]\n: b", "a key must be a word"),
        ("version: 1\nteams: {name: North}", "must be a list"),
        ("version: 1\nteams: [North]", "must be a mapping"),
        ("version: 1\nteams: [{name: {a: b}}]", "must be a single value"),
        ("version: 1\nteams: [null]", "is empty"),
        ('version: 1\nteams: [{name: "a\\0"}]', "null character"),
        ("version: 2024-99-99", "whole number"),
        ("\tversion: 1", "line 1"),
    ],
)
def test_broken_files_are_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ConfigurationFileError, match=said):
        import_configuration(text.encode())


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x00", b"version: 1\x07", "version: 1".encode("utf-16")])
def test_files_that_are_no_text_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(ConfigurationFileError):
        import_configuration(data)


def test_unquoted_numbers_and_words_keep_their_text() -> None:
    import_configuration(b"""
version: 1
agents: [{email: a@example.com, name: No, phones: [+919611795980]}]
fields: [{name: D, options: [Yes, No, 1_000, 12:30]}]
""")

    assert Agent.objects.get().phones.get().e164 == "+919611795980"
    assert Agent.objects.get().name == "No"
    assert [option.value for option in DispositionField.objects.get().options.all()] == ["Yes", "No", "1_000", "12:30"]


def test_what_the_file_leaves_out_stays() -> None:
    import_configuration(EXAMPLE)

    import_configuration(b"""
version: 1
fields: [{name: Disposition, options: [Sold, Call back]}]
leads: [{external_id: L-1, phones: ["+919611795000"]}]
connectors: [{slug: acme, virtual_numbers: [{number: "+919020897000"}]}]
""")

    connector = Connector.objects.get()
    assert connector.name == "Acme Telephony"
    assert {row.number for row in connector.virtual_numbers.all()} == {"+919020897874", "+919020897000"}
    assert [option.value for option in DispositionField.objects.get().options.all()] == [
        "Sold", "Call back", "Interested", "Wrong number",
    ]  # fmt: skip
    lead = Lead.objects.get()
    assert lead.name == "Ravi Kumar"
    assert [phone.number for phone in lead.phones.all()] == ["+919611795000", "+919611795983", "+912261234567"]


def test_given_headers_replace_the_stored_ones_and_a_secret_without_value_keeps_it() -> None:
    import_configuration(EXAMPLE)

    import_configuration(connector_file(click_to_call={"headers": [{"name": "X-Api-Key"}]}).encode())

    template = RequestTemplate.objects.get(purpose="click_to_call")
    assert [(header.name, header.value, header.is_secret) for header in template.headers.all()] == [
        ("X-Api-Key", "s3cret", True)
    ]


def test_a_new_secret_header_needs_a_value() -> None:
    text = connector_file(click_to_call={"url": "http://127.0.0.1/", "headers": [{"name": "X-Key", "secret": True}]})

    assert problems_of(text) == {
        "connectors[0].click_to_call.headers[0].value": "is required: no value of this header is stored yet"
    }


def test_secrets_stay_while_the_verification_scheme_stays_and_go_with_it() -> None:
    import_configuration(EXAMPLE)

    import_configuration(connector_file(verification={"scheme": "token", "name": "X-Other"}).encode())
    assert Connector.objects.get().verification_secrets == {"secret": "shared-secret"}
    import_configuration(connector_file(verification={"scheme": "none"}).encode())

    assert Connector.objects.get().verification_secrets == {}


def test_a_scheme_without_its_secret_is_refused() -> None:
    problems = problems_of(connector_file(verification={"scheme": "token"}))

    assert problems["connectors[0].verification.secret"].startswith("is required")


def test_every_import_of_a_connector_bumps_its_version() -> None:
    import_configuration(EXAMPLE)
    before = Connector.objects.get().config_version

    import_configuration(EXAMPLE)

    assert Connector.objects.get().config_version > before


def test_an_agents_id_at_a_connector_is_replaced_and_another_agents_id_is_refused() -> None:
    import_configuration(EXAMPLE)

    import_configuration(b'version: 1\nagents: [{email: asha@example.com, agent_ids: {acme: ["5072", "5073"]}}]')
    problems = problems_of('version: 1\nagents: [{email: b@example.com, agent_ids: {acme: "5072"}}]')

    assert [row.provider_agent_id for row in AgentMapping.objects.all()] == ["5072", "5073"]
    assert problems == {"agents[0].agent_ids.acme": "'5072' is the id of asha@example.com already"}


def test_an_existing_user_becomes_the_agent_and_keeps_the_password() -> None:
    User.objects.create_superuser("boss@example.com", "boss@example.com", "a long password")

    import_configuration(b"version: 1\nagents: [{email: Boss@example.com, name: The Boss}]")

    user = User.objects.get()
    assert user.agent.name == "The Boss"
    assert user.is_superuser
    assert user.check_password("a long password")


def test_a_new_agent_without_password_cannot_log_in_and_is_no_staff() -> None:
    import_configuration(b"version: 1\nagents: [{email: a@example.com}]")

    user = User.objects.get()
    assert not user.has_usable_password()
    assert not user.is_staff


def test_leads_without_ids_are_found_again_by_name_and_number() -> None:
    text = b'version: 1\nleads: [{name: Ravi, phones: ["+919611795983"]}, {name: Ravi, phones: ["+919611795984"]}]'

    import_configuration(text)
    import_configuration(text)

    assert Lead.objects.count() == 2


def test_an_extension_among_the_numbers_is_sent_to_the_ids() -> None:
    problems = problems_of("version: 1\nagents: [{email: asha@example.com, phones: [1001]}]")

    assert problems["agents[0].phones[0]"].endswith("an extension goes into agent_ids")
