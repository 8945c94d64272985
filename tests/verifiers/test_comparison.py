"""The parts that verifiers are built from."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.verification import VerificationError
from connector_config.verification.comparison import decode_base64, is_any_equal, listed, sign
from connector_config.verification.timestamps import epoch_seconds


@pytest.mark.parametrize(
    ("presented", "expected", "is_equal"),
    [
        (["a"], ["a"], True), (["b", "a"], ["c", "a"], True), (["a"], ["b"], False), ([], ["a"], False),
        (["a"], [], False), ([""], [""], False), ([], [], False), (["é"], ["é"], True), (["\udcff"], ["\udcff"], True),
    ],
)  # fmt: skip
def test_one_equal_pair_is_enough_and_empty_equals_nothing(
    presented: list[str], expected: list[str], is_equal: bool
) -> None:
    assert is_any_equal(presented, expected) is is_equal


@given(st.binary(max_size=80))
def test_base64_is_read_in_either_alphabet_with_and_without_padding(raw: bytes) -> None:
    for encoded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        assert decode_base64(encoded.decode()) == raw
        assert decode_base64(encoded.decode().rstrip("=")) == raw


@pytest.mark.parametrize("text", ["!", "a", "é", "a b", "AAAA=A", "AAAAA"])
def test_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        decode_base64(text)


@pytest.mark.parametrize("secret", ["", b""])
def test_nothing_is_signed_with_an_empty_key(secret: str | bytes) -> None:
    with pytest.raises(VerificationError):
        sign(secret, b"message")


def test_unknown_algorithm_is_refused() -> None:
    with pytest.raises(VerificationError):
        sign("k", b"message", algorithm="shake_128")


def test_list_of_signatures_is_bounded() -> None:
    assert listed(" a , ,b") == ["a", "b"]
    assert len(listed(",".join("a" * 16))) == 16
    with pytest.raises(VerificationError):
        listed(",".join("a" * 17))


@pytest.mark.parametrize(
    "text",
    ["1705655968", "1705655968000", "2024-01-19T09:19:28Z", "2024-01-19 09:19:28", "2024-01-19T14:49:28.0000000+05:30"],
)
def test_timestamps_of_every_usual_writing_are_read(text: str) -> None:
    assert epoch_seconds(text) == datetime(2024, 1, 19, 9, 19, 28, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text", ["", "-1", "+1705655968", "1e9", "0x1", "٣٤", "9" * 16, "soon", "2024-13-01T00:00:00Z", "nan", "1_000"]
)
def test_timestamps_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        epoch_seconds(text)
