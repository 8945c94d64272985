"""Click to call: an agent asks, the provider rings both sides."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from calls.errors import ClickToCallRefusedError, IdempotencyConflictError
from calls.handover import dispatch_after_commit
from calls.merge_context import MergeSubjects, merge_context
from calls.models import Call, OutboundRequest
from calls.services.calling_rules import check_may_call_now
from connector_config.models import Connector, RequestTemplate, VirtualNumber
from connector_config.selectors import connectors_of, number_key
from crm.matching import match_leads
from crm.models import Agent, Lead, Opportunity
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of, is_withheld, parse_phone

PURPOSE = RequestTemplate.Purpose.CLICK_TO_CALL
LONGEST_IDEMPOTENCY_KEY = 200
LONGEST_INTERNATIONAL = 15
"""Digits of a number with its country code (ITU-T E.164)."""
LONGEST_DIALLED = 20
"""Digits of a number in some provider's own writing, with prefixes."""


@dataclass(frozen=True, slots=True)
class Click:
    """What was asked for, checked. ``phone`` is the number in one writing only: E.164 where it can be read."""

    agent: Agent
    connector: Connector
    lead: Lead | None
    opportunity: Opportunity | None
    phone: str
    phone_e164: str
    virtual_number: VirtualNumber | None
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class CalledNumber:
    """Whom a click is for. ``phone`` as in Click; ``lead`` also when only the number was given and one lead has it."""

    phone: str
    e164: str
    lead: Lead | None


def request_click_to_call(
    *,
    agent: Agent,
    connector: Connector,
    lead: Lead | None = None,
    phone: str = "",
    virtual_number: VirtualNumber | None = None,
    opportunity: Opportunity | None = None,
    idempotency_key: str | None = None,
) -> OutboundRequest:
    """Owe the provider one call between the agent and a number; ``phone=""`` is the lead's main number.

    Idempotent: the same key of the same agent gives the first request, whatever became of it (other content:
    IdempotencyConflictError); without a key a further click on the same number gives the first request while that is
    pending or sending. Raises ClickToCallRefusedError with the field at fault when the call must not be made.
    """
    click = _checked(
        agent=agent,
        connector=connector,
        lead=lead or (opportunity.lead if opportunity else None),
        phone=phone,
        virtual_number=virtual_number,
        opportunity=opportunity,
        idempotency_key=(idempotency_key or "").strip() or None,
    )
    with transaction.atomic():
        # Clicks of one agent pass one by one, so that a click with a key and one without see each other.
        current = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
        if (earlier := _earlier_request(click)) is not None:
            return earlier
        # After the look for an earlier request: the repetition of a click must not run into the call that it made.
        check_may_call_now(agent=current, connector=connector)
        return _owed(click)


def connectors_for(agent: Agent) -> list[Connector]:
    """The connectors through which this agent may click to call, by name; empty for an agent who may not."""
    if not (agent.can_click_to_call and agent.user.is_active):
        return []
    return list(_usable_connectors(agent))


def _usable_connectors(agent: Agent) -> QuerySet[Connector]:
    enabled = RequestTemplate.objects.filter(purpose=PURPOSE, is_enabled=True).values("connector_id")
    return connectors_of(agent).filter(pk__in=enabled).order_by("name", "id")


def _checked(
    *,
    agent: Agent,
    connector: Connector,
    lead: Lead | None,
    phone: str,
    virtual_number: VirtualNumber | None,
    opportunity: Opportunity | None,
    idempotency_key: str | None,
) -> Click:
    _check_permission(agent, connector)
    if idempotency_key and len(idempotency_key) > LONGEST_IDEMPOTENCY_KEY:
        raise ClickToCallRefusedError(f"Use at most {LONGEST_IDEMPOTENCY_KEY} characters.", "idempotency_key")
    called = number_to_call(agent=agent, connector=connector, lead=lead, phone=phone)
    lead = called.lead
    if opportunity is not None and lead is not None and opportunity.lead_id != lead.pk:
        raise ClickToCallRefusedError("This opportunity belongs to another lead.", "opportunity")
    return Click(
        agent=agent,
        connector=connector,
        lead=lead,
        opportunity=opportunity,
        phone=called.phone,
        phone_e164=called.e164,
        virtual_number=virtual_number_for(connector, called, given=virtual_number, agent=agent),
        idempotency_key=idempotency_key,
    )


def number_to_call(*, agent: Agent, connector: Connector, lead: Lead | None, phone: str) -> CalledNumber:
    """The number, ``phone`` or else the lead's first, if this agent may have it called. ClickToCallRefusedError."""
    number, e164 = _dialable(phone.strip() or _main_number(lead), connector)
    _check_number(number, agent, connector)
    leads = [lead] if lead else _leads_with(number, connector)
    # Whose number it is tells only who may see the lead: an agent could learn names by typing numbers.
    _check_do_not_call(leads, called=str(lead) if lead else "Whoever has this number")
    return CalledNumber(phone=number, e164=e164, lead=leads[0] if len(leads) == 1 else lead)


def _leads_with(number: str, connector: Connector) -> list[Lead]:
    matches = match_leads(number, connector.default_country)
    return list(Lead.objects.filter(pk__in=[match.lead.id for match in matches])) if matches else []


def _check_permission(agent: Agent, connector: Connector) -> None:
    if not (agent.can_click_to_call and agent.user.is_active):
        raise ClickToCallRefusedError("You may not click to call; an administrator can allow it under People.", "agent")
    if not connector.is_enabled:
        raise ClickToCallRefusedError(f"{connector.name} is switched off.", "connector")
    if not connector.request_templates.filter(purpose=PURPOSE, is_enabled=True).exists():
        raise ClickToCallRefusedError(f"Click to call is not set up for {connector.name}.", "connector")
    if not _usable_connectors(agent).filter(pk=connector.pk).exists():
        raise ClickToCallRefusedError(f"{connector.name} is not assigned to your team.", "connector")


def _main_number(lead: Lead | None) -> str:
    if lead is None:
        raise ClickToCallRefusedError("Give a number to call.", "phone")
    phone = lead.phones.first()
    if phone is None:
        raise ClickToCallRefusedError("This lead has no telephone number.", "phone")
    return phone.e164 or phone.number


def _dialable(raw: str, connector: Connector) -> tuple[str, str]:
    """The number in one writing, and its E.164 form where it has one."""
    number = parse_phone(raw, connector.default_country)
    if number is not None:
        return number.e164, number.e164
    digits = digits_of(raw)
    is_plain = not any(character.isalpha() for character in raw)
    is_international = raw.strip().startswith("+")
    longest = LONGEST_INTERNATIONAL if is_international else LONGEST_DIALLED
    if is_withheld(raw) or not is_plain or not digits.strip("0") or not SUFFIX_LENGTH <= len(digits) <= longest:
        raise ClickToCallRefusedError("This is no number that can be called.", "phone")
    return f"+{digits}" if is_international else digits, ""


def _check_number(number: str, agent: Agent, connector: Connector) -> None:
    country = connector.default_country
    virtual_numbers = VirtualNumber.objects.values_list("number", flat=True)
    if number in {number_key(own, country) for own in virtual_numbers}:
        raise ClickToCallRefusedError("This is one of your own virtual numbers.", "phone")
    if number in {number_key(str(excluded), country) for excluded in connector.excluded_numbers}:
        raise ClickToCallRefusedError("This number is excluded: it is an internal one.", "phone")
    if number in {number_key(own.number, country) for own in agent.phones.all()}:
        raise ClickToCallRefusedError("This is your own number.", "phone")


def _check_do_not_call(leads: list[Lead], *, called: str) -> None:
    if any(lead.do_not_call for lead in leads):
        raise ClickToCallRefusedError(f"{called} must not be called.", "lead")


def virtual_number_for(
    connector: Connector, called: CalledNumber, *, given: VirtualNumber | None = None, agent: Agent | None = None
) -> VirtualNumber | None:
    """The one given, else the agent's own, the one last used with this customer, the default, the connector's first."""
    if given is not None:
        if given.connector_id != connector.pk:
            raise ClickToCallRefusedError(f"This virtual number is none of {connector.name}.", "virtual_number")
        return given
    own = connector.virtual_numbers.filter(callers=agent).first() if agent else None
    return own or _last_used(connector, called) or connector.virtual_numbers.order_by("-is_default", "id").first()


def _last_used(connector: Connector, called: CalledNumber) -> VirtualNumber | None:
    calls = Call.objects.filter(connector=connector, virtual_number__connector=connector)
    if called.lead is not None:
        calls = calls.filter(lead=called.lead)
    elif called.e164:
        calls = calls.filter(customer_number_e164=called.e164)
    else:
        calls = calls.none()
    last = calls.select_related("virtual_number").order_by("-happened_at", "-id").first()
    return last.virtual_number if last else None


def _earlier_request(click: Click) -> OutboundRequest | None:
    if click.idempotency_key is None:
        return _open_request(click)
    earlier = OutboundRequest.objects.filter(agent=click.agent, idempotency_key=click.idempotency_key).first()
    if earlier is None:
        return None
    asked = (PURPOSE, click.connector.pk, click.phone, click.lead.pk if click.lead else None)
    if asked != (earlier.purpose, earlier.connector_id, earlier.phone, earlier.lead_id):
        raise IdempotencyConflictError("This idempotency key was used for another call.", "idempotency_key")
    return earlier


def _open_request(click: Click) -> OutboundRequest | None:
    return OutboundRequest.objects.filter(
        agent=click.agent,
        purpose=PURPOSE,
        phone=click.phone,
        phone_e164=click.phone_e164,
        status__in=OutboundRequest.OPEN_STATUSES,
    ).first()


def _owed(click: Click) -> OutboundRequest:
    request_id = uuid.uuid4()
    subjects = MergeSubjects(
        connector=click.connector,
        request_id=str(request_id),
        call_reference=str(request_id),
        customer_number=click.phone,
        agent=click.agent,
        lead=click.lead,
        opportunity=click.opportunity,
        virtual_number=click.virtual_number,
    )
    try:
        with transaction.atomic():
            request = OutboundRequest.objects.create(
                id=request_id,
                connector=click.connector,
                purpose=PURPOSE,
                agent=click.agent,
                lead=click.lead,
                opportunity=click.opportunity,
                phone=click.phone,
                phone_e164=click.phone_e164,
                context=merge_context(subjects).to_json(),
                idempotency_key=click.idempotency_key,
                next_attempt_at=timezone.now(),
            )
    except IntegrityError:
        # The database's own guard against a double ring: another click came first.
        earlier = _earlier_request(click)
        if earlier is None:
            raise
        return earlier
    dispatch_after_commit(request)
    return request
