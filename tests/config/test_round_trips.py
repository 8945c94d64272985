"""What a system holds comes back from its own export, and nothing in a file is lost on the way in."""

from __future__ import annotations

import pytest
import yaml

from connector_config.models import Connector, VirtualNumber
from connector_config.services.configuration import export_configuration, import_configuration
from crm.models import Agent, Lead, LeadPhone, Opportunity
from crm.services.leads import save_lead
from tests.config.test_configuration_file import empty_the_system, problems_of
from tests.factories import ConnectorFactory, LeadFactory

pytestmark = pytest.mark.django_db

LEAD_ID = "6f3d2a10-1111-4222-8333-444455556666"
OTHER_ID = "7f3d2a10-1111-4222-8333-444455557777"


def imported(**sections: object) -> list[str]:
    """Import a file of these sections; the remarks."""
    report = import_configuration(yaml.safe_dump({"version": 1, **sections}).encode())
    return [str(remark) for remark in report.remarks]


def test_a_national_number_stays_the_same_number_when_connectors_of_other_countries_have_come() -> None:
    imported(
        connectors=[{"slug": "berlin", "name": "Berlin", "default_country": "DE"}],
        agents=[{"email": "lena@example.com", "phones": ["030 12345601"]}],
        leads=[{"external_id": "L-1", "phones": ["030 98765401", "+49 89 12345678"]}],
    )
    imported(connectors=[{"slug": "pune", "name": "Pune", "default_country": "IN"}])
    exported = export_configuration(with_secrets=True)
    empty_the_system()

    import_configuration(exported.encode())

    assert [phone.e164 for phone in Agent.objects.get().phones.all()] == ["+493012345601"]
    phones = Lead.objects.get().phones.all()
    assert [(phone.number, phone.e164) for phone in phones] == [
        ("+493098765401", "+493098765401"),
        ("+49 89 12345678", "+498912345678"),
    ]
    assert export_configuration(with_secrets=True) == exported


def test_importing_an_export_where_it_came_from_adds_no_number() -> None:
    imported(
        connectors=[{"slug": "berlin", "name": "Berlin", "default_country": "DE"}],
        leads=[{"external_id": "L-1", "phones": ["030 98765401"]}],
    )
    imported(connectors=[{"slug": "pune", "name": "Pune", "default_country": "IN"}])

    import_configuration(export_configuration().encode())

    assert LeadPhone.objects.get().e164 == "+493098765401"


def test_a_stored_number_that_cannot_be_read_comes_back_with_a_remark() -> None:
    save_lead(lead=LeadFactory.build(external_id="L-1", name="Ravi", owner=None), phones=["ask for Ravi"])
    exported = export_configuration(with_secrets=True)
    empty_the_system()

    report = import_configuration(exported.encode())

    assert [str(remark) for remark in report.remarks] == [
        "leads[0].phones[0]: 'ask for Ravi' cannot be read as a telephone number"
    ]
    assert export_configuration(with_secrets=True) == exported


def test_a_lead_that_is_stored_under_another_id_is_found_by_its_external_id() -> None:
    lead = LeadFactory.create(external_id="L-1", name="Ravi")

    remarks = imported(
        leads=[{"id": LEAD_ID, "external_id": "L-1", "name": "Ravi Kumar"}],
        opportunities=[{"external_id": "O-1", "lead": LEAD_ID, "name": "Car loan"}],
    )

    assert Lead.objects.get().name == "Ravi Kumar"
    assert Opportunity.objects.get().lead == lead
    assert remarks == [f"leads[0].id: the external id is that of {lead.pk} here, which keeps its id"]


def test_an_opportunity_that_is_stored_under_another_id_is_found_by_its_external_id() -> None:
    imported(
        leads=[{"external_id": "L-1", "name": "Ravi"}],
        opportunities=[{"external_id": "O-1", "lead": "L-1", "name": "Car loan"}],
    )
    stored = Opportunity.objects.get()

    remarks = imported(
        opportunities=[{"id": OTHER_ID, "external_id": "O-1", "lead": "L-1", "name": "Car loan", "stage": "Signed"}]
    )

    stored.refresh_from_db()
    assert stored.stage == "Signed"
    assert remarks == [f"opportunities[0].id: the external id is that of {stored.pk} here, which keeps its id"]


TWICE = {
    "teams[1].name": {"teams": [{"name": "North"}, {"name": "North"}]},
    "agents[1].email": {"agents": [{"email": "asha@example.com"}, {"email": "Asha@Example.com"}]},
    "fields[1].name": {"fields": [{"name": "Outcome"}, {"name": "Outcome"}]},
    "leads[1].external_id": {"leads": [{"external_id": "L-1"}, {"external_id": "L-1"}]},
    "leads[1].id": {"leads": [{"id": LEAD_ID}, {"id": LEAD_ID.upper()}]},
    "connectors[1].slug": {"connectors": [{"slug": "acme", "name": "Acme"}, {"slug": "acme", "name": "Other"}]},
    "connectors[0].virtual_numbers[1].number": {
        "connectors": [{"slug": "acme", "name": "A", "virtual_numbers": [{"number": "+4930555000"}] * 2}]
    },
}


@pytest.mark.parametrize(("path", "sections"), TWICE.items())
def test_an_entry_that_stands_twice_is_refused(path: str, sections: dict[str, object]) -> None:
    problems = problems_of(yaml.dump({"version": 1, **sections}, Dumper=_NoAliases))

    assert "already; keep one of the two" in problems[path]


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def test_two_connectors_may_have_the_same_virtual_number() -> None:
    numbers = [{"number": "+4930555000"}]

    import_configuration(
        yaml.dump(
            {
                "version": 1,
                "connectors": [
                    {"slug": "one", "name": "One", "virtual_numbers": numbers},
                    {"slug": "two", "name": "Two", "virtual_numbers": numbers},
                ],
            },
            Dumper=_NoAliases,
        ).encode()
    )

    assert VirtualNumber.objects.count() == 2
    assert Connector.objects.count() == 2


def test_a_body_that_would_never_be_sent_is_remarked() -> None:
    ConnectorFactory.create(slug="acme")

    remarks = imported(
        connectors=[{"slug": "acme", "click_to_call": {"url": "https://acme.example/call", "body": '{"to":"1"}'}}]
    )

    assert remarks == ["connectors[0].click_to_call.body: is not sent while body_type is none"]
