"""The snapshot of merge values: every name of the catalogue, from rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from calls.merge_context import MergeSubjects, merge_context
from connector_config.placeholders import SCOPED_NAMES, MergeContext, Scope, compile_template
from crm.models import AgentGroup
from tests.factories import (
    AgentFactory,
    AgentMappingFactory,
    CallFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    TeamFactory,
    VirtualNumberFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subjects() -> MergeSubjects:
    connector = ConnectorFactory(name="Acme", time_zone="Asia/Kolkata")
    agent = AgentFactory(
        name="Asha Rao", email="asha@example.com", role="Closer", team=TeamFactory(name="North"),
        phones=["09611795980", "+919611795970"],
    )  # fmt: skip
    agent.groups.set([AgentGroup.objects.create(name="sales"), AgentGroup.objects.create(name="night")])
    AgentMappingFactory(connector=connector, agent=agent, provider_agent_id="5071")
    AgentMappingFactory(agent=agent, provider_agent_id="of another provider")
    owner = AgentFactory(name="Tom", phones=["+919611795981"])
    lead = LeadFactory(
        name="Ravi Kumar Singh", email="ravi@example.com", company="Acme Motors", stage="Qualified", source="Website",
        origin="Site", city="Pune", state="MH", country="India", zip_code="411001", owner=owner,
        custom_fields={"mx_Budget": 5, "Vip": True, "Name": "Mallory", "Empty": None},
        phones=["+919611795983", "+912261234567"],
    )  # fmt: skip
    call = CallFactory(
        connector=connector, session_id="S-1", duration_seconds=12, notes="Wants a loan", disposition="Interested",
        started_at=datetime(2026, 1, 1, 0, 0, tzinfo=UTC), ended_at=datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
    )  # fmt: skip
    return MergeSubjects(
        connector=connector,
        request_id="R-1",
        call_reference="C-1",
        customer_number="+919611795983",
        agent=agent,
        lead=lead,
        opportunity=OpportunityFactory(lead=lead, name="Car loan", stage="Proposal", owner=owner),
        call=call,
        virtual_number=VirtualNumberFactory(connector=connector, number="09020897874", tag="Website"),
    )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("@customerNumber", "9611795983"),
        ("@PhoneNumberWithCountryCode", "+919611795983"),
        ("@agentNumber", "09611795980"),
        ("@AgentNumberWithoutCC", "9611795980"),
        ("@virtualNumber", "09020897874"),
        ("@VirtualNumberWithoutCC", "9020897874"),
        ("@VirtualNumberTag", "Website"),
        ("@agentName/@agentEmail/@agentId", "Asha Rao/asha@example.com/5071"),
        ("@callSessionId/@dispositionValue/@callNotes", "S-1/Interested/Wants a loan"),
        ("@requestId/@callReference", "R-1/C-1"),
        ("@{Lead:FirstName,}|@{Lead:LastName,}", "Ravi|Kumar Singh"),
        ("@{Lead:Name,}", "Ravi Kumar Singh"),
        ("@{Lead:Phone,}|@{Lead:Mobile,}", "+919611795983|+912261234567"),
        ("@{Lead:mx_Budget,}", "5"),
        ("@{Lead:OwnerIdName,}", "Tom"),
        ("@{Owner:PhoneMobile,}", "+919611795981"),
        ("@{User:PhoneMobile,}", "+919611795970"),
        ("@{User:TeamName,}|@{User:GroupNames,}|@{User:Role,}", "North|night,sales|Closer"),
        ("@{Opportunity:Name,}|@{Opportunity:Stage,}|@{Opportunity:Status,}", "Car loan|Proposal|Open"),
        ("@{Call:StartTime,}|@{Call:EndTime,}|@{Call:Duration,}", "2026-01-01 05:30:00|2026-01-01 05:31:00|12"),
        ("@{Call:Direction,}|@{Call:Status,}", "Inbound|Answered"),
        ("@{Connector:Name,}", "Acme"),
    ],
)
def test_merge_fields_take_their_values_from_rows(subjects: MergeSubjects, template: str, expected: str) -> None:
    context = merge_context(subjects)

    assert compile_template(template).render(context) == expected


def test_every_name_of_the_catalogue_has_a_value(subjects: MergeSubjects) -> None:
    context = merge_context(subjects)

    missing = [
        f"{scope}:{name}"
        for scope, names in SCOPED_NAMES.items()
        for name in names
        if not context.scoped_value(scope, name) and (scope, name) != (Scope.OWNER, name)
    ]

    assert missing == []


def test_the_snapshot_survives_storage(subjects: MergeSubjects) -> None:
    context = merge_context(subjects)

    assert MergeContext.from_json(context.to_json()) == context


def test_with_nothing_but_a_connector_nothing_breaks() -> None:
    context = merge_context(MergeSubjects(connector=ConnectorFactory()))

    assert compile_template("@leadId@agentNumber@{Owner:Name,none}@{Call:Status,}").render(context) == "none"


def test_a_calls_own_virtual_number_stands_in(subjects: MergeSubjects) -> None:
    call = CallFactory(display_number="+911140000000")

    context = merge_context(MergeSubjects(connector=call.connector, call=call))

    assert compile_template("@virtualNumber").render(context) == "+911140000000"
