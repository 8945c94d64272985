"""Keeping copies: owed when a recording comes, fetched when it is ready, played, replaced, thinned out."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db.models import F
from django.test import Client
from django.utils import timezone

from calls.models import Call, RecordingCopy
from calls.recordings import copies
from calls.recordings.copies import claim, owe_copy, settle, sweep_copies, thin_out_copies
from calls.recordings.fetching import fetch_copy
from calls.recordings.schedule import MAXIMUM_ATTEMPTS
from connector_config.models import Connector
from connector_config.services.saving import touch_connector
from tests import factories
from tests.recordings.conftest import MakeCall, body_of, listen
from tests.recordings.sound_server import Sound, SoundServer, tone

State = RecordingCopy.State
WAV = tone(2)


@pytest.fixture(autouse=True)
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that were handed to a worker: there is none here."""
    ids: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: ids.extend(args))
    return ids


@pytest.fixture
def keeping(connector: Connector) -> Connector:
    """The connector keeps copies."""
    connector.keeps_recordings = True
    connector.save()
    return connector


def owed(call: Call) -> RecordingCopy:
    owe_copy(call=call, is_wanted=True)
    return RecordingCopy.objects.get(call=call)


def make_due(copy: RecordingCopy) -> None:
    RecordingCopy.objects.filter(pk=copy.pk).update(next_attempt_at=timezone.now())


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_call_log_with_a_recording_owes_a_copy_where_the_connector_keeps_them(
    keeps: bool, connector: Connector, client: Client, handed_over: list[int],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    Connector.objects.filter(pk=connector.pk).update(keeps_recordings=keeps)
    touch_connector(connector.pk)
    body = {"CallSessionId": "s-1", "ResourceURL": "https://r.example/1.mp3"}

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/hooks/{connector.hook_key}/call-log", body, content_type="application/json")

    assert Call.objects.get().recording_url == "https://r.example/1.mp3"
    assert list(RecordingCopy.objects.values_list("url", "state")) == (
        [("https://r.example/1.mp3", "wanted")] if keeps else []
    )
    assert handed_over == list(RecordingCopy.objects.values_list("pk", flat=True))


def test_a_recording_that_is_not_ready_is_asked_for_until_it_is(
    recorded: MakeCall, keeping: Connector, recordings_folder: Path, sounds: SoundServer
) -> None:
    copy = owed(recorded(statuses=[404, 202]))

    states = []
    for _ in range(3):
        make_due(copy)
        fetch_copy(copy.pk)
        copy.refresh_from_db()
        states.append((copy.state, copy.attempt_count))

    assert states == [("wanted", 1), ("wanted", 2), ("ready", 3)]
    assert (copy.size, copy.content_type) == (len(WAV), "audio/wav")
    assert copy.sha256 == hashlib.sha256(WAV).hexdigest()
    kept = files(recordings_folder)
    assert [path.read_bytes() for path in kept] == [WAV]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert kept[0].relative_to(recordings_folder).as_posix() == copy.file
    fetch_copy(copy.pk)
    assert len(sounds.heard) == 3


def test_the_words_why_stand_in_the_row_and_the_next_attempt_follows_the_schedule(
    recorded: MakeCall, keeping: Connector
) -> None:
    copy = owed(recorded(statuses=[403]))
    before = timezone.now()

    fetch_copy(copy.pk)

    copy.refresh_from_db()
    assert "refused to hand the recording over (403)" in copy.message
    assert copy.next_attempt_at is not None
    assert timedelta(seconds=5) <= copy.next_attempt_at - before <= timedelta(seconds=12)


def test_after_the_last_attempt_it_is_given_up_and_an_administrator_fetches_it_again(
    recorded: MakeCall, keeping: Connector, client_of: Callable[[Any], Client]
) -> None:
    copy = owed(recorded(statuses=[404]))
    RecordingCopy.objects.filter(pk=copy.pk).update(attempt_count=MAXIMUM_ATTEMPTS - 1)

    fetch_copy(copy.pk)

    copy.refresh_from_db()
    assert (copy.state, copy.next_attempt_at) == (State.FAILED, None)
    assert copy.message.startswith("Given up after")
    admin = client_of(factories.UserFactory(is_staff=True, is_superuser=True))
    post = {"action": "fetch_selected_again", "_selected_action": [str(copy.pk)]}
    assert admin.post("/admin/calls/recordingcopy/", post).status_code == 302
    fetch_copy(copy.pk)
    copy.refresh_from_db()
    assert copy.state == State.READY


def test_one_that_is_too_large_is_given_up_at_once(recorded: MakeCall, keeping: Connector, settings: Any) -> None:
    settings.RECORDING_MAX_MEGABYTES = 1
    copy = owed(recorded(body=tone(70)))

    fetch_copy(copy.pk)

    copy.refresh_from_db()
    assert copy.state == State.FAILED


@pytest.mark.parametrize(
    "sound", [{"body": b"<html>log in</html>", "content_type": "text/html"}, {"declared_extra": 9}, {"body": b""}]
)
def test_half_a_recording_or_a_page_is_not_kept(
    sound: dict[str, Any], recorded: MakeCall, keeping: Connector, recordings_folder: Path
) -> None:
    copy = owed(recorded(**sound))

    fetch_copy(copy.pk)

    copy.refresh_from_db()
    assert copy.state == State.WANTED
    assert files(recordings_folder) == []


def test_the_copy_plays_when_the_provider_has_lost_it(
    recorded: MakeCall, keeping: Connector, player: Client, sounds: SoundServer
) -> None:
    call = recorded()
    fetch_copy(owed(call).pk)
    sounds.sounds.clear()

    whole, part = listen(player, call), listen(player, call, Range="bytes=-10")
    beyond = listen(player, call, Range="bytes=99999-")

    assert body_of(whole) == WAV
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes {len(WAV) - 10}-{len(WAV) - 1}/{len(WAV)}")
    assert body_of(part) == WAV[-10:]
    assert part["Content-Type"] == "audio/wav"
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(WAV)}")
    assert player.head(f"/calls/{call.pk}/recording/")["Content-Length"] == str(len(WAV))


def test_a_lost_file_is_played_from_the_provider_and_fetched_anew(
    recorded: MakeCall, keeping: Connector, player: Client, recordings_folder: Path
) -> None:
    call = recorded()
    copy = owed(call)
    fetch_copy(copy.pk)
    files(recordings_folder)[0].unlink()

    answer = listen(player, call, Range="bytes=0-3")

    assert body_of(answer) == b"RIFF"
    copy.refresh_from_db()
    assert copy.state == State.WANTED


def test_a_new_address_is_fetched_anew_and_the_old_file_goes(
    recorded: MakeCall, keeping: Connector, player: Client, recordings_folder: Path, sounds: SoundServer
) -> None:
    call = recorded()
    copy = owed(call)
    fetch_copy(copy.pk)
    call.recording_url = sounds.put("/r/better.wav", Sound(body=tone(3)))
    call.save()

    owe_copy(call=call, is_wanted=True)
    owe_copy(call=call, is_wanted=True)
    before = body_of(listen(player, call))
    fetch_copy(copy.pk)

    copy.refresh_from_db()
    assert (before, copy.state) == (tone(3), State.READY)
    assert [path.read_bytes() for path in files(recordings_folder)] == [tone(3)]


def test_an_address_that_changes_while_it_is_fetched_keeps_nothing_of_the_old(
    recorded: MakeCall, keeping: Connector, recordings_folder: Path, sounds: SoundServer
) -> None:
    call = recorded()
    copy = owed(call)
    held = claim(copy.pk)
    assert held is not None
    call.recording_url = sounds.put("/r/better.wav", Sound(body=tone(3)))
    call.save()
    owe_copy(call=call, is_wanted=True)

    is_settled = settle(held, copies.Fetched(sha256="0" * 64, file_name=held.file_name, size=1))

    copy.refresh_from_db()
    assert (is_settled, copy.state, copy.file) == (False, State.WANTED, "")


def test_a_claim_is_for_one_and_comes_back_when_its_worker_dies(
    recorded: MakeCall, keeping: Connector, handed_over: list[int]
) -> None:
    copy = owed(recorded())

    first, second = claim(copy.pk), claim(copy.pk)
    sweep_copies()
    while_claimed = list(handed_over)
    RecordingCopy.objects.update(claimed_until=F("claimed_until") - timedelta(hours=1))
    sweep_copies()

    assert (first is not None, second, while_claimed) == (True, None, [])
    assert handed_over == [copy.pk]
    assert claim(copy.pk) is not None


def test_no_more_than_two_are_fetched_at_once(keeping: Connector, handed_over: list[int]) -> None:
    several = [factories.RecordingCopyFactory(call__connector=keeping) for _ in range(4)]

    sweep_copies()
    claims = [claim(copy.pk) for copy in several]

    assert handed_over == [copy.pk for copy in several[:2]]
    assert [one is not None for one in claims] == [True, True, False, False]


def test_switched_off_nothing_more_is_fetched(recorded: MakeCall, connector: Connector) -> None:
    assert claim(owed(recorded()).pk) is None


def test_playing_owes_the_copy_that_an_earlier_call_lacks(
    recorded: MakeCall, keeping: Connector, player: Client, handed_over: list[int],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        listen(player, recorded(), Range="bytes=0-")

    assert handed_over == [RecordingCopy.objects.get().pk]


def test_copies_go_after_their_connectors_days_and_with_their_call(
    recorded: MakeCall, keeping: Connector, recordings_folder: Path
) -> None:
    calls = [recorded(f"/r/{number}.wav") for number in range(4)]
    rows = [owed(call) for call in calls]
    for row in rows[:3]:
        fetch_copy(row.pk)
    keeping.recording_days = 10
    keeping.save()
    old = timezone.now() - timedelta(days=11)
    RecordingCopy.objects.filter(pk=rows[0].pk).update(fetched_at=old)
    RecordingCopy.objects.filter(pk=rows[3].pk).update(created_at=old)
    calls[1].delete()

    deleted = thin_out_copies()

    assert deleted == 3
    assert list(RecordingCopy.objects.values_list("pk", flat=True)) == [rows[2].pk]
    assert len(files(recordings_folder)) == 1


def test_an_administrator_deletes_a_copy_before_its_time(
    recorded: MakeCall, keeping: Connector, recordings_folder: Path, client_of: Callable[[Any], Client]
) -> None:
    copy = owed(recorded())
    fetch_copy(copy.pk)
    admin = client_of(factories.UserFactory(is_staff=True, is_superuser=True))
    post = {"action": "delete_selected_copies", "_selected_action": [str(copy.pk)]}

    client_of(factories.UserFactory(is_staff=True)).post("/admin/calls/recordingcopy/", post)
    kept = len(files(recordings_folder))
    admin.post("/admin/calls/recordingcopy/", post)

    assert (kept, len(files(recordings_folder)), RecordingCopy.objects.count()) == (1, 0, 0)
