"""Where the proxy goes for a recording, and to whom it shows the connector's credentials."""

from __future__ import annotations

import pytest
from django.test import Client

from connector_config.models import Connector
from crm.models import Agent
from tests import factories
from tests.recordings.conftest import MakeCall, body_of, leave, listen
from tests.recordings.sound_server import Sound, SoundServer, serving, tone

WAV = tone(2)


def test_a_forbidden_address_is_refused_and_named_to_staff_alone(
    asha: Agent, connector: Connector, player: Client, staff: Client
) -> None:
    url = "http://169.254.169.254/latest/meta-data/?token=s3cret"
    call = factories.CallFactory(connector=connector, agent=asha, recording_url=url)

    seen, by_staff = listen(player, call), listen(staff, call)

    assert (seen.status_code, by_staff.status_code) == (502, 502)
    assert b"169.254" not in seen.content
    assert b"169.254.169.254:80 may not be reached" in by_staff.content
    assert b"s3cret" not in by_staff.content


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://169.254.169.254/latest/meta-data/", "may not reach"),
        ("http://localhost:1/", "may not reach"),
        ("file:///etc/passwd", "could not be reached"),
        ("javascript:alert(1)", "could not be reached"),
        ("", "could not be reached"),
        ("/r/1.wav", "could not be reached"),
    ],
)
def test_a_redirect_leads_nowhere_forbidden_and_not_on_for_ever(
    location: str, words: str, recorded: MakeCall, player: Client, sounds: SoundServer
) -> None:
    answer = listen(player, recorded(status=302, headers={"Location": location}))

    assert answer.status_code == 502
    assert words in answer.content.decode()
    assert len(sounds.heard) <= 4


def test_a_redirect_to_a_storage_host_is_followed_without_the_credentials(
    recorded: MakeCall, player: Client, connector: Connector, sounds: SoundServer
) -> None:
    with serving() as storage:
        connector.recording_authentication = "basic"
        connector.recording_settings = {"username": "u", "password": "p"}
        connector.recording_hosts = [sounds.origin]
        connector.allowed_networks = [sounds.network, storage.network]
        connector.save()
        target = storage.put("/kept.wav", Sound(body=WAV))
        sounds.put("/again", Sound(status=307, headers={"Location": target}))
        call = recorded(status=302, headers={"Location": "/again"}, authorization="Basic dTpw")

        answer = listen(player, call, Range="bytes=4-7")

        assert (answer.status_code, body_of(answer)) == (206, WAV[4:8])
        assert [heard.headers.get("authorization") for heard in sounds.heard] == ["Basic dTpw", "Basic dTpw"]
        assert "authorization" not in storage.heard[0].headers
        assert storage.heard[0].headers["range"] == "bytes=4-7"


@pytest.mark.parametrize(
    ("kind", "values", "header", "value"),
    [
        ("basic", {"username": "u", "password": "p"}, "authorization", "Basic dTpw"),
        ("bearer", {"token": "t0ken"}, "authorization", "Bearer t0ken"),
        ("header", {"header": "X-Api-Key", "value": "k3y"}, "x-api-key", "k3y"),
    ],
)
def test_the_connectors_own_credentials_go_to_their_hosts_only(
    kind: str, values: dict[str, str], header: str, value: str, recorded: MakeCall, player: Client,
    connector: Connector, sounds: SoundServer,
) -> None:  # fmt: skip
    call = recorded()
    for hosts in ([sounds.origin], ["recordings.example.com"], [f"https://127.0.0.1:{sounds.port}"], []):
        Connector.objects.filter(pk=connector.pk).update(recording_hosts=hosts)
        connector.refresh_from_db()
        connector.recording_authentication, connector.recording_settings = kind, values
        connector.save()
        leave(listen(player, call))

    assert [heard.headers.get(header) for heard in sounds.heard] == [value, None, None, None]


def test_a_token_in_the_address_is_added_and_escaped(
    recorded: MakeCall, player: Client, connector: Connector, sounds: SoundServer
) -> None:
    connector.recording_authentication = "query"
    connector.recording_settings = {"parameter": "api key", "query_value": "a&b=c#d"}
    connector.recording_hosts = [sounds.origin]
    connector.save()

    leave(listen(player, recorded(query="?id=5#part")))

    assert sounds.heard[0].path == "/r/1.wav?id=5&api%20key=a%26b%3Dc%23d"


def test_click_to_calls_authentication_goes_to_its_host_by_default(
    recorded: MakeCall, player: Client, connector: Connector, sounds: SoundServer
) -> None:
    factories.RequestTemplateFactory(
        connector=connector, url=f"{sounds.origin}/call?agent=@agentNumber", authentication_kind="bearer",
        authentication_settings={"token": "t0ken"},
    )  # fmt: skip
    connector.recording_authentication = "click_to_call"
    connector.save()
    call = recorded()

    leave(listen(player, call))
    connector.request_templates.update(url="https://api.elsewhere.example/call")
    template = connector.request_templates.get()
    template.url = "https://api.elsewhere.example/call"
    template.save()
    leave(listen(player, call))

    assert [heard.headers.get("authorization") for heard in sounds.heard] == ["Bearer t0ken", None]


def test_click_to_calls_user_and_password_within_its_address_serve_too(
    recorded: MakeCall, player: Client, connector: Connector, sounds: SoundServer
) -> None:
    url = f"http://key:t0ken@127.0.0.1:{sounds.port}/call"
    factories.RequestTemplateFactory(connector=connector, url=url, headers={})
    connector.recording_authentication = "click_to_call"
    connector.save()

    answer = listen(player, recorded(authorization="Basic a2V5OnQwa2Vu"))

    assert answer.status_code == 200


def test_missing_settings_are_told_without_asking_the_provider(
    recorded: MakeCall, player: Client, connector: Connector, sounds: SoundServer
) -> None:
    connector.recording_authentication = "click_to_call"
    connector.save()

    answer = listen(player, recorded())

    assert answer.status_code == 502
    assert b"tab Recordings" in answer.content
    assert sounds.heard == []


def test_withheld_credentials_are_named_to_staff(
    recorded: MakeCall, staff: Client, connector: Connector, sounds: SoundServer
) -> None:
    connector.recording_authentication, connector.recording_settings = "bearer", {"token": "t0ken"}
    connector.recording_hosts = ["recordings.example.com"]
    connector.save()

    answer = listen(staff, recorded(authorization="Bearer t0ken"))

    assert answer.status_code == 502
    assert b"The credentials were not sent" in answer.content
