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
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of, parse_phone, suffix_of

_EXACT, _NATIONAL, _SUFFIX, _NONE = 0, 1, 2, 3
_REASONS = {_EXACT: "same number", _NATIONAL: "same national number", _SUFFIX: "number ends alike"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that has the number, and in plain words why it was found."""

    lead: Lead
    reason: str


def match_leads(number: str, country: str) -> list[Candidate]:
    """All leads of the best rank for a number in any writing, most likely first; empty when nobody has it.

    ``country`` is the home of numbers without a country code. Secondary numbers count like main ones. Fewer than
    seven digits match nobody.
    """
    suffix = suffix_of(number)
    if not suffix:
        return []
    phones = LeadPhone.objects.filter(national_suffix=suffix).select_related("lead__owner")
    ranked = [(_rank(number, country, phone.e164, phone.number), phone) for phone in phones]
    best = min((rank for rank, _ in ranked), default=_NONE)
    if best == _NONE:
        return []
    found = {phone.lead_id: phone for rank, phone in reversed(ranked) if rank == best}
    return [_candidate(phone, best) for phone in _most_recent_first(found)]


def agents_by_number(numbers: Iterable[str], country: str) -> dict[str, tuple[int, ...]]:
    """Ids of the agents whose number each of these is; several where a phone is shared. One query."""
    by_suffix: dict[str, set[str]] = {}
    for number in numbers:
        if suffix := suffix_of(number):
            by_suffix.setdefault(suffix, set()).add(number)
    if not by_suffix:
        return {}
    owners: dict[str, set[int]] = {}
    for phone in AgentPhone.objects.filter(national_suffix__in=by_suffix):
        for number in by_suffix[phone.national_suffix]:
            if _rank(number, country, phone.e164, phone.number) < _NONE:
                owners.setdefault(number, set()).add(phone.agent_id)
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


def _most_recent_first(found: dict[uuid.UUID, LeadPhone]) -> list[LeadPhone]:
    if len(found) < 2:
        return list(found.values())
    order = Lead.objects.filter(pk__in=found).annotate(last_call=Max("calls__happened_at"))
    leads = sorted(order, key=lambda lead: lead.pk)
    leads.sort(key=lambda lead: lead.created_at, reverse=True)
    leads.sort(key=lambda lead: lead.last_call.timestamp() if lead.last_call else 0, reverse=True)
    return [found[lead.pk] for lead in leads]


def _candidate(phone: LeadPhone, rank: int) -> Candidate:
    which = "main number" if phone.position == 0 else "secondary number"
    reason = which if rank == _EXACT else f"{which}, {_REASONS[rank]}"
    return Candidate(lead=phone.lead, reason=reason)
