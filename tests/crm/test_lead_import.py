"""Importing leads from CSV files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crm.models import Lead, LeadPhone
from crm.services.lead_import import LeadImportReport, import_leads
from crm.services.lead_rows import LeadFileError, read_lead_file
from crm.services.phones import most_common_country
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory

pytestmark = pytest.mark.django_db


def imported(text: str, encoding: str = "utf-8") -> LeadImportReport:
    return import_leads(file=read_lead_file(text.encode(encoding)))


def bad_lines(report: LeadImportReport) -> dict[int, str]:
    return {bad.line: bad.message for bad in report.bad_rows}


def numbers_of(lead: Lead) -> list[str]:
    return [phone.e164 for phone in lead.phones.all()]


def test_every_column_reaches_its_field() -> None:
    AgentFactory(email="asha@example.com")

    imported(
        "External ID,Name,Phones,Owner,E-mail,Company,Stage,Source,City,Zip,Do not call,Loan type,mx_Model\n"
        "L-1,Ravi Kumar,+919611795983;02261234567,Asha@Example.com,r@example.com,"
        "Acme,New,Web,Pune,411001,yes,Car,X1\n"
    )

    lead = Lead.objects.get()
    assert (lead.external_id, lead.name, lead.company, lead.zip_code) == ("L-1", "Ravi Kumar", "Acme", "411001")
    assert lead.owner is not None
    assert lead.owner.email == "asha@example.com"
    assert lead.do_not_call
    assert lead.custom_fields == {"mx_Loan_type": "Car", "mx_Model": "X1"}
    assert numbers_of(lead) == ["+919611795983", "+912261234567"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_recognised(delimiter: str) -> None:
    imported(delimiter.join(["external_id", "name"]) + "\n" + delimiter.join(["L-1", "Ravi"]))

    assert Lead.objects.get().name == "Ravi"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_recognised(encoding: str) -> None:
    imported("external_id,name\nL-1,Zoë\n", encoding)

    assert Lead.objects.get().name == "Zoë"


@pytest.mark.parametrize(
    "heading", ["phone,phone2,mobile", "Mobile Number,Phone 1,Work Phone", "phones,Tel,telephone_no"]
)
def test_several_phone_columns_are_one_list(heading: str) -> None:
    imported(f"{heading}\n+919611795983,+919611795984|+919611795985,\n")

    assert numbers_of(Lead.objects.get()) == ["+919611795983", "+919611795984", "+919611795985"]


def test_the_same_file_again_changes_nothing() -> None:
    text = "external_id,phone,name\nL-1,+919611795983,Ravi\n,+919611795984,Meera\n"
    imported(text)

    report = imported(text)

    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert Lead.objects.count() == LeadPhone.objects.count() == 2


def test_a_known_lead_is_changed_and_empty_cells_change_nothing() -> None:
    LeadFactory(external_id="L-1", name="Old", company="Acme", phones=["+919611795983"])

    report = imported("external_id,name,company,phone\nL-1,New,,+919611795984\n")

    lead = Lead.objects.get()
    assert (report.created, report.updated) == (0, 1)
    assert (lead.name, lead.company) == ("New", "Acme")
    assert numbers_of(lead) == ["+919611795983", "+919611795984"]


def test_a_lead_without_external_id_is_found_by_any_number_and_takes_the_id() -> None:
    LeadFactory(name="Ravi", phones=["+912261234567", "+919611795983"])

    imported("external_id,phone,name\nL-1,9611795983,Ravi Kumar\n")

    assert Lead.objects.get().external_id == "L-1"


def test_leads_of_different_external_ids_may_share_a_number() -> None:
    imported("external_id,phone\nL-1,+919611795983\nL-2,+919611795983\n")

    assert Lead.objects.count() == 2


def test_a_row_that_repeats_an_earlier_one_changes_the_same_lead() -> None:
    imported("external_id,phone,name\nL-1,,A\nL-1,,B\n,+919611795983,C\n,+91 96117 95983,D\n")

    assert sorted(lead.name for lead in Lead.objects.all()) == ["B", "D"]


def test_bad_rows_are_reported_by_line_and_the_others_stored() -> None:
    report = imported(
        "external_id,name,phone,email,owner\n"
        "L-1,Ravi,,,\n"
        'L-2,"Two\nlines",12,,\n'
        "L-3,,,nonsense,\n"
        ",Nobody,,,\n"
        "\n"
        "L-4,,,,stranger@example.com\n"
        f"L-5,{'x' * 201},,,\n"
        "L-6,,,,,,too,many\n"
        "L-7,Last,,,\n"
    )

    assert bad_lines(report) == {
        3: "'12' is no telephone number",
        5: "'nonsense' is no e-mail address",
        6: "has neither an external id nor a telephone number",
        8: "there is no agent 'stranger@example.com'",
        9: "name is longer than 200 characters",
        10: "has 8 cells, but the heading has 5",
    }
    assert sorted(lead.name for lead in Lead.objects.all()) == ["Last", "Ravi"]


@pytest.mark.parametrize("text", ["", "name,city\nA,B\n", "\x00", "nonsense"])
def test_a_file_without_a_usable_heading_is_refused(text: str) -> None:
    with pytest.raises(LeadFileError):
        read_lead_file(text.encode())


def test_batches_meet_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.services.lead_import.BATCH_SIZE", 2)

    report = imported("external_id,phone\n" + "".join(f"L-{n % 5},+9196117959{n % 5}0\n" for n in range(20)))

    assert Lead.objects.count() == 5
    assert report.created == 5


def test_the_command_reports(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("external_id,phone,Hobby\nL-1,12,x\nL-2,,Chess\n")
    out, err = io.StringIO(), io.StringIO()

    call_command("import_leads", str(file), stdout=out, stderr=err)

    assert "line 2: '12' is no telephone number" in err.getvalue()
    assert "mx_Hobby" in err.getvalue()
    assert out.getvalue().strip() == "Leads: 1 created, 0 updated, 0 unchanged, 1 bad rows left out."


def test_the_command_fails_in_words(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("external_id,phone\nL-1,12\n")

    with pytest.raises(CommandError, match="Every row was bad"):
        call_command("import_leads", str(file), stdout=io.StringIO(), stderr=io.StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_leads", str(tmp_path / "none.csv"))


def test_the_command_reads_numbers_as_those_of_most_connectors(tmp_path: Path) -> None:
    for country in ("DE", "US", "DE"):
        ConnectorFactory(default_country=country)
    path = tmp_path / "leads.csv"
    path.write_text("name,phone\nRavi,030 98765401\n")

    call_command("import_leads", str(path))

    assert LeadPhone.objects.get().e164 == "+493098765401"


def test_the_command_may_be_told_the_country(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("name,phone\nRavi,030 98765401\n")

    call_command("import_leads", str(path), "--country", "de")

    assert LeadPhone.objects.get().e164 == "+493098765401"
    with pytest.raises(CommandError, match="'zz' is no country"):
        call_command("import_leads", str(path), "--country", "zz")


@pytest.mark.parametrize(
    ("countries", "home"),
    [([], "IN"), (["DE"], "DE"), (["DE", "IN", "de"], "DE"), (["US", "IN"], "IN"), (["US", "GB"], "GB")],
)
def test_home_is_the_country_of_most_connectors(countries: list[str], home: str) -> None:
    assert most_common_country(countries) == home
