"""Allow-lists of networks: how entries are read, and what forms are told."""

from __future__ import annotations

import pytest

from telephony_connector.common.address_policy import NetworkError, parse_network, policy_for, refusal_of


@pytest.mark.parametrize(
    ("entry", "network", "port"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", None),
        ("10.0.0.0/8:8088", "10.0.0.0/8", 8088),
        (" 127.0.0.1 ", "127.0.0.1/32", None),
        ("127.0.0.1:9009", "127.0.0.1/32", 9009),
        ("::1", "::1/128", None),
        ("[::1]", "::1/128", None),
        ("[::1]:8443", "::1/128", 8443),
        ("fd00::/8", "fd00::/8", None),
        ("[fd00::/8]:443", "fd00::/8", 443),
        ("0.0.0.0/0", "0.0.0.0/0", None),
    ],
)
def test_an_entry_is_read(entry: str, network: str, port: int | None) -> None:
    allowed = parse_network(entry)

    assert (str(allowed.network), allowed.port) == (network, port)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("", "no network"),
        ("pbx.local", "no network"),
        ("10.0.0.5/8", "bits beyond its mask"),
        ("10.0.0.0/33", "no network"),
        ("10.0.0.0/8:", "no port"),
        ("10.0.0.0/8:0", "no port"),
        ("10.0.0.0/8:65536", "no port"),
        ("10.0.0.0/8:٣", "no port"),
        ("10.0.0.0/8:http", "no port"),
        ("[::1", "no network"),
        ("[::1]8080", "no network"),
        ("64:ff9b::/96", "IPv4 network instead"),
        ("::ffff:10.0.0.0/104", "IPv4 network instead"),
    ],
)
def test_a_malformed_entry_is_refused_by_name(entry: str, reason: str) -> None:
    with pytest.raises(NetworkError, match=reason) as refused:
        parse_network(entry)

    assert entry in str(refused.value)


def test_a_port_of_the_list_counts_for_that_port_alone() -> None:
    allowed = (parse_network("10.0.0.0/8:8088"),)

    assert policy_for(8088, allowed).permits_address("10.1.2.3")
    assert not policy_for(80, allowed).permits_address("10.1.2.3")
    assert not policy_for(8088, allowed).permits_address("192.168.1.1")


@pytest.mark.parametrize(
    ("url", "entries", "words"),
    [
        ("https://api.example.com/x", (), ""),
        ("https://k:t@api.example.com:8443/x", (), ""),
        ("http://8.8.8.8/", (), ""),
        ("http://127.0.0.1:9009/", (), "Loopback"),
        ("http://127.0.0.1:9009/", ("127.0.0.1:9009",), ""),
        ("http://[::1]/", (), "Loopback"),
        ("http://169.254.169.254/", (), "metadata"),
        ("http://2130706433/", (), "encoded"),
        ("ftp://example.com/", (), "scheme"),
        ("http://x:99999/", (), "ort"),
        ("http://10.0.0.1/", ("nonsense",), "nonsense"),
    ],
)
def test_a_form_is_told_why_a_host_will_be_refused(url: str, entries: tuple[str, ...], words: str) -> None:
    reason = refusal_of(url, entries)

    assert words in reason
    assert bool(reason) is bool(words)
