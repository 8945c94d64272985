"""The free fields of leads (``custom_fields``): which names are in use."""

from __future__ import annotations

from collections.abc import Iterable

from crm.models import Lead

_LEADS_TO_LOOK_AT = 500


def recent_free_fields() -> list[str]:
    """The names that the leads changed last have, in alphabetical order; a help for choosing, not a full list."""
    kept = Lead.objects.exclude(custom_fields={}).order_by("-updated_at").values_list("custom_fields", flat=True)
    return sorted({str(name) for fields in kept[:_LEADS_TO_LOOK_AT] for name in fields}, key=str.casefold)


def free_fields_in_use(names: Iterable[str]) -> set[str]:
    """Those of the names, written just so, that at least one lead has."""
    return {name for name in names if Lead.objects.filter(custom_fields__has_key=name).exists()}
