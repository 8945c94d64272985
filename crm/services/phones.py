"""Storing the numbers of a lead or an agent, each with the two forms that matching compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction

from crm.models import Agent, Lead, LeadPhone
from crm.models.phones import StoredPhone
from telephony_connector.common.phones import suffix_of, to_e164

DEFAULT_COUNTRY = "IN"
"""Home of numbers without a country code where nothing else is known."""


def most_common_country(countries: Iterable[str]) -> str:
    """The country that stands there most often; among equals the default, else the first by letter."""
    uses = Counter(country.upper() for country in countries)
    return min(uses, key=lambda country: (-uses[country], country != DEFAULT_COUNTRY, country), default=DEFAULT_COUNTRY)


def home_country() -> str:
    """Home of people's numbers without a country code: that of most connectors."""
    # By name, because connectors live in the layer above.
    connectors = apps.get_model("connector_config", "Connector").objects
    return most_common_country(connectors.values_list("default_country", flat=True))


_NUMBER_LENGTH = 40


def phone_columns(number: str, country: str) -> dict[str, str]:
    """The columns ``number``, ``e164`` and ``national_suffix`` of a number in any writing; too long ones are cut."""
    written = number.strip()[:_NUMBER_LENGTH]
    e164 = to_e164(written, country)
    return {"number": written, "e164": e164, "national_suffix": suffix_of(e164 or written)}


def set_lead_phones(
    lead: Lead, numbers: Iterable[str], country: str = DEFAULT_COUNTRY, *, keep_others: bool = False
) -> None:
    """Make these the lead's numbers, the first one the main one; see ``_set_phones``."""
    _set_phones(lead.phones, numbers, country, keep_others=keep_others)


@transaction.atomic
def arrange_lead_phones(lead: Lead, kept_ids: Sequence[int], new_numbers: Iterable[str], country: str) -> None:
    """These of the lead's numbers stay, in this order, the new ones follow, and all others go.

    By ids, so that whoever may not see the numbers can arrange them all the same.
    """
    rows = {row.pk: row for row in lead.phones.all()}
    kept = [rows[pk] for pk in dict.fromkeys(kept_ids) if pk in rows]
    lead.phones.exclude(pk__in=[row.pk for row in kept]).delete()
    for position, row in enumerate(kept):
        _update(row, {"position": position})
    known = {_identity(row.e164, row.number) for row in kept}
    fresh = [columns for identity, columns in _wanted(new_numbers, country).items() if identity not in known]
    for position, columns in enumerate(fresh, start=len(kept)):
        LeadPhone.objects.create(lead=lead, position=position, **columns)


def set_agent_phones(
    agent: Agent, numbers: Iterable[str], country: str = DEFAULT_COUNTRY, *, keep_others: bool = False
) -> None:
    """Make these the agent's numbers, the first one the main one; see ``_set_phones``."""
    _set_phones(agent.phones, numbers, country, keep_others=keep_others)


@transaction.atomic
def _set_phones(phones: Any, numbers: Iterable[str], country: str, *, keep_others: bool) -> None:
    """Rows of the same number are kept and put in order; others go, or follow behind with ``keep_others``.

    Repeated and empty numbers are dropped. Idempotent.
    """
    existing = {_identity(row.e164, row.number): row for row in phones.all()}
    wanted = _wanted(numbers, country)
    for position, (identity, columns) in enumerate(wanted.items()):
        row = existing.pop(identity, None)
        if row is None:
            phones.create(**columns, position=position)
        else:
            _update(row, {**columns, "position": position})
    if keep_others:
        for position, row in enumerate(existing.values(), start=len(wanted)):
            _update(row, {"position": position})
    else:
        phones.filter(pk__in=[row.pk for row in existing.values()]).delete()


def _wanted(numbers: Iterable[str], country: str) -> dict[str, dict[str, str]]:
    wanted: dict[str, dict[str, str]] = {}
    for number in numbers:
        columns = phone_columns(number, country)
        if columns["number"]:
            wanted.setdefault(_identity(columns["e164"], columns["number"]), columns)
    return wanted


def _identity(e164: str, number: str) -> str:
    return e164 or number


def _update(row: StoredPhone, columns: dict[str, Any]) -> None:
    if any(getattr(row, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(row, name, value)
        row.save()
