"""Who sees customers' full telephone numbers, and what the others see instead (docs/administrators.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from telephony_connector.common.masking import (
    MASKED_DIGIT,
    hide_number_in,
    mask_number,
    mask_numbers_in,
    restore_numbers,
)
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


def shown_id(value: str, *, number: str, viewer: Any) -> str:
    """A provider's id of a call with that number, for this reader: masked only when it is made of the number."""
    return value if sees_numbers(viewer) else hide_number_in(value, number)


def numbers_to_keep(typed: Iterable[str], *, known: Iterable[str], writer: Any) -> list[str]:
    """Numbers as this writer sent them; for one that they were shown masked, the number that it stands for.

    Raises ValueError, with words for the writer, for a masked number that stands for none of the known ones.
    """
    if sees_numbers(writer):
        return list(typed)
    hidden: dict[str, list[str]] = {}
    for number in known:
        hidden.setdefault(mask_numbers_in(number), []).append(number)
    return [_number_behind(number, hidden) if MASKED_DIGIT in number else number for number in typed]


def _number_behind(masked: str, hidden: dict[str, list[str]]) -> str:
    left = hidden.get(masked.strip())
    if not left:
        raise ValueError(f"{masked} stands for no number of this lead. Give a whole number, or leave it as it was.")
    return left.pop(0)


def text_to_keep(typed: str, *, known: str, writer: Any) -> str:
    """What this writer typed over a text that was shown to them as `shown_text` shows it: masked numbers stay whole."""
    return typed if sees_numbers(writer) else restore_numbers(typed, known)
