"""Importing disposition fields, leads and opportunities."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from connector_config.configuration_schema import FieldEntry, LeadEntry, OpportunityEntry
from connector_config.models import DispositionField, DispositionOption
from connector_config.services.configuration import columns
from connector_config.services.configuration.problems import join
from connector_config.services.configuration.run import ImportRun, read_id
from connector_config.services.saving import touch_connectors_of_field
from crm.models import Lead, Opportunity
from crm.selectors import find_lead
from crm.services.leads import save_lead
from telephony_connector.common.phones import to_e164


def import_field(entry: FieldEntry, run: ImportRun) -> None:
    """Make the dropdown; its options come in the file's order, and those that the file leaves out stay behind them."""
    field = DispositionField.objects.filter(name=entry.name).first()
    is_new = field is None
    field = field or DispositionField(name=entry.name)
    try:
        field.full_clean()
        field.save()
        set_options(field, entry.options or [])
    except ValidationError as error:
        run.problems.add_validation(entry.path, error, {"value": "options"})
    run.count("field", is_new=is_new)


def set_options(field: DispositionField, values: list[str]) -> None:
    """Put these options first, in this order; others follow. Raises ValidationError for a bad one."""
    existing = {option.value: option for option in field.options.all()}
    wanted = [
        existing.pop(value) if value in existing else DispositionOption(field=field, value=value)
        for value in dict.fromkeys(values)
    ]
    for position, option in enumerate([*wanted, *existing.values()]):
        option.position = position
        option.full_clean()
        option.save()
    if field.pk and values:
        touch_connectors_of_field(field)


def import_lead(entry: LeadEntry, run: ImportRun) -> None:
    """Make or change a lead; numbers that the file leaves out stay, behind those that it gives.

    A lead that was merged into another gives that one its numbers and nothing else, or every import would undo what
    was chosen when they were merged.
    """
    if not _is_id_readable(entry, run):
        return
    lead = _merged_into(entry)
    is_new = False
    if lead is None:
        found = _find_lead(entry, run)
        is_new = found is None
        lead = found or (Lead(id=read_id(entry.id)) if entry.id else Lead())
        run.note_other_id(lead, entry.id, entry.path)
        _set_columns(lead, entry, run)
    run.check_numbers(entry.phones or [], join(entry.path, "phones"))
    try:
        save_lead(lead=lead, phones=entry.phones, country=run.country, keep_other_phones=True)
    except ValidationError as error:
        run.problems.add_validation(entry.path, error)
    run.count("lead", is_new=is_new)


def _merged_into(entry: LeadEntry) -> Lead | None:
    """The lead that the entry's lead was merged into; None where it was not."""
    reference = entry.id or entry.external_id or ""
    lead = find_lead(reference)
    is_itself = lead is not None and (lead.pk == read_id(reference) or lead.external_id == reference)
    return None if is_itself else lead


def _set_columns(lead: Lead, entry: LeadEntry, run: ImportRun) -> None:
    for column, value in columns.given_values(entry, columns.LEAD).items():
        setattr(lead, column, value)
    if entry.external_id is not None:
        lead.external_id = entry.external_id or None
    if entry.owner is not None:
        lead.owner = run.agent(entry.owner, join(entry.path, "owner"))


def _is_id_readable(entry: LeadEntry | OpportunityEntry, run: ImportRun) -> bool:
    if entry.id and read_id(entry.id) is None:
        run.problems.add(join(entry.path, "id"), "must be a UUID; ids of other systems go into external_id")
        return False
    return True


def _find_lead(entry: LeadEntry, run: ImportRun) -> Lead | None:
    if entry.id and (same_id := Lead.objects.filter(pk=entry.id).first()):
        return same_id
    if entry.id or entry.external_id:
        return Lead.objects.filter(external_id=entry.external_id).first() if entry.external_id else None
    same_name = Lead.objects.filter(name=entry.name or "", external_id=None)
    numbers = [number for number in (to_e164(phone, run.country) for phone in entry.phones or []) if number]
    if numbers:
        return same_name.filter(phones__e164__in=numbers).order_by("created_at").first()
    if entry.email:
        return same_name.filter(email__iexact=entry.email).order_by("created_at").first()
    return same_name.filter(phones=None, email="").order_by("created_at").first() if entry.name else None


def import_opportunity(entry: OpportunityEntry, run: ImportRun) -> None:
    """Make or change an opportunity."""
    if not _is_id_readable(entry, run):
        return
    lead = run.lead(entry.lead, join(entry.path, "lead"))
    if lead is None:
        return
    found = _find_opportunity(entry, lead)
    opportunity = found or (Opportunity(id=read_id(entry.id)) if entry.id else Opportunity())
    run.note_other_id(opportunity, entry.id, entry.path)
    for column, value in columns.given_values(entry, columns.OPPORTUNITY).items():
        setattr(opportunity, column, value)
    opportunity.lead = lead
    if entry.external_id is not None:
        opportunity.external_id = entry.external_id or None
    if entry.owner is not None:
        opportunity.owner = run.agent(entry.owner, join(entry.path, "owner"))
    try:
        opportunity.full_clean()
        opportunity.save()
    except ValidationError as error:
        run.problems.add_validation(entry.path, error)
    run.count("opportunity", is_new=found is None)


def _find_opportunity(entry: OpportunityEntry, lead: Lead) -> Opportunity | None:
    if entry.id and (same_id := Opportunity.objects.filter(pk=entry.id).first()):
        return same_id
    if entry.external_id:
        return Opportunity.objects.filter(external_id=entry.external_id).first()
    return None if entry.id else Opportunity.objects.filter(lead=lead, name=entry.name).first()
