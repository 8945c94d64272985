"""Whatever comes in, a verifier raises VerificationError or accepts; it never breaks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_config.verification import (
    VERIFIERS,
    SignedRequest,
    VerificationError,
    VerificationSettings,
    settings_for,
    validate_settings,
    verifier_for,
)
from tests.verifiers.cases import CASES, NOW, URL, Case

names = [case.name or case.scheme for case in CASES]
anything = st.text(st.characters(), max_size=80) | st.sampled_from(
    [
        "",
        "Bearer x",
        "Basic eDp5",
        "Application a:b",
        "t=1,v1=0",
        "v1,AA",
        "a.b.c",
        "e30.e30.e30",
        "1773480413",
        "9" * 40,
    ]
)
headers = st.sampled_from(sorted({name for case in CASES for name in case.genuine().headers}))
fields = st.dictionaries(st.sampled_from(["event", "caller_id", "token", "a", "é"]), st.lists(anything, max_size=3))
bodies = st.binary(max_size=200) | st.sampled_from(
    [
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"9" * 5_000,
        b"null",
        b"NaN",
        b'{"value":[1,null,{}]}',
        b'{"payload":{"plainToken":1}}',
    ]
)
requests = st.builds(
    SignedRequest,
    method=st.sampled_from(["POST", "GET", "é"]),
    url=st.sampled_from([URL, "", "http://[", "http://h:99999/", "https://h:x/", "//", "é?bodySHA256=é"]),
    received_at=st.just(NOW),
    headers=st.dictionaries(headers, anything, max_size=6),
    body=bodies,
    query=fields,
    form=fields,
    url_candidates=st.just(("http://[::1", "http://h:70000/")),
)


def _try(scheme: str, tried: SignedRequest, live: VerificationSettings) -> None:
    verifier = verifier_for(scheme)
    verifier.challenge(tried, live)
    for ask in (verifier.verify, verifier.replay_key, verifier.verified_body):
        with suppress(VerificationError):
            ask(tried, live)


@pytest.mark.parametrize("case", CASES, ids=names)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tried=requests)
def test_any_request_is_judged(case: Case, tried: SignedRequest) -> None:
    _try(case.scheme, tried, case.settings())


@pytest.mark.parametrize("case", CASES, ids=names)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_genuine_request_with_anything_replaced_is_judged(case: Case, data: st.DataObject) -> None:
    genuine = case.genuine()
    changed = dict(genuine.headers)
    for name in data.draw(st.lists(st.sampled_from(sorted(changed) or ["x"]), max_size=2)):
        changed[name] = data.draw(anything)

    _try(case.scheme, replace(genuine, headers=changed), case.settings())


@pytest.mark.parametrize("scheme", sorted(VERIFIERS))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tried=requests, data=st.data())
def test_any_stored_settings_are_survived(scheme: str, tried: SignedRequest, data: st.DataObject) -> None:
    keys = [setting.name for setting in verifier_for(scheme).settings_schema]
    values = anything | st.integers() | st.none() | st.booleans() | st.lists(anything, max_size=3)
    config: dict[str, object] = data.draw(st.dictionaries(st.sampled_from([*keys, "unknown"]), values))

    validate_settings(scheme, config)
    _try(scheme, tried, settings_for(scheme, config))
    _try(scheme, tried, VerificationSettings(secrets=("s",)))
