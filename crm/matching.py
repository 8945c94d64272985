"""Finding leads and agents by telephone number.

The rule of leads, in this order: (1) the same E.164 number; (2) the same national number, where one side could not be
read with its country code; (3) the shorter number is the end of the longer one, with at least seven digits. Only the
best of the three counts. Among leads of equal rank the one with the most recent call comes first, then the newest,
then the smallest id; all of them are candidates, and the agent may choose another.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from crm.models import AgentPhone, Lead, LeadPhone
from telephony_connector.common.compiled_sql import CompiledRead
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of, parse_phone, suffix_of

_EXACT, _NATIONAL, _SUFFIX, _NONE = 0, 1, 2, 3
_LEAD_PHONES = CompiledRead(
    lambda suffix: (
        LeadPhone.objects.filter(national_suffix=suffix)
        .order_by("lead_id", "position")
        .values_list("e164", "number", "position", "lead_id", "lead__name", "lead__owner_id")
    )
)
_AGENT_PHONES = CompiledRead(
    lambda *suffixes: (
        AgentPhone.objects.filter(national_suffix__in=suffixes)
        .order_by()
        .values_list("agent_id", "national_suffix", "e164", "number")
    )
)
_REASONS = {_EXACT: "same number", _NATIONAL: "same national number", _SUFFIX: "number ends alike"}


@dataclass(frozen=True, slots=True)
class LeadReference:
    """As much of a lead as matching needs: its id, name and owner. A whole row would cost the hot path too much."""

    id: uuid.UUID
    name: str
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that has the number, and in plain words why it was found."""

    lead: LeadReference
    reason: str


def match_leads(number: str, country: str) -> list[Candidate]:
    """All leads of the best rank for a number in any writing, most likely first; empty when nobody has it.

    ``country`` is the home of numbers without a country code. Secondary numbers count like main ones. Fewer than
    seven digits match nobody.
    """
    suffix = suffix_of(number)
    if not suffix:
        return []
    ranked = [
        (_rank(number, country, e164, raw), place, LeadReference(pk, name, owner_id))
        for e164, raw, place, pk, name, owner_id in _LEAD_PHONES.rows(suffix)
    ]
    best = min((rank for rank, _, _ in ranked), default=_NONE)
    if best == _NONE:
        return []
    found: dict[uuid.UUID, Candidate] = {}
    for rank, place, lead in ranked:
        if rank == best:
            found.setdefault(lead.id, Candidate(lead, _reason(place, rank)))
    return _most_recent_first(found)


def agents_by_number(numbers: Iterable[str], country: str) -> dict[str, tuple[int, ...]]:
    """Ids of the agents whose number each of these is; several where a phone is shared. One query."""
    by_suffix: dict[str, set[str]] = {}
    for number in numbers:
        if suffix := suffix_of(number):
            by_suffix.setdefault(suffix, set()).add(number)
    if not by_suffix:
        return {}
    owners: dict[str, set[int]] = {}
    for agent_id, suffix, e164, raw in _AGENT_PHONES.rows(*by_suffix):
        for number in by_suffix[suffix]:
            if _rank(number, country, e164, raw) < _NONE:
                owners.setdefault(number, set()).add(agent_id)
    return {number: tuple(sorted(agents)) for number, agents in owners.items()}


def is_same_number(one: str, other: str, country: str) -> bool:
    """True when two writings mean one number, by the rule above."""
    parsed = parse_phone(other, country)
    return _rank(one, country, parsed.e164 if parsed else "", other) < _NONE


def _rank(number: str, country: str, stored_e164: str, stored_raw: str) -> int:
    wanted = parse_phone(number, country)
    stored = parse_phone(stored_e164, country) if stored_e164 else None
    if wanted and stored and wanted.e164 == stored.e164:
        return _EXACT
    if wanted and stored and _is_international(number):
        return _NONE
    left = wanted.national if wanted else digits_of(number).lstrip("0")
    right = stored.national if stored else digits_of(stored_raw).lstrip("0")
    if left == right:
        return _NATIONAL if len(left) >= SUFFIX_LENGTH else _NONE
    shorter, longer = sorted((left, right), key=len)
    return _SUFFIX if len(shorter) >= SUFFIX_LENGTH and longer.endswith(shorter) else _NONE


def _is_international(number: str) -> bool:
    return number.strip().startswith(("+", "00"))


def _most_recent_first(found: dict[uuid.UUID, Candidate]) -> list[Candidate]:
    if len(found) < 2:
        return list(found.values())
    leads = list(Lead.objects.filter(pk__in=found).annotate(last_call=Max("calls__happened_at")).order_by("pk"))
    leads.sort(key=lambda lead: lead.created_at, reverse=True)
    leads.sort(key=lambda lead: lead.last_call.timestamp() if lead.last_call else 0, reverse=True)
    return [found[lead.pk] for lead in leads]


def _reason(position: int, rank: int) -> str:
    which = "main number" if position == 0 else "secondary number"
    return which if rank == _EXACT else f"{which}, {_REASONS[rank]}"
