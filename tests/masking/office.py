"""An office in which everything that can hold a customer's number holds it, in many writings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.utils import timezone

from calls.models import Call, OutboundRequest, Popup
from connector_config.mapping.events import CallStatus
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent, Lead, Opportunity, Task
from tests import factories
from tests.masking.numbers import CUSTOMERS, everything_about, writings

RAVI, MEERA, UNKNOWN, SHARED, ABROAD = CUSTOMERS
VIRTUAL_NUMBER, AGENTS_NUMBER = "+918040612233", "+918888100200"
EXTERNAL_PAGE = (
    "https://desk.example/popup?a=@customerNumber&b=@PhoneNumberWithCountryCode&c=@customerNumberNational"
    "&d=@{Lead:Phone,}&e=@{Lead:Name,}&f=@{Lead:mx_Other,}&g=@callSessionId&h=@callNotes&i=@{Call:CallSessionId,}"
)


@dataclass(frozen=True, slots=True)
class Office:
    """The rows that a crawl starts from."""

    agent: Agent
    connector: Connector
    ravi: Lead
    opportunity: Opportunity
    task: Task
    call: Call
    popup: Popup
    outbound: OutboundRequest


def open_office(*, sees_full_numbers: bool) -> Office:
    """An agent and all that their pages, exports and API may show them of their customers."""
    agent = factories.AgentFactory(
        name="Asha Rao", email="asha@example.com", phones=[AGENTS_NUMBER], sees_full_numbers=sees_full_numbers
    )
    acme, desk = _connector("acme"), _connector("desk", popup_external_url=EXTERNAL_PAGE)
    ravi = _lead(agent, RAVI)
    opportunity = factories.OpportunityFactory(
        lead=ravi, owner=agent, name=f"Loan {RAVI}", stage=everything_about(RAVI)[:80]
    )
    task = Task.objects.create(
        title=f"Call {RAVI} again", lead=ravi, agent=agent, due_at=timezone.now() + timedelta(hours=1)
    )
    _calls_in_all_states(agent, acme, ravi)
    popup = _desk(agent, acme, desk, ravi)
    outbound = _outbound(agent, acme, ravi, opportunity)
    call = popup.call
    return Office(agent, acme, ravi, opportunity, task, call, popup, outbound)


def _connector(slug: str, **values: Any) -> Connector:
    connector: Connector = factories.ConnectorFactory(slug=slug, name=slug.title(), **values)
    factories.VirtualNumberFactory(connector=connector, number=VIRTUAL_NUMBER, tag="Website")
    factories.RequestTemplateFactory(connector=connector)
    factories.RequestTemplateFactory(
        connector=connector, purpose=RequestTemplate.Purpose.DISPOSITION, field=factories.DispositionFieldFactory()
    )
    return connector


def _lead(agent: Agent | None, number: str, **values: Any) -> Lead:
    """A lead all of whose columns tell the number."""
    written = cycle(writings(number))
    texts = {name: next(written) for name in ("company", "source", "origin", "city", "state", "country", "stage")}
    lead: Lead = factories.LeadFactory(
        owner=agent,
        phones=[number],
        **{
            "name": next(written),
            "email": f"{number[3:]}@example.com",
            "external_id": f"L{number}",
            "zip_code": number[1:],
            "custom_fields": {"mx_Other": everything_about(number), "mx_Alt": number[3:], f"call {number}": "x"},
            **texts,
            **values,
        },
    )
    return lead


def _calls_in_all_states(agent: Agent, connector: Connector, ravi: Lead) -> None:
    """One call of each status with Ravi and with the unknown caller, in both directions, some without a direction."""
    written = cycle(writings(UNKNOWN))
    for place, status in enumerate(CallStatus):
        direction = ("Inbound", "Outbound", "")[place % 3]
        _call(agent, connector, status=status.value, direction=direction, lead=ravi, number=RAVI)
        _call(
            agent, connector, status=status.value, direction="Inbound", number=UNKNOWN,
            caller={"name": next(written), "city": next(written), "source": UNKNOWN}, hours=place + 1,
        )  # fmt: skip


def _call(
    agent: Agent | None, connector: Connector, *, number: str, hours: float = 0, lead: Lead | None = None, **values: Any
) -> Call:
    note, started = everything_about(number), timezone.now() - timedelta(hours=hours, minutes=3)
    # A session id of the number, as some providers make them.
    count = Call.objects.count()
    session = f"{number[1:]}-{count}"
    call: Call = factories.CallFactory(
        connector=connector, agent=agent, lead=lead, session_id=session, parent_session_id=f"p{number[1:]}",
        customer_number=writings(number)[count % 6], customer_number_e164=number,
        source_number=number, destination_number=number[1:], destination_number_e164=number,
        display_number=VIRTUAL_NUMBER, display_number_e164=VIRTUAL_NUMBER,
        started_at=started, duration_seconds=62, recording_url=f"https://files.example/{number[1:]}.mp3?n={number}",
        tag=number, raw_status=f"answered {number}",
        **{"notes": note, "provider_notes": note, "caller": {"name": number, "phone": number}, **values},
    )  # fmt: skip
    return call


def _desk(agent: Agent, acme: Connector, desk: Connector, ravi: Lead) -> Popup:
    """Popups: of a lead, of somebody unknown, of several leads who share a number, and one with an outside page."""
    twins = [_lead(agent, SHARED, external_id=f"T{number}{SHARED}") for number in range(3)]
    candidates = [{"lead_id": str(lead.pk), "reason": f"has {SHARED}"} for lead in twins]
    shown: list[dict[str, Any]] = [
        {"connector": acme, "number": RAVI, "lead": ravi, "follow_up_at": timezone.now() + timedelta(hours=2)},
        {"connector": acme, "number": UNKNOWN, "caller": {"name": UNKNOWN}},
        {"connector": acme, "number": UNKNOWN, "caller": {}},
        {"connector": acme, "number": SHARED, "lead": twins[0], "candidates": candidates},
        {"connector": acme, "number": ABROAD, "lead": _lead(agent, ABROAD)},
        {"connector": desk, "number": MEERA, "lead": _lead(None, MEERA)},
    ]
    popups: list[Popup] = []
    states = (("ringing", "Ringing"), ("answered", "InProgress"), ("ended", "Answered"))
    for place, values in enumerate(shown):
        for state, status in states if place == 0 else states[place % 3 :][:1]:
            call = _call(agent, status=status, **values)
            popups.append(factories.PopupFactory(call=call, state=state))
            factories.PopupDeliveryFactory(popup=popups[-1], agent=agent, state=state)
    return popups[0]


def _outbound(agent: Agent, connector: Connector, ravi: Lead, opportunity: Opportunity) -> OutboundRequest:
    rows: list[OutboundRequest] = []
    for place, status in enumerate(OutboundRequest.Status):
        rows.append(
            factories.OutboundRequestFactory(
                connector=connector, agent=agent, lead=ravi, opportunity=opportunity, status=status,
                phone=writings(RAVI)[place], phone_e164=RAVI,
                call=Call.objects.filter(lead=ravi).first(), provider_call_id=f"{RAVI[1:]}x",
                message=f"could not call {everything_about(RAVI)}", next_attempt_at=None,
            )
        )  # fmt: skip
        factories.OutboundAttemptFactory(
            request=rows[-1], url=f"https://api.provider.example/call?to={RAVI[1:]}&t=%2B{RAVI[1:]}",
            request_body=everything_about(RAVI), response_body=everything_about(RAVI), error=f"no answer of {RAVI}",
            request_headers={"x-to": RAVI}, checks=[{"rule": f"keyword {RAVI}", "is_met": False}],
        )  # fmt: skip
    return rows[-1]
