"""The simulator over real HTTP, with the test's server in the place of the product; and the sink."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from calls.simulator import provider as simulator_module
from calls.simulator.cast import Caller, Cast, cast_of
from calls.simulator.endpoint import fields_of
from calls.simulator.faults import Fault
from calls.simulator.hooks import HookClient, UnsupportedSchemeError, client_for
from calls.simulator.provider import SimulatedProvider
from calls.simulator.script import Step
from connector_config.verification import VERIFIERS, SignedRequest, VerificationError, settings_for
from telephony_connector.environment import BASE_DIR
from tests.environment.ports import free_port
from tests.environment.provider import Answer, ProviderServer
from tests.factories import AgentFactory, AgentMappingFactory, ConnectorFactory, LeadFactory, VirtualNumberFactory

KEY = "k" * 43
CAST = Cast((Caller("+442079460101", "+442079460011"),), ("+442079460001",), "UTC")


@pytest.fixture
def lines() -> list[str]:
    """What the simulator said."""
    return []


@pytest.fixture
def simulated(provider_server: ProviderServer, lines: list[str]) -> Iterator[SimulatedProvider]:
    made = SimulatedProvider(
        hooks=HookClient(provider_server.url, KEY), cast=CAST, faults=frozenset(), say=lines.append, pace=20
    )
    yield made
    made.stop()


def ask(simulated: SimulatedProvider, path: str, **request: Any) -> requests.Response:
    return requests.post(f"http://127.0.0.1:{simulated.serve(0)}{path}", timeout=5, **request)


def test_a_click_to_call_rings_and_sends_popup_log_and_recording_back(
    simulated: SimulatedProvider, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"agent": "+442079460011", "customer": "+442079460101", "opportunityId": "O-1", "ref": "R-1"}

    answer = ask(simulated, "/call", json=body)

    assert answer.json()["status"] == "OK"
    (ringing,) = provider_server.wait_for(f"/hooks/{KEY}/agent-popup")
    assert ringing.json() == {
        "SourceNumber": "+442079460011",
        "DestinationNumber": "+442079460101",
        "DisplayNumber": "+442079460001",
        "Direction": "Outbound",
        "CallSessionId": answer.json()["callId"],
        "OpportunityId": "O-1",
        "CallReference": "R-1",
        "Status": "Ringing",
    }
    log, recording = provider_server.wait_for(f"/hooks/{KEY}/call-log", count=2, timeout_seconds=20)
    assert log.json()["Status"] == "Answered"
    url = recording.json()["ResourceURL"]
    assert requests.get(url, timeout=5).content.startswith(b"RIFF")
    part = requests.get(url, headers={"Range": "bytes=4-7"}, timeout=5)
    assert (part.status_code, len(part.content)) == (206, 4)


def test_the_contracts_sample_template_is_understood(simulated: SimulatedProvider) -> None:
    answer = ask(simulated, "/call?agent=%2B919611795980", json={"to": "+919611795983"})

    assert (answer.status_code, "OK" in answer.text) == (200, True)


def test_a_repeated_key_rings_once(
    simulated: SimulatedProvider, lines: list[str], provider_server: ProviderServer
) -> None:
    url = f"http://127.0.0.1:{simulated.serve(0)}/call"
    body, headers = {"agent": "1", "to": "2"}, {"Idempotency-Key": "same"}

    first, second = (requests.post(url, json=body, headers=headers, timeout=5).json() for _ in range(2))

    assert first["callId"] == second["callId"]
    assert sum("ringing" in line for line in lines) == 1


@pytest.mark.parametrize("body", [{"agent": "1"}, {"to": "2"}, {}])
def test_a_click_without_a_number_is_refused(simulated: SimulatedProvider, body: dict[str, str]) -> None:
    assert ask(simulated, "/call", json=body).status_code == 400


def test_a_disposition_is_told_and_answered(simulated: SimulatedProvider, lines: list[str]) -> None:
    answer = ask(simulated, "/dispose", data={"session": "SIM-1", "value": "Interested"})

    assert answer.ok
    assert lines == ["SIM-1  disposition 'Interested': the agent is free again"]


def test_an_unknown_path_is_404(simulated: SimulatedProvider) -> None:
    assert ask(simulated, "/other").status_code == 404


def test_calls_of_its_own_come_at_the_rate_and_then_it_is_done(
    simulated: SimulatedProvider, provider_server: ProviderServer, lines: list[str]
) -> None:
    simulated.make_calls(3, rate=100)

    simulated.wait_until_done()

    sessions = {request.json()["CallSessionId"] for request in provider_server.requests}
    assert len(sessions) == 3
    assert len(provider_server.received(f"/hooks/{KEY}/agent-popup")) >= 3
    assert len(lines) == len(provider_server.requests)


def test_the_slow_fault_delays_answers(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    monkeypatch.setattr(simulator_module, "SLOW_SECONDS", 0.3)
    slow = SimulatedProvider(
        hooks=HookClient(provider_server.url, KEY), cast=CAST, faults=frozenset({Fault.SLOW}), say=lines.append
    )
    started_at = time.monotonic()

    ask(slow, "/dispose", json={"session": "S"})

    assert time.monotonic() - started_at >= 0.3
    slow.stop()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"To": "+1", "n": 2, "x": null}', {"q": "1", "to": "+1", "n": "2", "x": ""}),
        (b"to=%2B1&Q=2", {"q": "2", "to": "+1"}),
        (b"", {"q": "1"}),
        (b"[1]", {"q": "1"}),
        (b"\xff", {"q": "1"}),
    ],
)
def test_bodies_of_any_kind_are_read(body: bytes, expected: dict[str, str]) -> None:
    fields = fields_of("q=1", body)

    assert fields == expected or fields | {"q": "2"} == expected


STEP = Step(0.0, "call-log", {"CallSessionId": "1"}, "call log")
FORGED = Step(0.0, "call-log", {"CallSessionId": "1"}, "forged call log", is_forged=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scheme", "settings", "header", "value"),
    [
        ("bearer", {}, "authorization", "Bearer a-secret-word"),
        ("basic", {"username": "acme"}, "authorization", "Basic YWNtZTphLXNlY3JldC13b3Jk"),
        ("token", {"name": "X-Token"}, "x-token", "a-secret-word"),
    ],
)
def test_events_carry_the_connectors_credential_and_forged_ones_a_wrong_one(
    provider_server: ProviderServer, scheme: str, settings: dict[str, str], header: str, value: str
) -> None:
    connector = ConnectorFactory(
        hook_key=KEY,
        verification_scheme=scheme,
        verification_settings=settings,
        verification_secrets={"secret": "a-secret-word"},
    )
    client = client_for(connector, provider_server.url)

    client.post(STEP)
    client.post(FORGED)

    genuine, forged = provider_server.received(f"/hooks/{KEY}/call-log")
    assert genuine.headers[header] == value
    assert forged.headers[header] != value
    assert "a-secret-word" not in repr(client)


@pytest.mark.django_db
def test_a_token_may_stand_in_the_query(provider_server: ProviderServer) -> None:
    connector = ConnectorFactory(
        hook_key=KEY,
        verification_scheme="token",
        verification_settings={"name": "token", "location": "query"},
        verification_secrets={"secret": "a&b"},
    )

    client_for(connector, provider_server.url).post(STEP)

    assert provider_server.received(f"/hooks/{KEY}/call-log")[0].query == {"token": ["a&b"]}


SIGNING = [
    ("hmac", {"header": "X-Sig"}),
    (
        "hmac",
        {"header": "X-Sig", "prefix": "sha1=", "algorithm": "sha1", "encoding": "base64", "template": "{url}{body}"},
    ),
    ("hmac", {"header": "S", "signature_key": "v1", "template": "{timestamp}.{body}"}),
    (
        "hmac",
        {"header": "S", "timestamp_header": "X-T", "nonce_header": "X-N", "template": "{path}{nonce}{timestamp}{body}"},
    ),
    ("zoom", {}),
    ("standard_webhooks", {}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("scheme", "settings"), SIGNING)
def test_events_are_signed_as_the_connector_verifies_them(
    provider_server: ProviderServer, scheme: str, settings: dict[str, str]
) -> None:
    secret = "d2hhdCBub2JvZHkga25vd3M="
    connector = ConnectorFactory(
        hook_key=KEY,
        verification_scheme=scheme,
        verification_settings=settings,
        verification_secrets={"secret": secret},
    )
    client = client_for(connector, provider_server.url)

    client.post(STEP)
    client.post(FORGED)

    genuine, forged = (
        SignedRequest(
            method="POST",
            url=f"{provider_server.url}/hooks/{KEY}/call-log",
            received_at=timezone.now(),
            headers=received.headers,
            body=received.body,
            path=f"/hooks/{KEY}/call-log",
        )
        for received in provider_server.received(f"/hooks/{KEY}/call-log")
    )
    configured = settings_for(scheme, {**settings, "secret": secret})
    VERIFIERS[scheme].verify(genuine, configured)
    with pytest.raises(VerificationError, match="does not match"):
        VERIFIERS[scheme].verify(forged, configured)
    assert secret not in repr(client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scheme", "settings", "secrets", "message"),
    [
        ("twilio", {}, {"secret": "s"}, "twilio"),
        ("hmac", {"header": "X-Sig"}, {}, "hmac"),
        (
            "hmac",
            {"header": "X-Sig", "template": "{header:X-Other}{body}"},
            {"secret": "s"},
            "header X-Other is missing",
        ),
    ],
)
def test_schemes_that_it_does_not_speak_are_refused_plainly(
    provider_server: ProviderServer, scheme: str, settings: dict[str, str], secrets: dict[str, str], message: str
) -> None:
    connector = ConnectorFactory(
        verification_scheme=scheme, verification_settings=settings, verification_secrets=secrets
    )

    with pytest.raises(UnsupportedSchemeError, match=message):
        client_for(connector, provider_server.url)


def test_an_answer_and_a_missing_one_are_told_in_short(provider_server: ProviderServer) -> None:
    provider_server.answer(f"/hooks/{KEY}/call-log", Answer(422, b'{"Status":"Error","ExceptionMessage":"Bad"}'))

    answered = HookClient(provider_server.url, KEY).post(STEP)
    missing = HookClient("http://127.0.0.1:1", KEY).post(STEP)

    assert answered == "422 Error, Bad"
    assert missing == "no answer (ConnectionRefusedError)"


@pytest.mark.django_db
def test_the_cast_are_leads_and_their_owners() -> None:
    connector = ConnectorFactory(time_zone="Europe/London")
    VirtualNumberFactory(connector=connector, number="+442079460001")
    owner = AgentFactory(phones=["+442079460011"])
    other = AgentFactory()
    AgentMappingFactory(connector=connector, agent=other, provider_agent_id="5072")
    LeadFactory(owner=owner, phones=["+442079460101", "+442079460102"])
    LeadFactory(owner=other, phones=["+442079460103"])
    LeadFactory(do_not_call=True, phones=["+442079460104"])
    LeadFactory()

    cast = cast_of(connector)

    assert set(cast.callers) == {
        Caller("+442079460101", "+442079460011"),
        Caller("+442079460102", "+442079460011"),
        Caller("+442079460103", "5072"),
    }
    assert (cast.display_numbers, cast.time_zone) == (("+442079460001",), "Europe/London")


@pytest.mark.django_db
def test_an_empty_system_has_make_believe_callers() -> None:
    assert cast_of(ConnectorFactory()).callers[0].number == "+12025550100"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"connector": "nobody"}, "there are: acme"),
        ({"connector": "acme", "faults": "explode"}, "the faults are: duplicate"),
        ({"connector": "acme", "calls": -1}, "must not be negative"),
        ({"connector": "acme", "rate": 0.0}, "above zero"),
        ({"connector": "acme", "pace": 0.0}, "above zero"),
    ],
)
def test_wrong_options_are_told_in_a_sentence(options: dict[str, Any], message: str) -> None:
    ConnectorFactory(slug="acme")

    with pytest.raises(CommandError, match=message):
        call_command("simulate_provider", port=0, **options)


@pytest.mark.django_db
def test_another_preset_is_refused() -> None:
    ConnectorFactory(slug="acme", preset="exotel")

    with pytest.raises(CommandError, match="speaks the preset standard"):
        call_command("simulate_provider", connector="acme")


@pytest.mark.django_db(transaction=True)
def test_the_command_makes_its_calls_and_ends(provider_server: ProviderServer) -> None:
    ConnectorFactory(slug="acme", hook_key=KEY)
    output = io.StringIO()

    call_command("simulate_provider", calls=1, pace=50.0, base_url=provider_server.url, port=0, stdout=output)

    assert provider_server.received(f"/hooks/{KEY}/agent-popup")
    assert "popup Ringing: 200 OK" in output.getvalue()


@pytest.mark.django_db
def test_a_port_that_is_taken_is_an_error_only_for_a_pure_server(provider_server: ProviderServer) -> None:
    ConnectorFactory(slug="acme")
    port = int(provider_server.url.rpartition(":")[2])

    with pytest.raises(CommandError, match="another simulator may be running"):
        call_command("simulate_provider", calls=0, port=port)


def test_the_sink_prints_requests_and_answers_ok() -> None:
    port = free_port()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "webhook_sink", "--port", str(port)],
        cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "Listening" in process.stdout.readline()

    answer = requests.post(f"http://127.0.0.1:{port}/x?y=1", data="hello", headers={"X-Mine": "1"}, timeout=5)

    process.terminate()
    printed = process.communicate(timeout=10)[0]
    assert answer.text == "OK"
    assert "POST /x?y=1" in printed
    assert "X-Mine: 1" in printed
    assert "hello" in printed
