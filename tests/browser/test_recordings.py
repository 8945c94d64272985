"""Recordings in the running product: the player in Chromium, and copies that the real worker keeps."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser import sample
from tests.environment.live import LiveSystem
from tests.recordings.sound_server import Sound, SoundServer, serving, tone

SECONDS = 90


@pytest.fixture(scope="module")
def sounds() -> Iterator[SoundServer]:
    """The provider's recordings: long enough for more than one window of the proxy."""
    with serving() as server:
        server.put("/good.wav", Sound(body=tone(SECONDS)))
        server.put("/odd.wav", Sound(body=tone(SECONDS), has_ranges=False, content_type="application/octet-stream"))
        server.put("/late.wav", Sound(body=tone(2)))
        yield server


@pytest.fixture(scope="module")
def recorded(office: LiveSystem, sounds: SoundServer) -> LiveSystem:
    """The office, whose calls with Ravi, Arjun and Dev have these recordings."""
    office.manage(
        "shell", "-c",
        "from calls.models import Call\n"
        "for session, path in (('sample-0', 'good'), ('sample-4', 'odd'), ('sample-7', 'late')):\n"
        f"    Call.objects.filter(session_id=session).update(recording_url=f'{sounds.origin}/{{path}}.wav')\n",
    )  # fmt: skip
    return office


def seconds_played(audio: Locator) -> float:
    return float(audio.evaluate("audio => audio.currentTime"))


def wait_until(is_done: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def play_and_seek(page: Page, button: Locator) -> None:
    """The sound runs, knows its length, and goes on behind a jump to a part that had not been loaded."""
    button.click()
    audio = page.locator("audio")
    wait_until(lambda: seconds_played(audio) > 0.2)
    assert audio.evaluate("audio => audio.duration") == pytest.approx(SECONDS, abs=0.1)

    audio.evaluate("audio => { audio.currentTime = 80; }")

    wait_until(lambda: seconds_played(audio) > 80.2)
    assert audio.evaluate("audio => audio.error") is None


def test_a_recording_plays_and_seeks_on_a_leads_page(
    recorded: LiveSystem, signed_in: Callable[..., Page], picture: Callable[..., None], sounds: SoundServer
) -> None:
    page = signed_in()
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.get_by_role("searchbox").fill("Ravi")
    page.get_by_role("link", name="Ravi Kumar").first.click()
    button = page.get_by_role("button", name="Play the recording").first

    play_and_seek(page, button)

    expect(button).to_have_attribute("aria-expanded", "true")
    picture(page, "recording-lead")
    assert hosts == {recorded.base_url.removeprefix("http://")}
    assert str(sounds.port) not in page.content()
    page.keyboard.press("Escape")
    expect(page.locator("audio")).to_have_count(0)
    expect(button).to_be_focused()
    page.goto(f"{recorded.base_url}{button.get_attribute('data-recording')}")
    wait_until(lambda: bool(page.locator("video").evaluate("video => video.duration > 89 && video.readyState > 1")))


def test_todays_list_plays_one_at_a_time_and_says_why_when_it_cannot(
    recorded: LiveSystem, signed_in: Callable[..., Page], picture: Callable[..., None], sounds: SoundServer
) -> None:
    page = signed_in(size="390")
    rows = page.locator("#today tr")
    odd = rows.filter(has_text="Arjun Mehta").get_by_role("button", name="Play the recording").first
    late = rows.filter(has_text="Dev Patel").get_by_role("button", name="Play the recording")
    sounds.sounds["/late.wav"].statuses = [404] * 12

    play_and_seek(page, odd)
    late.click()

    expect(page.locator(".player-message")).to_contain_text("The recording is not ready yet")
    expect(page.locator("audio")).to_have_count(1)
    expect(odd).to_have_attribute("aria-expanded", "false")
    picture(page, "recording-not-ready")
    sounds.sounds["/late.wav"].statuses = []
    page.get_by_role("button", name="Try again").click()
    wait_until(lambda: seconds_played(page.locator("audio")) > 0.2)
    expect(page.locator(".player-message")).to_be_empty()


def test_an_administrator_plays_on_the_calls_page(
    recorded: LiveSystem, signed_in: Callable[..., Page], picture: Callable[..., None]
) -> None:
    page = signed_in(sample.ADMINISTRATOR)
    found = page.request.get(f"{recorded.base_url}/api/calls/?session_id=sample-0").json()["results"][0]
    page.goto(f"{recorded.base_url}/admin/calls/call/{found['id']}/change/")

    play_and_seek(page, page.get_by_role("button", name="Play the recording"))

    picture(page, "recording-admin")
    page.reload()
    expect(page.get_by_text(sample.ADMINISTRATOR).first).to_be_attached()


def test_the_worker_keeps_a_copy_once_the_recording_is_ready(recorded: LiveSystem, sounds: SoundServer) -> None:
    recorded.manage(
        "shell", "-c",
        "from connector_config.models import Connector\n"
        "from connector_config.services.saving import touch_connector\n"
        "Connector.objects.filter(slug='acme').update(keeps_recordings=True)\n"
        "touch_connector(Connector.objects.get().pk)",
    )  # fmt: skip
    url = sounds.put("/kept.wav", Sound(body=tone(3), statuses=[404, 202]))
    log = {
        "SourceNumber": sample.RAVI_NUMBERS[0], "DestinationNumber": "+919611795980", "Direction": "Inbound",
        "DisplayNumber": "+919020897874", "StartTime": "2026-08-20 18:26:38", "EndTime": "2026-08-20 18:26:50",
        "CallDuration": "12", "Status": "Answered", "CallSessionId": "kept-1", "ResourceURL": url,
    }  # fmt: skip
    hook = f"{recorded.base_url}/hooks/{sample.HOOK_KEY}/call-log"

    assert requests.post(hook, json=log, timeout=10).status_code == 200

    wait_until(lambda: len([heard for heard in sounds.heard if heard.path == "/kept.wav"]) == 3, seconds=60)
    time.sleep(1)
    sounds.sounds.pop("/kept.wav")
    session = logged_in(recorded)
    call = session.get(f"{recorded.base_url}/api/calls/?session_id=kept-1", timeout=10).json()["results"][0]
    answer = session.get(call["recording"], headers={"Range": "bytes=0-"}, timeout=10)
    assert (answer.status_code, answer.content) == (206, tone(3))
    assert call["recording_url"] == call["recording"]


def test_who_closes_the_connection_ends_the_providers_answer_too(recorded: LiveSystem, sounds: SoundServer) -> None:
    url = sounds.put("/endless.wav", Sound(body=tone(2), drips=True))
    recorded.manage(
        "shell", "-c",
        "from calls.models import Call\n"
        "from connector_config.models import Connector\n"
        "Connector.objects.update(keeps_recordings=False)\n"
        f"Call.objects.filter(session_id='sample-7').update(recording_url='{url}')",
    )  # fmt: skip
    session = logged_in(recorded)
    call = session.get(f"{recorded.base_url}/api/calls/?session_id=sample-7", timeout=10).json()["results"][0]
    cookie = f"sessionid={session.cookies['sessionid']}"

    with socket.create_connection(("127.0.0.1", recorded.port), timeout=10) as connection:
        head = f"GET /calls/{call['id']}/recording/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
        connection.sendall(head.encode())
        assert b"200 OK" in connection.recv(4096)
        wait_until(lambda: sounds.open_drips == 1)

    wait_until(lambda: sounds.open_drips == 0)


def logged_in(system: LiveSystem) -> requests.Session:
    """A session of Asha's, by the login form."""
    session = requests.Session()
    session.get(f"{system.base_url}/login/", timeout=10)
    form = {
        "username": sample.ASHA, "password": sample.PASSWORD, "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }  # fmt: skip
    headers = {"Referer": f"{system.base_url}/login/"}
    assert session.post(f"{system.base_url}/login/", data=form, headers=headers, timeout=10).status_code == 200
    return session
