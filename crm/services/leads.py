"""Making and changing leads."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from crm.models import Agent, Lead
from crm.services.phones import DEFAULT_COUNTRY, set_lead_phones

__all__ = ["create_lead", "save_lead", "set_lead_phones"]


@transaction.atomic
def create_lead(*, phone: str, country: str, owner: Agent | None, source: str, origin: str, name: str = "") -> Lead:
    """A new lead with this main number. Texts that are too long are cut: a provider's words must not lose a call."""
    lead = Lead.objects.create(
        name=name.strip()[:200], owner=owner, source=source.strip()[:120], origin=origin.strip()[:120]
    )
    set_lead_phones(lead, [phone], country)
    return lead


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
