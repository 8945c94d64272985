"""What merging two leads would do, side by side, for the page that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calls.models import Call
from crm.masking import shown_number, shown_text
from crm.models import Lead
from crm.services.merging import CHOOSABLE_COLUMNS, merged_columns

_LABELS = {"owner_id": "Owner", "email": "E-mail", "zip_code": "Postcode"}


@dataclass(frozen=True, slots=True)
class MergedValue:
    """One value on both sides. ``is_choice``: both say something else, and the reader may choose which stays."""

    column: str
    label: str
    kept: str
    other: str
    is_choice: bool
    is_from_other: bool


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Both leads, their values, and what moves from the other to the kept one."""

    kept: Lead
    other: Lead
    values: Sequence[MergedValue]
    free_fields: Sequence[MergedValue]
    new_numbers: Sequence[str]
    known_numbers: Sequence[str]
    moving: Sequence[tuple[str, int]]
    becomes_do_not_call: bool


def merge_preview(kept: Lead, other: Lead, *, viewer: Any) -> MergePreview:
    """What a merge of ``other`` into ``kept`` would do without any choice, as this viewer may read it."""
    own = {phone.e164 or phone.number for phone in kept.phones.all()}
    numbers = [phone.e164 or phone.number for phone in other.phones.all()]
    shown = {number: shown_number(number, viewer=viewer) for number in numbers}
    return MergePreview(
        kept=kept,
        other=other,
        values=[row for column in CHOOSABLE_COLUMNS if (row := _value(kept, other, column, viewer))],
        free_fields=_free_fields(kept, other, viewer),
        new_numbers=[shown[number] for number in numbers if number not in own],
        known_numbers=[shown[number] for number in numbers if number in own],
        moving=_moving(other),
        becomes_do_not_call=other.do_not_call and not kept.do_not_call,
    )


def _value(kept: Lead, other: Lead, column: str, viewer: Any) -> MergedValue | None:
    """None where neither says anything."""
    values = [_text(lead, column, viewer) for lead in (kept, other)]
    if not any(values):
        return None
    is_other = all(values) and getattr(kept, column) != getattr(other, column)
    may_choose = column != "owner_id" or viewer.is_staff
    after = merged_columns(kept, other)[column]
    return MergedValue(
        column=column,
        label=_LABELS.get(column, column.replace("_", " ").capitalize()),
        kept=values[0],
        other=values[1],
        is_choice=is_other and may_choose,
        is_from_other=after != getattr(kept, column),
    )


def _text(lead: Lead, column: str, viewer: Any) -> str:
    value = lead.owner.name if column == "owner_id" and lead.owner else getattr(lead, column)
    return shown_text(str(value or ""), viewer=viewer)


def _free_fields(kept: Lead, other: Lead, viewer: Any) -> list[MergedValue]:
    names = sorted({*kept.custom_fields, *other.custom_fields})
    return [
        MergedValue(
            column=name,
            label=shown_text(str(name), viewer=viewer),
            kept=shown_text(str(kept.custom_fields.get(name, "")), viewer=viewer),
            other=shown_text(str(other.custom_fields.get(name, "")), viewer=viewer),
            is_choice=False,
            is_from_other=name not in kept.custom_fields,
        )
        for name in names
    ]


def _moving(other: Lead) -> list[tuple[str, int]]:
    """All of them, those too that this reader does not see."""
    counts = {
        "call": Call.objects.filter(lead=other).count(),
        "opportunity": other.opportunities.count(),
        "task": other.tasks.count(),
    }
    return [(word, count) for word, count in counts.items() if count]
