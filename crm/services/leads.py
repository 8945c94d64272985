"""Making and changing leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.errors import LeadChangedError
from crm.models import Agent, Lead
from crm.services.phones import DEFAULT_COUNTRY, arrange_lead_phones, set_lead_phones

__all__ = ["PhoneChanges", "create_lead", "edit_lead", "locked_lead", "save_lead", "set_lead_phones"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanges:
    """A lead's numbers after an edit: which stay, by id and in this order, and which are new, in any writing."""

    kept_ids: Sequence[int] = ()
    new_numbers: Sequence[str] = ()


@transaction.atomic
def create_lead(*, phone: str, country: str, owner: Agent | None, values: Mapping[str, str]) -> Lead:
    """A new lead with this main number; ``values`` are texts by column.

    Texts that are too long are cut: a provider's words must not lose a call.
    """
    columns = {name: text.strip()[: getattr(Lead, name).field.max_length] for name, text in values.items()}
    lead = Lead.objects.create(owner=owner, **columns)
    set_lead_phones(lead, [phone], country)
    return lead


@transaction.atomic
def edit_lead(
    *, lead: Lead, version: datetime, values: Mapping[str, Any], phones: PhoneChanges, country: str = DEFAULT_COUNTRY
) -> Lead:
    """Change the columns and numbers of a lead that was read as it was at ``version`` (its ``updated_at``).

    Raises LeadChangedError when somebody has changed it since, and then changes nothing; ValidationError by field.
    """
    current = locked_lead(lead=lead, version=version, values=values)
    for name, value in values.items():
        setattr(current, name, value)
    save_lead(lead=current)
    arrange_lead_phones(current, phones.kept_ids, phones.new_numbers, country)
    return current


def locked_lead(*, lead: Lead, version: datetime, values: Mapping[str, Any] | None = None) -> Lead:
    """The lead as it is now, locked for this transaction, provided that it is still as it was at ``version``.

    Raises LeadChangedError, which names the columns that differ from ``values``.
    """
    current = Lead.objects.select_for_update(no_key=True).filter(pk=lead.pk).first()
    if current is None:
        raise LeadChangedError("Somebody has deleted or merged this lead meanwhile.")
    if current.updated_at != version:
        differing = [name for name, value in (values or {}).items() if getattr(current, name) != value]
        raise LeadChangedError("Somebody has changed this lead since you opened it.", differing)
    return current


@transaction.atomic
def save_lead(
    *, lead: Lead, phones: Iterable[str] | None = None, country: str = DEFAULT_COUNTRY, keep_other_phones: bool = False
) -> Lead:
    """Check and store a lead whose columns are set, new or known; ``phones`` None leaves its numbers alone.

    Raises django's ValidationError, with messages by field.
    """
    lead.external_id = lead.external_id or None
    lead.full_clean()
    lead.save()
    if phones is not None:
        set_lead_phones(lead, phones, country, keep_others=keep_other_phones)
    return lead
