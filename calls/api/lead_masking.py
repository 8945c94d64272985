"""A masked agent sends back what they read of a lead, masked numbers and all: those stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from crm.masking import numbers_to_keep, sees_numbers, text_to_keep
from crm.models import Lead


def values_to_keep(values: Mapping[str, Any], *, lead: Lead, writer: Any) -> dict[str, Any]:
    """Validated columns, free fields and numbers as they are to be stored.

    ``phones`` come from the lead's ``number`` or ``e164`` as read; a masked one that the lead does not have is refused
    (DRF's ValidationError).
    """
    if sees_numbers(writer):
        return dict(values)
    kept = {name: _kept(value, getattr(lead, name, None), writer) for name, value in values.items() if name != "phones"}
    if "phones" in values:
        kept["phones"] = _kept_numbers(values["phones"], lead, writer)
    return kept


def _kept(value: Any, known: Any, writer: Any) -> Any:
    if isinstance(value, str):
        return text_to_keep(value, known=known if isinstance(known, str) else "", writer=writer)
    if isinstance(value, Mapping):
        known = known if isinstance(known, Mapping) else {}
        return {name: _kept(each, known.get(name), writer) for name, each in value.items()}
    return value


def _kept_numbers(typed: list[str], lead: Lead, writer: Any) -> list[str]:
    phones = lead.phones.all()
    known = dict.fromkeys(writing for phone in phones for writing in (phone.number, phone.e164) if writing)
    try:
        return numbers_to_keep(typed, known=known, writer=writer)
    except ValueError as error:
        raise serializers.ValidationError({"phones": [str(error)]}) from None
