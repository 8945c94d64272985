"""Who may listen, what is noted of it, and what agents are shown of the provider's address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from calls.models import RecordingPlay
from connector_config.models import Connector
from crm.models import Agent
from tests import factories
from tests.recordings.conftest import MakeCall, body_of, listen
from tests.recordings.sound_server import SoundServer, tone

ClientOf = Callable[[Any], Client]


def test_the_agent_of_the_call_and_staff_may_listen(recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    call = recorded()
    staff = factories.UserFactory(is_staff=True)

    for person in (asha, staff):
        answer = listen(client_of(person), call)

        assert answer.status_code == 200
        assert body_of(answer) == tone(2)


def test_an_agent_whose_popup_it_was_may_listen(recorded: MakeCall, client_of: ClientOf) -> None:
    call = recorded()
    ben = factories.AgentFactory()
    factories.PopupDeliveryFactory(popup=factories.PopupFactory(call=call), agent=ben)

    assert listen(client_of(ben), call).status_code == 200


def test_another_agent_gets_404_and_the_provider_is_not_asked(
    recorded: MakeCall, client_of: ClientOf, sounds: SoundServer
) -> None:
    call = recorded()

    answer = listen(client_of(factories.AgentFactory()), call)

    assert answer.status_code == 404
    assert sounds.heard == []
    assert not RecordingPlay.objects.exists()


def test_a_stranger_comes_to_the_login_and_a_player_gets_401(recorded: MakeCall, sounds: SoundServer) -> None:
    call = recorded()

    page = listen(Client(), call)
    player = listen(Client(), call, X_Requested_With="fetch")

    assert page.status_code == 302
    assert page["Location"].startswith("/login/")
    assert player.status_code == 401
    assert sounds.heard == []


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_possible(method: str, recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    assert getattr(client_of(asha), method)(f"/calls/{recorded().pk}/recording/").status_code == 405


def test_a_token_opens_it_in_the_api_and_nothing_else_does(recorded: MakeCall, asha: Agent) -> None:
    call = recorded()
    token, other = (Token.objects.create(user=user) for user in (asha.user, factories.AgentFactory().user))
    path = f"/api/calls/{call.pk}/recording/"
    headers = {"Accept": "audio/*", "Range": "bytes=0-3"}

    mine = Client().get(path, headers={**headers, "Authorization": f"Token {token.key}"})
    theirs = Client().get(path, headers={**headers, "Authorization": f"Token {other.key}"})
    nobodys = Client().get(path, headers=headers)

    assert (mine.status_code, body_of(mine)) == (206, b"RIFF")
    assert (theirs.status_code, nobodys.status_code) == (404, 401)
    assert RecordingPlay.objects.get().user == asha.user


def test_one_sitting_is_one_play_and_the_next_another(recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    call, client = recorded(), client_of(asha)
    start = timezone.now()

    with time_machine.travel(start, tick=False) as clock:
        for header in ("bytes=0-", "bytes=100-", "bytes=50-60"):
            listen(client, call, Range=header)
        clock.shift(timedelta(minutes=9))
        listen(client, call)
        first = RecordingPlay.objects.get()
        clock.shift(timedelta(minutes=11))
        listen(client, call)

    assert (first.user_name, first.call, first.session_id) == ("asha@example.com", call, call.session_id)
    assert (first.request_count, first.started_at, first.address) == (4, start, "127.0.0.1")
    assert RecordingPlay.objects.count() == 2


def test_head_and_failures_are_no_plays(recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    client, call, missing = client_of(asha), recorded(), recorded("/r/2.wav", statuses=[404])

    assert client.head(f"/calls/{call.pk}/recording/").status_code == 200
    assert listen(client, missing).status_code == 503
    assert listen(client, call, Range="bytes=999999-").status_code == 416

    assert not RecordingPlay.objects.exists()


def test_a_play_outlives_its_call_and_its_user(recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    call = recorded()
    listen(client_of(asha), call)

    call.delete()

    play = RecordingPlay.objects.get()
    assert (play.call, play.session_id, play.user_name) == (None, call.session_id, "asha@example.com")


def test_staff_read_plays_and_nobody_changes_them(recorded: MakeCall, asha: Agent, client_of: ClientOf) -> None:
    call = recorded()
    listen(client_of(asha), call)
    play = RecordingPlay.objects.get()
    admin = client_of(factories.UserFactory(is_staff=True, is_superuser=True))

    listed = admin.get("/admin/calls/recordingplay/", {"q": "asha"}).content.decode()
    on_call = admin.get(f"/admin/calls/call/{call.pk}/change/").content.decode()

    assert "asha@example.com" in listed
    assert "asha@example.com" in on_call
    assert f'data-recording="/calls/{call.pk}/recording/"' in on_call
    assert admin.post(f"/admin/calls/recordingplay/{play.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"/admin/calls/recordingplay/{play.pk}/change/", {"user_name": "x"}).status_code == 403
    assert admin.get("/admin/calls/recordingplay/add/").status_code == 403


@pytest.mark.parametrize("path", ["/", "/calls/", "/calls/?format=csv", "/leads/{lead}/"])
def test_agents_pages_and_exports_never_hold_the_providers_address(
    path: str, recorded: MakeCall, asha: Agent, client_of: ClientOf, sounds: SoundServer
) -> None:
    call = recorded(query="?secret=s3cret")
    call.lead = factories.LeadFactory(owner=asha)
    call.save()

    answer = client_of(asha).get(path.format(lead=call.lead_id))
    text = body_of(answer).decode()

    assert f"/calls/{call.pk}/recording/" in text
    assert str(sounds.port) not in text
    assert "s3cret" not in text


def test_the_api_gives_agents_our_address_and_staff_the_providers(
    recorded: MakeCall, asha: Agent, client_of: ClientOf, connector: Connector
) -> None:
    call = recorded()
    silent = factories.CallFactory(connector=connector, agent=asha, recording_url="103_file_without_address.wav")
    ours = f"http://testserver/api/calls/{call.pk}/recording/"

    seen = client_of(asha).get(f"/api/calls/{call.pk}/").json()
    by_staff = client_of(factories.UserFactory(is_staff=True)).get(f"/api/calls/{call.pk}/").json()
    without = client_of(asha).get(f"/api/calls/{silent.pk}/").json()

    assert (seen["recording_url"], seen["recording"]) == (ours, ours)
    assert (by_staff["recording_url"], by_staff["recording"]) == (call.recording_url, ours)
    assert (without["recording_url"], without["recording"]) == ("", "")
