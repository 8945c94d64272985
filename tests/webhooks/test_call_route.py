"""The call-route hook from outside."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from connector_config.models import Connector
from tests.factories import (
    AgentFactory,
    AgentMappingFactory,
    ConnectorFactory,
    LeadFactory,
    OpportunityFactory,
    VirtualNumberFactory,
)
from webhooks.look_ups import write_look_ups
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def connector() -> Connector:
    return ConnectorFactory.create(default_country="IN")


def ask(connector: Connector, query: str) -> tuple[int, str, str]:
    response = Client().get(f"/hooks/{connector.hook_key}/call-route?{query}")
    return response.status_code, response.headers["Content-Type"].partition(";")[0], response.content.decode()


@pytest.mark.parametrize("caller", ["9845098450", "%2B919845098450", "+919845098450", "09845098450", "919845098450"])
def test_owner_of_the_lead_is_answered_as_text(connector: Connector, caller: str) -> None:
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))

    assert ask(connector, f"caller_id={caller}") == (200, "text/plain", "+919611795980")


@pytest.mark.parametrize(
    ("number_format", "written"),
    [("e164", "+919611795980"), ("national", "9611795980"), ("digits", "919611795980")],
)
def test_number_is_written_as_the_connector_wants(number_format: str, written: str) -> None:
    connector = ConnectorFactory(default_country="IN", call_route_number_format=number_format)
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))

    assert ask(connector, "caller_id=9845098450")[2] == written


@pytest.mark.parametrize("query", ["caller_id=9845098451", "caller_id=", "caller_id=abc", "x=1"])
def test_nobody_found_is_a_blank_200(connector: Connector, query: str) -> None:
    assert ask(connector, query) == (200, "text/plain", "")


def test_owner_off_duty_gives_the_fallback_agent_of_the_dialled_number(connector: Connector) -> None:
    fallback = AgentFactory(phones=["+919611795999"])
    VirtualNumberFactory(connector=connector, number="+919020897874", fallback_agent=fallback)
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"], is_on_duty=False))

    assert ask(connector, "caller_id=9845098450")[2] == ""
    assert ask(connector, "caller_id=9845098450&virtualNumber=9020897874")[2] == "+919611795999"


def test_agent_info_is_json_with_the_provider_id(connector: Connector) -> None:
    owner = AgentFactory(name="Asha Rao", phones=["+919611795980"])
    AgentMappingFactory(connector=connector, agent=owner, provider_agent_id="5071")
    LeadFactory(phones=["+919845098450"], owner=owner)

    response = Client().get(f"/hooks/{connector.hook_key}/call-route", {"caller_id": "9845098450", "agentInfo": "true"})

    answer = response.json()
    assert answer["TelephonyAgentId"] == "5071"
    assert (answer["FirstName"], answer["LastName"], answer["EmailAddress"]) == ("Asha", "Rao", owner.email)


def test_leadsquared_route_url_is_the_same(connector: Connector) -> None:
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))

    response = Client().get(f"/1/api/Telephony/LeadRouteV2/ORG1/{connector.hook_key}?caller_id=9845098450")

    assert response.content == b"+919611795980"


def test_owners_of_all_leads_are_tried_in_order(connector: Connector) -> None:
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"], is_on_duty=False))
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795981"]))

    assert ask(connector, "caller_id=9845098450")[2] == "+919611795981"


def test_closed_account_is_rung_no_more(connector: Connector) -> None:
    gone = AgentFactory(phones=["+919611795980"], user__is_active=False)
    LeadFactory(phones=["+919845098450"], owner=gone)

    assert ask(connector, "caller_id=9845098450")[2] == ""


def test_outside_opening_hours_the_answer_is_blank() -> None:
    connector = ConnectorFactory.create(
        default_country="IN", time_zone="Asia/Kolkata", opening_hours="Mon-Fri 09:00-18:00"
    )
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))

    with time_machine.travel("2026-01-05T03:00:00Z", tick=False):  # Monday 08:30 in India
        assert ask(connector, "caller_id=9845098450") == (200, "text/plain", "")
    with time_machine.travel("2026-01-05T04:00:00Z", tick=False):
        assert ask(connector, "caller_id=9845098450")[2] == "+919611795980"


def test_template_answer_is_escaped_for_its_content_type() -> None:
    body = "<Response><Dial>@agentNumberE164</Dial><Name>@agentName</Name><L>@{Lead:Name,-}</L></Response>"
    connector = ConnectorFactory.create(
        default_country="IN",
        call_route_reply="template",
        call_route_body=body,
        call_route_content_type="application/xml",
    )
    owner = AgentFactory(name="Rao & Sons <x>", phones=["+919611795980"])
    LeadFactory(name='Ravi "K"', phones=["+919845098450"], owner=owner)

    status, content_type, answer = ask(connector, "caller_id=9845098450")

    assert (status, content_type) == (200, "application/xml")
    assert answer == (
        "<Response><Dial>+919611795980</Dial><Name>Rao &amp; Sons &lt;x&gt;</Name><L>Ravi &quot;K&quot;</L></Response>"
    )
    assert ask(connector, "caller_id=1111111111")[2] == ""


def test_opportunity_route_answers_the_opportunitys_owner(connector: Connector) -> None:
    lead = LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))
    OpportunityFactory(lead=lead, owner=AgentFactory(phones=["+919611795981"]), status="Won")
    opened = OpportunityFactory(lead=lead, owner=AgentFactory(phones=["+919611795982"]))
    url = f"/hooks/{connector.hook_key}/opportunity-route"

    by_caller = Client().get(url, {"caller_id": "9845098450"}).content
    by_id = Client().get(url, {"opportunityId": str(opened.pk), "agentInfo": "true"}).json()

    assert by_caller == b"+919611795982"
    assert by_id["OpportunityId"] == str(opened.pk)
    assert Client().get(url, {"caller_id": "1111111111"}).content == b""


def test_look_ups_are_kept_behind_the_answer(connector: Connector) -> None:
    LeadFactory(phones=["+919845098450"], owner=AgentFactory(phones=["+919611795980"]))

    ask(connector, "caller_id=9845098450")
    write_look_ups()

    entry = JournalEntry.objects.get()
    assert (entry.endpoint, entry.verdict, entry.reply_body) == ("call-route", "answered", "+919611795980")
    assert entry.query_string == "caller_id=9845098450"
