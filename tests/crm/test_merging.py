"""Merging two leads, and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
import yaml
from django.utils import timezone

from calls.models import Call
from calls.services.lead_merging import merge_leads, undo_merge
from connector_config.services.configuration import import_configuration
from crm.errors import LeadMergeError
from crm.models import Lead, LeadMerge, Opportunity, Task
from crm.selectors import find_lead
from crm.services.lead_import import import_leads
from crm.services.lead_rows import read_lead_file
from crm.services.merging import merged_columns
from tests import factories

pytestmark = pytest.mark.django_db
RAVI, OFFICE = "+919611795983", "+912261234567"


def _numbers(lead: Lead) -> list[str]:
    return [phone.e164 for phone in lead.phones.all()]


def _pair(**former: object) -> tuple[Lead, Lead]:
    kept = factories.LeadFactory(name="Ravi Kumar", company="Acme", phones=[RAVI])
    return kept, factories.LeadFactory(**{"name": "R. Kumar", "phones": [RAVI, OFFICE], **former})


@pytest.mark.parametrize(
    ("kept", "former", "chosen", "expected"),
    [
        ({"name": "A"}, {"name": "B"}, (), {"name": "A"}),
        ({"name": "A"}, {"name": "B"}, ("name",), {"name": "B"}),
        ({"name": "A"}, {"name": ""}, ("name",), {"name": "A"}),
        ({"email": ""}, {"email": "b@example.com"}, (), {"email": "b@example.com"}),
        ({"do_not_call": False}, {"do_not_call": True}, (), {"do_not_call": True}),
        ({"external_id": None}, {"external_id": "L-2"}, (), {"external_id": "L-2"}),
        ({"external_id": "L-1"}, {"external_id": "L-2"}, (), {"external_id": "L-1"}),
        (
            {"custom_fields": {"mx_a": "1"}},
            {"custom_fields": {"mx_a": "2", "mx_b": "3"}},
            (),
            {"custom_fields": {"mx_a": "1", "mx_b": "3"}},
        ),
    ],
)
def test_values_that_say_something_stay(
    kept: dict[str, object], former: dict[str, object], chosen: tuple[str, ...], expected: dict[str, object]
) -> None:
    after = merged_columns(Lead(**kept), Lead(**former), from_former=chosen)

    assert {name: after[name] for name in expected} == expected


def test_everything_of_the_former_lead_moves() -> None:
    kept, former = _pair(email="ravi@example.com")
    call = factories.CallFactory(lead=former, chosen_lead=former)
    opportunity = factories.OpportunityFactory(lead=former)
    click = factories.OutboundRequestFactory(lead=former)
    task = Task.objects.create(title="Send papers", lead=former, due_at=timezone.now())

    merge = merge_leads(kept=kept, former=former)

    for row in (call, opportunity, click, task, kept):
        row.refresh_from_db()
    assert not Lead.objects.filter(pk=former.pk).exists()
    assert _numbers(kept) == [RAVI, OFFICE]
    assert (call.lead, call.chosen_lead) == (kept, kept)
    assert {opportunity.lead, click.lead, task.lead} == {kept}
    assert (kept.name, kept.email) == ("Ravi Kumar", "ravi@example.com")
    assert merge.former_name == "R. Kumar"


def test_undo_gives_everything_back() -> None:
    kept, former = _pair(email="ravi@example.com", external_id="L-2", custom_fields={"mx_a": "1"})
    call = factories.CallFactory(lead=former, chosen_lead=former)
    own_call = factories.CallFactory(lead=kept)
    opportunity = factories.OpportunityFactory(lead=former)

    undo_merge(merge=merge_leads(kept=kept, former=former))

    again = Lead.objects.get(pk=former.pk)
    kept.refresh_from_db()
    assert (again.name, again.email, again.external_id, again.custom_fields) == (
        "R. Kumar",
        "ravi@example.com",
        "L-2",
        {"mx_a": "1"},
    )
    assert again.created_at == former.created_at
    assert _numbers(again) == [RAVI, OFFICE]
    assert _numbers(kept) == [RAVI]
    assert (kept.email, kept.external_id, kept.custom_fields) == ("", None, {})
    assert set(again.calls.all()) == {call}
    assert set(kept.calls.all()) == {own_call}
    assert Call.objects.get(pk=call.pk).chosen_lead == again
    assert Opportunity.objects.get(pk=opportunity.pk).lead == again


def test_undo_leaves_what_came_and_changed_after_the_merge() -> None:
    kept, former = _pair(email="ravi@example.com")
    merge = merge_leads(kept=kept, former=former)
    later = factories.CallFactory(lead=kept)
    Lead.objects.filter(pk=kept.pk).update(email="new@example.com")

    undo_merge(merge=merge)

    kept.refresh_from_db()
    assert kept.email == "new@example.com"
    assert Call.objects.get(pk=later.pk).lead == kept


def test_candidates_name_the_kept_lead_and_undo_restores_them() -> None:
    kept, former = _pair()
    other = factories.LeadFactory(phones=[RAVI])
    two = [{"lead_id": str(lead.pk), "reason": "main number"} for lead in (former, kept)]
    three = [*two, {"lead_id": str(other.pk), "reason": "main number"}]
    ambiguous = factories.CallFactory(lead=former, candidates=two, flags=["lead_ambiguous", "x"])
    still = factories.CallFactory(lead=other, candidates=three, flags=["lead_ambiguous"])

    merge = merge_leads(kept=kept, former=former)

    ambiguous.refresh_from_db()
    still.refresh_from_db()
    assert (ambiguous.candidates, ambiguous.flags) == ([], ["x"])
    assert [row["lead_id"] for row in still.candidates] == [str(kept.pk), str(other.pk)]
    undo_merge(merge=merge)
    ambiguous.refresh_from_db()
    still.refresh_from_db()
    assert (ambiguous.candidates, ambiguous.flags) == (two, ["lead_ambiguous", "x"])
    assert still.candidates == three


def test_ids_of_the_former_lead_mean_the_kept_one_also_after_a_second_merge() -> None:
    kept, former = _pair(external_id="L-2")
    last = factories.LeadFactory(external_id="L-3")
    merge_leads(kept=kept, former=former)
    second = merge_leads(kept=last, former=kept)

    found = [find_lead(text) for text in (str(former.pk), str(kept.pk), "L-2", "L-3")]

    assert found == [last] * 4
    undo_merge(merge=second)
    kept_again = Lead.objects.get(pk=kept.pk)
    assert find_lead(str(former.pk)) == find_lead("L-2") == kept_again
    assert find_lead("L-9") is None


def test_merges_are_undone_from_the_last_one_on() -> None:
    kept, former = _pair()
    first = merge_leads(kept=kept, former=former)
    second = merge_leads(kept=kept, former=factories.LeadFactory(name="Third"))

    with pytest.raises(LeadMergeError, match="Third first"):
        undo_merge(merge=first)
    undo_merge(merge=second)
    undo_merge(merge=first)

    assert LeadMerge.objects.exclude(undone_at=None).count() == 2
    with pytest.raises(LeadMergeError, match="undone already"):
        undo_merge(merge=first)


def test_merge_can_be_undone_for_thirty_days() -> None:
    kept, former = _pair()
    merge = merge_leads(kept=kept, former=former)

    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(LeadMergeError, match="30 days"):
        undo_merge(merge=merge)


@pytest.mark.parametrize("which", [lambda kept, former: (kept, kept), lambda kept, former: (kept, _gone(former))])
def test_merge_needs_two_leads(which: Callable[[Lead, Lead], tuple[Lead, Lead]]) -> None:
    kept, former = which(*_pair())

    with pytest.raises(LeadMergeError):
        merge_leads(kept=kept, former=former)


def _gone(lead: Lead) -> Lead:
    Lead.objects.filter(pk=lead.pk).delete()
    return lead


def test_same_two_leads_can_be_merged_again_after_an_undo() -> None:
    kept, former = _pair()
    undo_merge(merge=merge_leads(kept=kept, former=former))

    merge_leads(kept=Lead.objects.get(pk=former.pk), former=kept)

    assert Lead.objects.filter(pk=former.pk).exists()
    assert find_lead(str(kept.pk)) == former


def test_import_of_a_merged_leads_row_adds_numbers_and_leaves_the_values() -> None:
    kept, former = _pair(external_id="L-2")
    Lead.objects.filter(pk=kept.pk).update(external_id="L-1")
    merge_leads(kept=Lead.objects.get(pk=kept.pk), former=former)
    file = read_lead_file(b"external_id,name,phones\nL-2,Other name,+918025551234\n")

    report = import_leads(file=file, country="IN")

    kept.refresh_from_db()
    assert (report.created, report.bad_rows, Lead.objects.count()) == (0, [], 1)
    assert (kept.name, kept.external_id) == ("Ravi Kumar", "L-1")
    assert _numbers(kept) == [RAVI, OFFICE, "+918025551234"]


@pytest.mark.parametrize("reference", ["external_id", "id"])
def test_a_configuration_file_keeps_to_the_lead_that_stayed(reference: str) -> None:
    kept, former = _pair(external_id="L-2")
    Lead.objects.filter(pk=kept.pk).update(external_id="L-1")
    names = {"external_id": "L-2", "id": str(former.pk)}
    merge_leads(kept=Lead.objects.get(pk=kept.pk), former=former)
    document = {
        "version": 1,
        "leads": [{reference: names[reference], "name": "Other name", "phones": ["+918025551234"]}],
        "opportunities": [{"name": "Car loan", "lead": names[reference]}],
    }

    import_configuration(yaml.safe_dump(document).encode())

    kept.refresh_from_db()
    assert (Lead.objects.count(), kept.name, kept.external_id) == (1, "Ravi Kumar", "L-1")
    assert set(_numbers(kept)) == {RAVI, OFFICE, "+918025551234"}
    assert Opportunity.objects.get().lead == kept
