"""Merging two leads into one, and taking that back.

Every row of any app that points to the former lead moves to the kept one, the former lead goes, and a LeadMerge keeps
what is needed to make it again. What layers above store by other means than a foreign key they move themselves
(calls.services.lead_merging).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ForeignKey, ManyToOneRel
from django.utils import timezone

from crm.errors import LeadMergeError
from crm.models import Agent, Lead, LeadMerge, LeadPhone

CHOOSABLE_COLUMNS = (
    "name", "email", "company", "stage", "source", "origin", "city", "state", "country", "zip_code", "owner_id",
)  # fmt: skip
"""Of these a person may choose whose value stays; without a choice the kept lead's, where it has one."""
_COLUMNS = (*CHOOSABLE_COLUMNS, "external_id", "do_not_call", "custom_fields")
_PHONE_COLUMNS = ("number", "e164", "national_suffix", "position")
_CHUNK = 500


def merged_columns(kept: Lead, former: Lead, *, from_former: Collection[str] = ()) -> dict[str, Any]:
    """The kept lead's columns after a merge. An empty value never takes the place of one that says something.

    ``from_former`` are the columns (of CHOOSABLE_COLUMNS) in which the former lead's value wins. Whoever must not be
    called stays so. Free fields are joined.
    """
    values: dict[str, Any] = {}
    for column in CHOOSABLE_COLUMNS:
        own, other = getattr(kept, column), getattr(former, column)
        values[column] = (other or own) if column in from_former else (own or other)
    values["external_id"] = kept.external_id or former.external_id
    values["do_not_call"] = kept.do_not_call or former.do_not_call
    values["custom_fields"] = {**former.custom_fields, **kept.custom_fields}
    return values


@transaction.atomic
def merge_leads(
    *, kept_id: uuid.UUID, former_id: uuid.UUID, from_former: Collection[str] = (), merged_by: User | None = None
) -> LeadMerge:
    """The former lead goes into the kept one, with its numbers and everything that belongs to it.

    Both are locked in the order of their ids. Raises LeadMergeError when one of them is gone.
    """
    kept, former = _locked(kept_id, former_id)
    merge = LeadMerge(
        kept=kept,
        former_id=former.pk,
        former_external_id=former.external_id or "",
        former_name=str(former)[:200],
        former=_snapshot(former),
        merged_by=merged_by,
    )
    after = merged_columns(kept, former, from_former=from_former)
    before = {column: getattr(kept, column) for column in _COLUMNS}
    merge.changed = {
        name: {"before": before[name], "after": after[name]} for name in after if before[name] != after[name]
    }
    merge.moved = {_phones_label(): _move_phones(former, kept), **_move_rows(former, kept)}
    # Before the kept lead takes its external id, which is unique.
    former.delete()
    _set_columns(kept, after)
    merge.save()
    return merge


@transaction.atomic
def undo_merge(*, merge_id: uuid.UUID, undone_by: User | None = None) -> LeadMerge:
    """Make the former lead again, under its old id, and give back what moved and still is where it went.

    What came after the merge stays with the kept lead, and so does a value that was changed since. Raises
    LeadMergeError after the window, for a merge that is undone already, and while a later one is in its way.
    """
    known = LeadMerge.objects.filter(pk=merge_id).first()
    kept = Lead.objects.select_for_update().filter(pk=known.kept_id).first() if known else None
    merge = LeadMerge.objects.select_for_update().filter(pk=merge_id, kept=kept).first() if kept else None
    if kept is None or merge is None:
        raise LeadMergeError("This merge cannot be undone any more: the lead is gone.")
    _check_undoable(merge)
    _restore_columns(kept, merge.changed)
    former = _made_again(merge)
    _give_back_phones(merge, former)
    _give_back_rows(merge, former)
    merge.undone_at, merge.undone_by = timezone.now(), undone_by
    merge.save()
    return merge


def _locked(kept_id: uuid.UUID, former_id: uuid.UUID) -> tuple[Lead, Lead]:
    if kept_id == former_id:
        raise LeadMergeError("Choose another lead: one cannot be merged with itself.")
    leads = Lead.objects.select_for_update().filter(pk__in=[kept_id, former_id]).order_by("pk")
    found = {lead.pk: lead for lead in leads}
    if len(found) < 2:
        raise LeadMergeError("One of the two leads is gone. Somebody may just have merged or deleted it.")
    return found[kept_id], found[former_id]


def _snapshot(lead: Lead) -> dict[str, Any]:
    columns = {column: getattr(lead, column) for column in _COLUMNS}
    phones = [{"id": row.pk, **{name: getattr(row, name) for name in _PHONE_COLUMNS}} for row in lead.phones.all()]
    return {"columns": columns, "phones": phones, "created_at": lead.created_at.isoformat()}


def _set_columns(lead: Lead, values: dict[str, Any]) -> None:
    for column, value in values.items():
        setattr(lead, column, value)
    lead.save()


def _phones_label() -> str:
    return "crm.LeadPhone.lead"


def _move_phones(former: Lead, kept: Lead) -> list[Any]:
    """The numbers that the kept lead has not yet follow behind its own; the others go with the former lead."""
    own = {phone.e164 or phone.number for phone in kept.phones.all()}
    moving = [phone for phone in former.phones.all() if (phone.e164 or phone.number) not in own]
    for position, phone in enumerate(moving, start=len(own)):
        LeadPhone.objects.filter(pk=phone.pk).update(lead=kept, position=position)
    return [phone.pk for phone in moving]


def _references() -> list[ForeignKey[Any, Any]]:
    """Every foreign key to a lead, of whatever app, but that of its numbers."""
    relations = Lead._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's documented Model._meta API
    found = [relation.field for relation in relations if isinstance(relation, ManyToOneRel)]
    return [field for field in found if field.model is not LeadPhone]


def _label(field: ForeignKey[Any, Any]) -> str:
    return f"{field.model._meta.label}.{field.name}"  # noqa: SLF001 - Django's documented Model._meta API


def _move_rows(former: Lead, kept: Lead) -> dict[str, list[Any]]:
    moved = {}
    for field in _references():
        rows = field.model._base_manager.filter(**{field.name: former})  # noqa: SLF001 - as Django's own deletion does
        if ids := [_plain_id(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]:
            rows.update(**{field.name: kept})
            moved[_label(field)] = ids
    return moved


def _plain_id(pk: Any) -> Any:
    return str(pk) if isinstance(pk, uuid.UUID) else pk


def _check_undoable(merge: LeadMerge) -> None:
    if merge.undone_at is not None:
        raise LeadMergeError("This merge was undone already.")
    if not merge.is_undoable:
        raise LeadMergeError(f"A merge can be undone for {LeadMerge.UNDO_WINDOW.days} days.")
    later = LeadMerge.objects.filter(kept_id=merge.kept_id, undone_at=None, merged_at__gt=merge.merged_at).first()
    if later is not None:
        raise LeadMergeError(f"Undo the later merge with {later.former_name} first.")


def _restore_columns(kept: Lead, changed: dict[str, dict[str, Any]]) -> None:
    for column, values in changed.items():
        if getattr(kept, column) == values["after"]:
            setattr(kept, column, _still_valid(column, values["before"]))
    kept.save()


def _still_valid(column: str, value: Any) -> Any:
    """An owner who is gone owns nothing, and an external id belongs to one lead only."""
    if column == "owner_id" and value is not None:
        return value if Agent.objects.filter(pk=value).exists() else None
    if column == "external_id" and value:
        return None if Lead.objects.filter(external_id=value).exists() else value
    return value


def _made_again(merge: LeadMerge) -> Lead:
    columns = merge.former["columns"]
    former = Lead.objects.create(
        id=merge.former_id, **{column: _still_valid(column, columns[column]) for column in _COLUMNS}
    )
    Lead.objects.filter(pk=former.pk).update(created_at=merge.former["created_at"])
    return former


def _give_back_phones(merge: LeadMerge, former: Lead) -> None:
    moved = set(merge.moved.get(_phones_label(), []))
    for row in merge.former["phones"]:
        columns = {name: row[name] for name in _PHONE_COLUMNS}
        there = LeadPhone.objects.filter(pk=row["id"], lead_id=merge.kept_id, e164=row["e164"])
        if row["id"] not in moved or not there.update(lead=former, position=row["position"]):
            LeadPhone.objects.create(lead=former, **columns)


def _give_back_rows(merge: LeadMerge, former: Lead) -> None:
    for field in _references():
        ids = merge.moved.get(_label(field), [])
        for start in range(0, len(ids), _CHUNK):
            rows = field.model._base_manager.filter(pk__in=ids[start : start + _CHUNK])  # noqa: SLF001 - see _move_rows
            rows.filter(**{field.name: merge.kept_id}).update(**{field.name: former})
