"""The simulated provider's recordings, through the proxy as anybody's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from calls.simulator.cast import Cast
from calls.simulator.hooks import HookClient
from calls.simulator.provider import SimulatedProvider
from calls.simulator.tone import recording
from crm.models import Agent
from tests import factories
from tests.recordings.conftest import body_of, listen

CAST = Cast(callers=(), display_numbers=("+442079460001",), time_zone="UTC")


@pytest.mark.parametrize(("password", "status"), [("pa55", 206), ("wrong", 502)])
def test_its_recordings_ask_for_a_password_and_play_in_ranges(
    password: str, status: int, asha: Agent, client_of: Callable[[Any], Client]
) -> None:
    simulated = SimulatedProvider(
        hooks=HookClient("http://127.0.0.1:1", "k"), cast=CAST, faults=frozenset(), say=lambda _: None,
        recording_authorization="Basic dXNlcjpwYTU1",
    )  # fmt: skip
    origin = f"http://127.0.0.1:{simulated.serve(0)}"
    connector = factories.ConnectorFactory(
        allowed_networks=[origin.replace("http://127.0.0.1", "127.0.0.0/8")], recording_authentication="basic",
        recording_settings={"username": "user", "password": password}, recording_hosts=[origin],
    )  # fmt: skip
    call = factories.CallFactory(connector=connector, agent=asha, recording_url=f"{origin}/recordings/s-1.wav")

    answer = listen(client_of(asha), call, Range="bytes=-8")
    data = body_of(answer)
    simulated.stop()

    assert answer.status_code == status
    assert data == recording()[-8:] or status == 502
