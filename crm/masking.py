"""Who sees customers' full telephone numbers, and what the others see instead (docs/administrators.md)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from telephony_connector.common.masking import mask_number, mask_numbers_in
from telephony_connector.common.phones import for_display


def sees_numbers(user: Any) -> bool:
    """Whether this user may read customers' full numbers.

    Staff may. An agent may when neither their own switch nor their team's hides the numbers; who is neither staff nor
    an agent may not. The answer is kept with the user object, which lives as long as a request: whoever keeps a user
    for longer loads it anew.
    """
    if user is None or not user.is_authenticated:
        return False
    if user.is_staff or user.is_superuser:
        return True
    try:
        agent = user.agent
    except ObjectDoesNotExist:
        return False
    return bool(agent.sees_full_numbers and (agent.team is None or agent.team.sees_full_numbers))


def shown_number(value: str, *, viewer: Any, country: str = "") -> str:
    """A customer's number for this reader: grouped as its country does, or masked. Other text stays as it is."""
    return for_display(value, country) if sees_numbers(viewer) else mask_number(value, country)


def shown_text(value: str, *, viewer: Any) -> str:
    """Text that may hold a customer's number, for this reader: as it is, or with every number in it masked."""
    return value if sees_numbers(viewer) else mask_numbers_in(value)


def shown_data(value: Any, *, viewer: Any) -> Any:
    """JSON data for this reader: texts as `shown_text`, in lists and objects too, keys included; long numbers as text."""
    return value if sees_numbers(viewer) else _masked_data(value)


def _masked_data(value: Any) -> Any:
    if isinstance(value, str):
        return mask_numbers_in(value)
    if isinstance(value, dict):
        return {_masked_data(key): _masked_data(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked_data(each) for each in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        masked = mask_numbers_in(repr(value))
        return value if masked == repr(value) else masked
    return value
