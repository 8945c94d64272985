"""Who really called, and whether they may."""

from __future__ import annotations

from connector_config.verification.client_address import client_address
from connector_config.verification.networks import is_in_networks, parse_networks

__all__ = ["client_address", "is_address_allowed"]


def is_address_allowed(address: str, allow_list: str) -> bool:
    """True for an empty list or an address in it; an unreadable list allows nobody."""
    if not allow_list.strip():
        return True
    try:
        return is_in_networks(address, parse_networks(allow_list))
    except ValueError:
        return False
