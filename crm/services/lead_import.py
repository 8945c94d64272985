"""Importing leads from a CSV file, in batches; doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from crm.models import Agent, Lead, LeadMerge, LeadPhone
from crm.services.lead_rows import TEXT_COLUMNS, LeadFile, LeadRow, LeadRowError
from crm.services.phones import DEFAULT_COUNTRY

BATCH_SIZE = 1000

_WRITTEN = ("external_id", *TEXT_COLUMNS, "owner", "do_not_call", "custom_fields", "updated_at")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: the number of its first line, and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(slots=True)
class LeadImportReport:
    """How many leads were made, changed, and already as the file says; which rows were left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)


def import_leads(
    *, file: LeadFile, country: str = DEFAULT_COUNTRY, on_progress: Callable[[int], object] = lambda rows: None
) -> LeadImportReport:
    """Make or change the lead of each row; bad rows are left out and reported, the others are stored.

    A row means the lead with its external id, else the lead with one of its numbers (of several the one of the same
    name; a lead of another external id is not meant). The row of a lead that went into another gives that one its
    numbers and nothing else, or every import would undo what was chosen when they were merged. Empty cells and
    numbers not named leave what is stored. ``country`` is the home of numbers without a country code.
    ``on_progress`` is told of each batch's rows.
    """
    report = LeadImportReport()
    owners = {email.lower(): agent_id for email, agent_id in Agent.objects.values_list("email", "pk")}
    for batch in _batches(file.rows(country)):
        good = list(_good_rows(batch, owners, report))
        with transaction.atomic():
            _Batch(good, report).store()
        on_progress(len(batch))
    return report


def _batches(rows: Iterable[tuple[int, LeadRow | LeadRowError]]) -> Iterator[list[tuple[int, LeadRow | LeadRowError]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _good_rows(
    batch: Iterable[tuple[int, LeadRow | LeadRowError]], owners: dict[str, int], report: LeadImportReport
) -> Iterator[tuple[LeadRow, int | None]]:
    """Rows with their owner's id (None: not given); the others are reported."""
    for line, row in batch:
        if isinstance(row, LeadRowError):
            report.bad_rows.append(BadRow(line, str(row)))
        elif row.owner_email and row.owner_email not in owners:
            report.bad_rows.append(BadRow(line, f"there is no agent {row.owner_email[:80]!r}"))
        else:
            yield row, owners.get(row.owner_email)


class _Batch:
    """The leads that some rows mean, looked up together, changed in memory and written together."""

    def __init__(self, rows: list[tuple[LeadRow, int | None]], report: LeadImportReport) -> None:
        self.rows = rows
        self.report = report
        self.by_external_id: dict[str, Lead] = {}
        self.merged: dict[str, Lead] = {}
        self.by_number: dict[str, list[Lead]] = {}
        self.numbers: dict[object, list[str]] = {}
        self.before: dict[object, tuple[object, ...] | None] = {}
        self.leads: dict[object, Lead] = {}
        self.meant: set[object] = set()
        self.new_phones: list[LeadPhone] = []

    def store(self) -> None:
        """Look up, apply, write."""
        self._look_up()
        for row, owner_id in self.rows:
            self._apply(row, owner_id)
        self._write()

    def _look_up(self) -> None:
        phones = [phone for row, _ in self.rows for phone in row.phones]
        same = LeadPhone.objects.filter(
            national_suffix__in={phone["national_suffix"] for phone in phones},
            e164__in={phone["e164"] for phone in phones},
        )
        external_ids = {row.external_id for row, _ in self.rows if row.external_id}
        leads = {lead.pk: lead for lead in Lead.objects.filter(external_id__in=external_ids)}
        merges = LeadMerge.objects.filter(former_external_id__in=external_ids, undone_at=None).select_related("kept")
        kept = {merge.former_external_id: merge.kept for merge in merges}
        leads |= {lead.pk: lead for lead in kept.values()}
        leads |= Lead.objects.in_bulk(set(same.values_list("lead_id", flat=True)) - leads.keys())
        for lead in sorted(leads.values(), key=lambda lead: lead.created_at):
            self._know(lead, _state(lead))
        self.merged = {name: leads[lead.pk] for name, lead in kept.items() if name not in self.by_external_id}
        for phone in LeadPhone.objects.filter(lead__in=leads):
            self.numbers[phone.lead_id].append(phone.e164)
            self.by_number.setdefault(phone.e164, []).append(leads[phone.lead_id])

    def _know(self, lead: Lead, state: tuple[object, ...] | None) -> None:
        self.leads[lead.pk] = lead
        self.before[lead.pk] = state
        self.numbers[lead.pk] = []
        if lead.external_id:
            self.by_external_id[lead.external_id] = lead

    def _apply(self, row: LeadRow, owner_id: int | None) -> None:
        lead = self._find(row)
        if lead is None:
            lead = Lead(external_id=row.external_id or None)
            self._know(lead, None)
        self.meant.add(lead.pk)
        if row.external_id not in self.merged:
            self._write_values(row, lead, owner_id)
        own = self.numbers[lead.pk]
        for phone in row.phones:
            if phone["e164"] not in own:
                self.new_phones.append(LeadPhone(lead=lead, position=len(own), **phone))
                own.append(phone["e164"])
                self.by_number.setdefault(phone["e164"], []).append(lead)

    def _write_values(self, row: LeadRow, lead: Lead, owner_id: int | None) -> None:
        row.apply(lead)
        if lead.external_id:
            self.by_external_id[lead.external_id] = lead
        if owner_id is not None:
            lead.owner_id = owner_id

    def _find(self, row: LeadRow) -> Lead | None:
        known = self.by_external_id.get(row.external_id) or self.merged.get(row.external_id)
        if known is not None:
            return known
        sharing = [lead for phone in row.phones for lead in self.by_number.get(phone["e164"], [])]
        if row.external_id:
            sharing = [lead for lead in sharing if not lead.external_id]
        name = row.values.get("name")
        return next((lead for lead in sharing if lead.name == name), sharing[0] if sharing else None)

    def _write(self) -> None:
        changed = [lead for lead in self.leads.values() if _state(lead) != self.before[lead.pk]]
        touched = {lead.pk for lead in changed} | {phone.lead_id for phone in self.new_phones}
        now = timezone.now()
        for lead in changed:
            lead.updated_at = now
        Lead.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
        LeadPhone.objects.bulk_create(self.new_phones)
        created = {lead_id for lead_id, state in self.before.items() if state is None}
        self.report.created += len(created)
        self.report.updated += len(touched - created)
        self.report.unchanged += len(self.meant - touched)


def _state(lead: Lead) -> tuple[object, ...]:
    return (lead.external_id, *(getattr(lead, column) for column in TEXT_COLUMNS), lead.owner_id, lead.do_not_call,
            tuple(sorted(lead.custom_fields.items())))  # fmt: skip
