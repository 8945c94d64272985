"""Addresses and networks, as text, and lists of those that may call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=1_000)
def parse_networks(text: str) -> tuple[Network, ...]:
    """``103.21.77.0/24, 2001:db8::/32 10.0.0.7`` → networks; ValueError names the first entry that is none."""
    networks = []
    for entry in filter(None, re.split(r"[\s,;]+", text)):
        try:
            networks.append(ip_network(entry))
        except ValueError:
            raise ValueError(f"{entry[:50]!r} is not an address or a network (such as 103.21.77.0/24)") from None
    return tuple(networks)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address, with IPv4 taken out of its IPv6 wrapping (``::ffff:10.0.0.7``); None when it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def is_in_networks(text: str, networks: Sequence[Network]) -> bool:
    """True when the text is an address inside one of the networks; unreadable text is in none."""
    address = parse_address(text)
    return address is not None and any(address in network for network in networks)


def is_address_allowed(address: str, allow_list: str) -> bool:
    """True for an empty list or an address in it; an unreadable list allows nobody."""
    if not allow_list.strip():
        return True
    try:
        return is_in_networks(address, parse_networks(allow_list))
    except ValueError:
        return False
