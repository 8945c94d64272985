"""Who really called: the remote address behind our own proxies."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from connector_config.verification.networks import parse_address


def client_address(request: HttpRequest) -> str:
    """Where a request came from, empty when nothing readable tells it."""
    return address_behind_proxies(
        remote_address=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.headers.get("X-Forwarded-For", ""),
        trusted_proxy_count=settings.TRUSTED_PROXY_COUNT,
    )


def address_behind_proxies(*, remote_address: str, forwarded_for: str, trusted_proxy_count: int) -> str:
    """The caller's address, empty when nothing readable tells it.

    Each trusted proxy appends the address that it saw to ``X-Forwarded-For``; what stands further left was written by
    the caller and is worth nothing. With fewer entries than proxies the request came past them: then the connection's
    own address counts.
    """
    entries = [entry for entry in forwarded_for.split(",") if entry.strip()]
    is_behind_proxies = 0 < trusted_proxy_count <= len(entries)
    found = entries[-trusted_proxy_count] if is_behind_proxies else remote_address
    address = parse_address(_without_port(found))
    # A link-local address may name the network card (fe80::1%eth0), which is ours and no part of the caller.
    return str(address).partition("%")[0] if address else ""


def _without_port(text: str) -> str:
    """``[2001:db8::1]:443`` and ``192.0.2.1:443`` as some proxies write them."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
