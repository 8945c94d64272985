"""Which addresses we may send to: public ones, and what an administrator has allowed by network and port.

The table of forbidden addresses (private, loopback, link-local, metadata, carrier-grade NAT, multicast, unspecified,
documentation, and IPv4 addresses inside IPv6 ones) is ssrfguard's, read from IANA's registries. Encoded hosts
(``2130706433``, ``0x7f.1``, ``0177.0.0.1``) are refused or judged by what they resolve to.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from ssrfguard import Policy, SSRFGuardError

MAX_CONNECTION_ATTEMPTS = 2
DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535


class NetworkError(ValueError):
    """An entry of an allow-list that cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class AllowedNetwork:
    """A network that may be reached although it is not public; ``port`` None means every port."""

    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    port: int | None = None


@lru_cache(maxsize=512)
def parse_network(entry: str) -> AllowedNetwork:
    """``10.0.0.0/8``, ``10.0.0.0/8:8088``, ``127.0.0.1:9009``, ``::1``, ``[fd00::/8]:443``. Raises NetworkError."""
    written, port = _split_port(entry.strip())
    try:
        network = ipaddress.ip_network(written)
        Policy(allowed_networks=(network,))
    except ValueError as error:
        reason = "has bits beyond its mask" if "host bits" in str(error) else "is no network such as 10.0.0.0/8:8088"
        if "overlaps" in str(error):
            reason = "stands for IPv4 addresses inside IPv6; allow the IPv4 network instead"
        raise NetworkError(f"“{entry}” {reason}") from None
    return AllowedNetwork(network, port)


def parse_networks(entries: Iterable[str]) -> tuple[AllowedNetwork, ...]:
    """Every entry of an allow-list. Raises NetworkError at the first that is malformed."""
    return tuple(parse_network(entry) for entry in entries)


def policy_for(port: int, allowed: Iterable[AllowedNetwork]) -> Policy:
    """What may be reached on this port.

    A name with public and private answers is refused whole, as rebinding looks like that. Where the allow-list speaks
    of the port, the refused answers are passed over instead: ``localhost`` has an IPv4 and an IPv6 answer, and who
    allows one of them means the name. Only judged answers are ever connected to.
    """
    networks = tuple(entry.network for entry in allowed if entry.port in {None, port})
    return Policy(
        allowed_networks=networks,
        allowed_ports=frozenset({port}),
        on_partial_block="drop" if networks else "reject",
        max_redirects=0,
        max_connection_attempts=MAX_CONNECTION_ATTEMPTS,
        allow_userinfo=False,
    )


def refusal_of(url: str, entries: Iterable[str] = ()) -> str:
    """Why the URL's host is refused as far as that can be told without looking its name up; empty when it is not.

    For forms: the door itself judges again, with the addresses that the name has at that moment.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        policy_for(port or 1, parse_networks(entries)).check_url(f"{parts.scheme}://{host}:{port}/")
    except SSRFGuardError as refused:
        return str(getattr(refused, "reason", refused))
    except ValueError as error:
        return str(error)
    return ""


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        written, bracket, rest = entry[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise NetworkError(f"“{entry}” is no network such as [fd00::/8]:443")
        text = rest[1:]
        has_port = bool(rest)
    elif entry.count(":") == 1:
        written, _, text = entry.partition(":")
        has_port = True
    else:
        written, text, has_port = entry, "", False
    if not has_port:
        return written, None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_PORT):
        raise NetworkError(f"“{entry}” ends in no port between 1 and {_HIGHEST_PORT}")
    return written, int(text)
