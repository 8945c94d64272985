"""Merging leads together with what calls say of them, and undoing it: what pages, API and administration call."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, transaction

from calls.flags import Flag
from calls.models import Call
from crm.models import Lead, LeadMerge
from crm.services import merging

_CANDIDATES = "candidates"
_DEADLOCK = "40P01"
_ATTEMPTS = 3


def merge_leads(
    *, kept: Lead, former: Lead, from_former: Collection[str] = (), merged_by: User | None = None
) -> LeadMerge:
    """One transaction: the former lead, its numbers, calls, opportunities and tasks go into the kept one.

    ``from_former`` names the columns in which the former lead's value stays. Candidates of calls that name the former
    lead name the kept one; a call whose candidates have become one is ambiguous no longer. Raises LeadMergeError.
    """

    @transaction.atomic
    def merge() -> LeadMerge:
        suffixes = set(former.phones.exclude(national_suffix="").values_list("national_suffix", flat=True))
        made = merging.merge_leads(kept_id=kept.pk, former_id=former.pk, from_former=from_former, merged_by=merged_by)
        if rewritten := _rewrite_candidates(suffixes, former.pk, kept.pk):
            made.moved[_CANDIDATES] = rewritten
            made.save(update_fields=["moved"])
        return made

    return _beside_recordings(merge)


def undo_merge(*, merge: LeadMerge, undone_by: User | None = None) -> LeadMerge:
    """Take a merge back, with the candidates of calls as they were. Raises LeadMergeError."""

    @transaction.atomic
    def undo() -> LeadMerge:
        undone = merging.undo_merge(merge_id=merge.pk, undone_by=undone_by)
        for pk, (before, after, flags) in undone.moved.get(_CANDIDATES, {}).items():
            Call.objects.filter(pk=pk, candidates=after).update(candidates=before, flags=flags)
        return undone

    return _beside_recordings(undo)


def _beside_recordings(work: Callable[[], LeadMerge]) -> LeadMerge:
    """A call that is being recorded locks its row before its lead: when the two meet, one begins anew."""
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            return work()
        except OperationalError as error:
            if not attempts_left or getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
            time.sleep(0.05)
    raise AssertionError  # the last attempt returns or raises


def _rewrite_candidates(suffixes: Collection[str], former_id: uuid.UUID, kept_id: uuid.UUID) -> dict[str, list[Any]]:
    """By call id what its candidates and flags were, and what the candidates are now."""
    calls = Call.objects.select_for_update(no_key=True).filter(customer_suffix__in=suffixes).exclude(candidates=[])
    rewritten = {}
    for call in calls.only("candidates", "flags").order_by("pk"):
        before, flags = call.candidates, call.flags
        if not any(row["lead_id"] == str(former_id) for row in before):
            continue
        call.candidates = _merged_candidates(before, str(former_id), str(kept_id))
        call.flags = flags if call.candidates else [flag for flag in flags if flag != Flag.LEAD_AMBIGUOUS]
        call.save(update_fields=["candidates", "flags"])
        rewritten[str(call.pk)] = [before, call.candidates, flags]
    return rewritten


def _merged_candidates(rows: list[dict[str, str]], former_id: str, kept_id: str) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        lead_id = kept_id if row["lead_id"] == former_id else row["lead_id"]
        found.setdefault(lead_id, {**row, "lead_id": lead_id})
    return list(found.values()) if len(found) > 1 else []
