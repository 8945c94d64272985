"""A lead is edited, made, and merged with another on the agents' pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.models import Agent, Lead, LeadMerge
from tests import factories

ClientOf = Callable[..., Client]
RAVI, OFFICE = "+919611795983", "+912261234567"


@pytest.fixture
def ravi(asha: Agent) -> Lead:
    """A lead of Asha's with two numbers and a free field."""
    lead: Lead = factories.LeadFactory(
        name="Ravi Kumar", owner=asha, phones=[RAVI, OFFICE], custom_fields={"mx_Plan": "Gold"}, email="r@example.com"
    )
    return lead


def _form(lead: Lead, **changes: Any) -> dict[str, Any]:
    """The edit form as the page sends it."""
    phones = list(lead.phones.all())
    return {
        "name": lead.name,
        "email": lead.email,
        "company": lead.company,
        "stage": lead.stage,
        "source": lead.source,
        "version": lead.updated_at.isoformat(),
        "phone": [phone.pk for phone in phones],
        "field_name": list(lead.custom_fields),
        "field_value": list(lead.custom_fields.values()),
        **{f"phone-order-{phone.pk}": place for place, phone in enumerate(phones, start=1)},
        **changes,
    }


def _numbers(lead: Lead) -> list[str]:
    return [phone.e164 for phone in Lead.objects.get(pk=lead.pk).phones.all()]


def test_values_numbers_and_free_fields_are_changed(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    first, second = ravi.phones.all()
    form = _form(
        ravi,
        company="Acme",
        do_not_call="on",
        new_phone=["98450 12345", ""],
        field_name=["mx_Plan", "mx_City", ""],
        field_value=["", "Pune", ""],
        **{f"phone-order-{first.pk}": 2, f"phone-order-{second.pk}": 1},
    )

    answer = client_of(asha).post(f"/leads/{ravi.pk}/edit/", form)

    ravi.refresh_from_db()
    assert answer.status_code == 302
    assert (ravi.company, ravi.do_not_call, ravi.custom_fields) == ("Acme", True, {"mx_City": "Pune"})
    assert _numbers(ravi) == [OFFICE, RAVI, "+919845012345"]
    assert set(ravi.phones.values_list("pk", flat=True)) > {first.pk, second.pk}


def test_number_is_removed_by_its_id(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    form = _form(ravi, **{"phone-remove": [ravi.phones.all()[0].pk]})

    client_of(asha).post(f"/leads/{ravi.pk}/edit/", form)

    assert _numbers(ravi) == [OFFICE]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"name": "x" * 201}, "name"),
        ({"new_phone": "12"}, "phones"),
        ({"new_phone": "anonymous"}, "phones"),
        ({"field_name": [""], "field_value": ["x"]}, "free_fields"),
        ({"field_name": ["x" * 81], "field_value": ["x"]}, "free_fields"),
    ],
)
def test_refused_value_is_named_and_nothing_is_saved(
    changes: dict[str, Any], field: str, ravi: Lead, asha: Agent, client_of: ClientOf
) -> None:
    answer = client_of(asha).post(f"/leads/{ravi.pk}/edit/", _form(ravi, company="Acme", **changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert 'value="Acme"' in answer.content.decode()
    assert Lead.objects.get(pk=ravi.pk).company == ""


def test_second_editor_is_told_and_may_then_save(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    client, opened = client_of(asha), _form(ravi, stage="Qualified")
    Lead.objects.get(pk=ravi.pk).save()
    lead = Lead.objects.get(pk=ravi.pk)
    lead.stage = "Lost"
    lead.save()

    told = client.post(f"/leads/{ravi.pk}/edit/", opened)
    page = told.content.decode()

    assert told.status_code == 409
    assert "Somebody has changed this lead" in page
    assert "stage is now: Lost" in page
    assert 'value="Qualified"' in page
    assert Lead.objects.get(pk=ravi.pk).stage == "Lost"
    saved = client.post(f"/leads/{ravi.pk}/edit/", {**opened, "version": told.context["version"]})
    assert saved.status_code == 302
    assert Lead.objects.get(pk=ravi.pk).stage == "Qualified"


def test_only_staff_choose_the_owner(ravi: Lead, asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    client_of(asha).post(f"/leads/{ravi.pk}/edit/", _form(ravi, owner=ben.pk))
    mine = Lead.objects.get(pk=ravi.pk)
    staff = client_of(factories.UserFactory(is_staff=True))
    staff.post(f"/leads/{ravi.pk}/edit/", _form(mine, owner=ben.pk))

    assert mine.owner == asha
    assert Lead.objects.get(pk=ravi.pk).owner == ben


def test_masked_agent_edits_without_seeing_or_losing_a_number(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    Agent.objects.filter(pk=asha.pk).update(sees_full_numbers=False)
    Lead.objects.filter(pk=ravi.pk).update(name=f"Ravi {RAVI}", custom_fields={"mx_Fax": OFFICE})
    client = client_of(Agent.objects.get(pk=asha.pk))

    page = client.get(f"/leads/{ravi.pk}/edit/").content.decode()
    form = client.get(f"/leads/{ravi.pk}/edit/").context["form"]
    shown = {name: form[name].value() for name in ("name", "email", "company", "stage", "source")}
    fields = form.free_field_rows()
    lead = Lead.objects.get(pk=ravi.pk)
    sent = _form(lead, **shown, field_name=[row.name for row in fields], field_value=[row.value for row in fields])
    answer = client.post(f"/leads/{ravi.pk}/edit/", sent | {"company": "Acme"})

    lead.refresh_from_db()
    assert "96117" not in page
    assert "61234567" not in page
    assert answer.status_code == 302
    assert (lead.name, lead.company, lead.custom_fields) == (f"Ravi {RAVI}", "Acme", {"mx_Fax": OFFICE})
    assert _numbers(lead) == [RAVI, OFFICE]


@pytest.mark.parametrize("path", ["", "edit/", "merge/", "calls/new/", "opportunities/new/"])
def test_lead_of_somebody_else_does_not_exist(path: str, asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    lead = factories.LeadFactory(owner=ben)

    assert client_of(asha).get(f"/leads/{lead.pk}/{path}").status_code == 404
    assert Client().get(f"/leads/{lead.pk}/{path}").status_code == 302


def test_agent_makes_a_lead_of_their_own(asha: Agent, client_of: ClientOf) -> None:
    answer = client_of(asha).post("/leads/new/", {"name": "Meera Iyer", "new_phone": "98450 12345"})

    lead = Lead.objects.get(name="Meera Iyer")
    assert answer["Location"] == f"/leads/{lead.pk}/"
    assert lead.owner == asha
    assert _numbers(lead) == ["+919845012345"]


def test_new_lead_needs_something_to_know_it_by(asha: Agent, client_of: ClientOf) -> None:
    answer = client_of(asha).post("/leads/new/", {"stage": "New"})

    assert answer.status_code == 422
    assert not Lead.objects.exists()


def test_who_has_the_number_already_is_shown_before_a_second_lead_is_made(
    ravi: Lead, asha: Agent, client_of: ClientOf
) -> None:
    client, form = client_of(asha), {"name": "Ravi", "new_phone": "096117 95983"}

    asked = client.post("/leads/new/", form)
    made = client.post("/leads/new/", {**form, "anyway": "1"})

    assert asked.status_code == 409
    assert asked.context["doubles"] == [ravi]
    assert made.status_code == 302
    assert Lead.objects.count() == 2


def test_merge_page_proposes_shows_merges_and_undoes(ravi: Lead, asha: Agent, client_of: ClientOf) -> None:
    other = factories.LeadFactory(name="R. Kumar", stage="New", owner=asha, phones=[RAVI], email="rk@example.com")
    client = client_of(asha)

    choice = client.get(f"/leads/{ravi.pk}/merge/")
    preview = client.get(f"/leads/{ravi.pk}/merge/", {"other": other.pk})
    rows = {row.column: row for row in preview.context["preview"].values}
    answer = client.post(f"/leads/{ravi.pk}/merge/", {"other": other.pk, "value-email": "other", "value-name": "kept"})

    ravi.refresh_from_db()
    assert choice.context["doubles"] == [other]
    assert rows["email"].is_choice
    assert (rows["stage"].is_choice, rows["stage"].is_from_other) == (False, True)
    assert answer.status_code == 302
    assert (ravi.name, ravi.email, ravi.stage) == ("Ravi Kumar", "rk@example.com", "New")
    assert client.get(f"/leads/{other.pk}/")["Location"] == f"/leads/{ravi.pk}/"
    undone = client.post(f"/merges/{LeadMerge.objects.get().pk}/undo/")
    assert undone["Location"] == f"/leads/{other.pk}/"
    assert client.get(f"/leads/{other.pk}/").status_code == 200


def test_agents_merge_only_leads_that_they_see(ravi: Lead, asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    theirs = factories.LeadFactory(owner=ben, phones=[RAVI])
    client = client_of(asha)

    assert client.get(f"/leads/{ravi.pk}/merge/").context["doubles"] == []
    assert client.get(f"/leads/{ravi.pk}/merge/", {"other": theirs.pk}).status_code == 404
    assert client.post(f"/leads/{ravi.pk}/merge/", {"other": theirs.pk}).status_code == 404
    assert Lead.objects.count() == 2


def test_merge_of_somebody_elses_lead_is_not_undone(ravi: Lead, ben: Agent, client_of: ClientOf) -> None:
    from calls.services.lead_merging import merge_leads

    merge = merge_leads(kept=ravi, former=factories.LeadFactory())

    assert client_of(ben).post(f"/merges/{merge.pk}/undo/").status_code == 404


def test_agent_cannot_take_the_owner_by_merging(ravi: Lead, asha: Agent, ben: Agent, client_of: ClientOf) -> None:
    shared = factories.LeadFactory(owner=ben, phones=[RAVI])
    factories.CallFactory(agent=asha, lead=shared)

    client_of(asha).post(f"/leads/{shared.pk}/merge/", {"other": ravi.pk, "value-owner_id": "other"})

    assert Lead.objects.get(pk=shared.pk).owner == ben
