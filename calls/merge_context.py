"""Takes the snapshot of merge values from rows; every name is one of connector_config.placeholders' catalogue."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calls.models import Call
from connector_config.models import Connector, VirtualNumber
from connector_config.placeholders import MergeContext, Scope, text_of
from crm.models import Agent, Lead, Opportunity
from telephony_connector.common.masking import hide_number_in, mask_numbers_in

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class MergeSubjects:
    """The rows that a request or a URL is about. ``customer_number`` is the number to call; empty: the lead's first."""

    connector: Connector
    request_id: str = ""
    call_reference: str = ""
    customer_number: str = ""
    agent: Agent | None = None
    lead: Lead | None = None
    opportunity: Opportunity | None = None
    call: Call | None = None
    virtual_number: VirtualNumber | None = None


def merge_context(subjects: MergeSubjects) -> MergeContext:
    """The values of all merge fields now: text only, no secrets; an OutboundRequest keeps its ``to_json``.

    Times are in the connector's zone, as providers send them. A call's virtual number stands in when none is given.
    """
    connector, lead = subjects.connector, subjects.lead
    return MergeContext(
        default_country=connector.default_country,
        customer_number=subjects.customer_number,
        request_id=subjects.request_id,
        call_reference=subjects.call_reference,
        lead=_lead_values(lead),
        user=_person_values(subjects.agent, connector),
        owner=_person_values(lead.owner if lead else None, connector),
        opportunity=_opportunity_values(subjects.opportunity),
        call=_call_values(subjects.call, connector),
        connector={"Name": connector.name},
        virtual_number=_virtual_number_values(subjects),
    )


@dataclass(frozen=True, slots=True)
class MaskedMergeContext(MergeContext):
    """The same values for a page in the browser of an agent who must not learn customers' numbers.

    The agent's own and the virtual numbers stay; the customer's is masked in each of its writings.
    """

    def bare_value(self, name: str) -> str:
        """The value, masked."""
        value = MergeContext.bare_value(self, name)
        return value if name.casefold().startswith(_OWN_NAMES) else self._masked(name, value)

    def scoped_value(self, scope: Scope, name: str) -> str:
        """The value, masked where it tells of the customer."""
        value = MergeContext.scoped_value(self, scope, name)
        return self._masked(name, value) if scope in _CUSTOMERS_SCOPES else value

    def _masked(self, name: str, value: str) -> str:
        if name.casefold() == "callsessionid":
            return hide_number_in(value, self.customer_number)
        return mask_numbers_in(value)


_OWN_NAMES = ("agent", "virtual")
_CUSTOMERS_SCOPES = frozenset({Scope.LEAD, Scope.OPPORTUNITY, Scope.CALL})


def masked_merge_context(subjects: MergeSubjects) -> MaskedMergeContext:
    """As `merge_context`, for an agent who must not learn customers' numbers."""
    values = merge_context(subjects)
    return MaskedMergeContext(**{item.name: getattr(values, item.name) for item in dataclasses.fields(values)})


def _texts(**values: object) -> dict[str, str]:
    return {name: text for name, value in values.items() if (text := text_of(value))}


def _lead_values(lead: Lead | None) -> dict[str, str]:
    if lead is None:
        return {}
    numbers = [phone.e164 or phone.number for phone in lead.phones.all()]
    standard = _texts(
        Id=lead.pk,
        Name=lead.name,
        EmailAddress=lead.email,
        Phone=numbers[0] if numbers else "",
        Mobile=numbers[1] if len(numbers) > 1 else "",
        Company=lead.company,
        Stage=lead.stage,
        Source=lead.source,
        Origin=lead.origin,
        City=lead.city,
        State=lead.state,
        Country=lead.country,
        ZipCode=lead.zip_code,
        OwnerId=lead.owner_id,
        OwnerIdName=lead.owner.name if lead.owner else "",
    )
    # A free field never takes the place of a standard one.
    return {**_texts(**{str(name): value for name, value in lead.custom_fields.items()}), **standard}


def _person_values(agent: Agent | None, connector: Connector) -> dict[str, str]:
    if agent is None:
        return {}
    numbers = [phone.number for phone in agent.phones.all()]
    groups = list(agent.groups.order_by("name"))
    provider_id = connector.agent_mappings.filter(agent=agent).values_list("provider_agent_id", flat=True).first()
    return _texts(
        Id=agent.pk,
        Name=agent.name,
        EmailAddress=agent.email,
        PhoneMain=numbers[0] if numbers else "",
        # Providers' sample templates use either name for an agent who has one number.
        PhoneMobile=numbers[min(1, len(numbers) - 1)] if numbers else "",
        TelephonyAgentId=provider_id,
        TeamId=agent.team_id,
        TeamName=agent.team.name if agent.team else "",
        GroupIds=[group.pk for group in groups],
        GroupNames=[group.name for group in groups],
        Role=agent.role,
    )


def _opportunity_values(opportunity: Opportunity | None) -> dict[str, str]:
    if opportunity is None:
        return {}
    return _texts(
        Id=opportunity.pk,
        Name=opportunity.name,
        Stage=opportunity.stage,
        Status=opportunity.status,
        OwnerId=opportunity.owner_id,
    )


def _call_values(call: Call | None, connector: Connector) -> dict[str, str]:
    if call is None:
        return {}
    return _texts(
        CallSessionId=call.session_id,
        Direction=call.direction,
        Status=call.status,
        StartTime=_local_time(call.started_at, connector),
        EndTime=_local_time(call.ended_at, connector),
        Duration=call.duration_seconds,
        Notes=call.notes,
        Disposition=call.disposition,
    )


def _virtual_number_values(subjects: MergeSubjects) -> dict[str, str]:
    call = subjects.call
    number = subjects.virtual_number or (call.virtual_number if call else None)
    if number is not None:
        return _texts(Number=number.number, Tag=number.tag)
    return _texts(Number=call.display_number) if call else {}


def _local_time(moment: datetime | None, connector: Connector) -> str:
    return moment.astimezone(ZoneInfo(connector.time_zone)).strftime(TIME_FORMAT) if moment else ""
