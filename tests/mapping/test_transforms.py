"""Named transforms: what each makes of a value, and what a wrong entry is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.mapping.transforms import Transform, TransformError, compile_transform, transform_names


def any_transform(name: str) -> Transform:
    try:
        return compile_transform(name)
    except TransformError:
        return compile_transform({name: "x"})


EVERY_TRANSFORM = [any_transform(name) for name in transform_names()]


@pytest.mark.parametrize(
    ("entry", "value", "result"),
    [
        ("digits_only", "+91 (96) 117-95983", "919611795983"),
        ("digits_only", 9196, "9196"),
        ("phone", "sip:agent_001@app.exotel.com", "agent_001"),
        ("phone", "sips:+919611795983@pbx;transport=tls", "+919611795983"),
        ("phone", "tel:+919611795983", "+919611795983"),
        ("phone", '"Alice" <100>', "100"),
        ("phone", '"Alice" <sip:100@pbx>', "100"),
        ("phone", "+919611795983@carrier", "+919611795983"),
        ("phone", "+1 800-123-4567", "+1 800-123-4567"),
        ("phone", "anonymous", "anonymous"),
        ("phone", "asha@example.com", "asha@example.com"),
        ("milliseconds", 60000, "60.000"),
        ("milliseconds", "soon", "soon"),
        ("minutes", "2", "120"),
        ("word", "No Answer", "noanswer"),
        ("lower", "ABC", "abc"),
        ("upper", "abc", "ABC"),
        ("trim", " a ", "a"),
        ("first_word", "Asha Rao", "Asha"),
        ("percent_decode", "a%20b%00", "a b"),
        ({"strip_prefix": "DID-"}, "did-4202", "4202"),
        ({"strip_prefix": ["client:", "sip:"]}, "sip:a", "a"),
        ({"strip_prefix": "x"}, "abc", "abc"),
        ({"strip_suffix": ".wav"}, "a.wav", "a"),
        ({"before": ","}, "City, CA", "City"),
        ({"after": "/calls/"}, "https://x/calls/7/r", "7/r"),
        ({"after": "?"}, "none", ""),
        ({"after_last": ","}, "a, b, CA", "CA"),
        ({"url_prefix": "https://x/"}, "a.mp3", "https://x/a.mp3"),
        ({"url_prefix": "https://x/"}, "http://y/a.mp3", "http://y/a.mp3"),
        ({"absent_if": ["Manual Dial", "0"]}, "manual_dial", ""),
        ({"absent_if": 0}, "1", "1"),
        ("trim", [" a", "", "b "], ["a", "b"]),
    ],
)
def test_transform(entry: object, value: object, result: object) -> None:
    assert compile_transform(entry)(value) == result


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("shout", "no transform 'shout'"),
        ("strip_prefix", "needs an argument"),
        ({"trim": "x"}, "takes no argument"),
        ({"strip_prefix": []}, "needs a text"),
        ({"strip_prefix": {"a": 1}}, "needs a text"),
        ({"strip_prefix": ""}, "needs a text"),
        ({"a": 1, "b": 2}, "neither a name"),
        (7, "neither a name"),
    ],
)
def test_a_wrong_transform_says_what_to_write(entry: object, message: str) -> None:
    with pytest.raises(TransformError, match=message):
        compile_transform(entry)


@given(value=st.recursive(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()), st.lists))
def test_no_transform_ever_raises(value: object) -> None:
    for transform in EVERY_TRANSFORM:
        transform(value)
