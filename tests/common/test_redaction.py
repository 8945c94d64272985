"""What records may show."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_connector.common.redaction import MASK, redact_headers, redact_text, redact_url

KEY = "k" * 40


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://key:token@api.example.com/x", f"https://{MASK}@api.example.com/x"),
        ("https://key@api.example.com", f"https://{MASK}@api.example.com"),
        ("https://api.example.com/x?mail=me@example.com", "https://api.example.com/x?mail=me@example.com"),
        (f"http://us/hooks/{KEY}/call-log?a=1", f"http://us/hooks/{MASK}/call-log?a=1"),
        (f"/hooks/{KEY}", f"/hooks/{MASK}"),
        (f"/1/api/Telephony/LogCallComplete/ORG1/{KEY}", f"/1/api/Telephony/LogCallComplete/{MASK}"),
        ("https://x/?api_key=s3cret%2B!&to=1", f"https://x/?api_key={MASK}&to=1"),
        ("https://x/s3cret+!/y", f"https://x/{MASK}/y"),
    ],
)
def test_a_url_loses_its_credentials(url: str, shown: str) -> None:
    assert redact_url(url, ["s3cret+!"]) == shown


@pytest.mark.parametrize(
    "text",
    [
        'p&"w d',
        'p%26%22w%20d',
        'p%26%22w+d',
        'p&\\"w d',
        'p&amp;"w d',
        'p\\u0026\\u0022w\\u0020d',
        'p%26\\"w d',
        'p&\\\\\\"w d',
        'p&amp;\\&quot;w d',
        'p&amp;amp;&amp;quot;w d',
        'p&#38;&#x22;w&#32;d',
    ],
)  # fmt: skip
def test_a_secret_is_masked_in_every_writing(text: str) -> None:
    assert redact_text(f"<{text}>", ['p&"w d']) == f"<{MASK}>"


def test_a_secret_is_masked_as_php_writes_it_in_json() -> None:
    assert redact_text(r'{"token":"a\/b+c=="}', ["a/b+c=="]) == f'{{"token":"{MASK}"}}'


def test_a_secret_of_digits_is_not_masked_inside_a_number() -> None:
    assert redact_text("+919612345983 t=12345 %2212345%22", ["12345"]) == f"+919612345983 t={MASK} %22{MASK}%22"


def test_longer_secrets_go_first_and_very_short_ones_are_none() -> None:
    assert redact_text("abcdef abc ab", ["abc", "abcdef", "ab", ""]) == f"{MASK} {MASK} ab"


def test_a_long_text_is_read_in_no_time() -> None:
    text = "a" * 300_000 + "http://" * 20_000

    started = time.perf_counter()
    redact_text(text, ["aab"])

    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "secret", ["sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" * 4, "%25" * 30, "&amp;" * 20, "\\" * 60, "+ " * 40]
)
def test_a_text_that_quotes_most_of_a_secret_is_read_in_no_time(secret: str) -> None:
    text = f'{{"message":"Invalid API key: {secret[:-1]}"}}' * 5

    started = time.perf_counter()
    shown = redact_text(text, [secret + "!"])

    assert time.perf_counter() - started < 2
    assert shown == text


def test_a_percent_sign_in_a_secret_may_be_written_either_way() -> None:
    assert redact_text("<100%25-off> <100%2525-off> <100%25%2Doff>", ["100%25-off"]) == f"<{MASK}> <{MASK}> <{MASK}>"


def test_headers_are_shown_by_allow_list_only() -> None:
    headers = [("Content-Type", "text/plain; s3cret"), ("Authorization", "Bearer x"), ("X-Anything", "y")]

    assert redact_headers(headers, secrets=["s3cret"]) == {
        "Content-Type": f"text/plain; {MASK}",
        "Authorization": MASK,
        "X-Anything": MASK,
    }
    assert redact_headers({"X-Anything": "y"}, ["x-anything"]) == {"X-Anything": "y"}


@given(secret=st.text(min_size=3).filter(lambda text: not text.isdecimal()), before=st.text(), after=st.text())
def test_no_secret_survives_as_it_is_or_percent_encoded(secret: str, before: str, after: str) -> None:
    shown = redact_text(f"{before}{secret}{after} {quote(secret, safe='')}", [secret])

    assert secret not in shown or secret in MASK * 9


def test_a_long_access_token_is_masked_wherever_it_stands() -> None:
    token = "eyJ" + "aB3-_.~" * 600

    assert redact_text(f'{{"echo":"Bearer {token}"}} ?t={token}&x', [token]) == '{"echo":"Bearer ••••"} ?t=••••&x'
