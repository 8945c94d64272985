"""Whom a click to call names: by an id, so that a page need not hold the number, or by a number that was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from calls.errors import ClickToCallRefusedError
from calls.selectors import visible_calls, visible_outbound_requests
from crm.models import Lead, LeadPhone
from crm.selectors import visible_leads
from telephony_connector.common.phones import is_withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the asker gave; the first of call, repeated request and phone id decides, a typed number comes last.

    ``call_id`` calls that call's customer back, ``repeats`` is an earlier click of theirs, ``phone_id`` one of the
    lead's numbers.
    """

    lead: Lead | None = None
    call_id: int | None = None
    phone_id: int | None = None
    repeats: UUID | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class DialTarget:
    """The number, empty for the lead's main one, and whose it is. ``is_typed``: the asker knows the number.

    ``connector_id`` is the connector through which the customer called, for a call that is returned.
    """

    phone: str
    lead: Lead | None
    is_typed: bool = False
    connector_id: int | None = None


def dial_target(user: Any, named: Named) -> DialTarget:
    """What is meant, among that which the user may see. Raises ClickToCallRefusedError with the input's name."""
    if named.call_id is not None:
        return _of_call(user, named.call_id, named.lead)
    if named.repeats is not None:
        return _of_request(user, named.repeats)
    if named.phone_id is not None:
        return _of_phone(user, named.phone_id, named.lead)
    return DialTarget(phone=named.typed, lead=named.lead, is_typed=bool(named.typed))


def _of_call(user: Any, call_id: int, lead: Lead | None) -> DialTarget:
    call = visible_calls(user).filter(pk=call_id).select_related("lead").first()
    if call is None:
        raise ClickToCallRefusedError("There is no such call among yours.", "call_id")
    if is_withheld(call.customer_number):
        raise ClickToCallRefusedError("This caller's number was withheld.", "call_id")
    number = call.customer_number_e164 or call.customer_number
    return DialTarget(phone=number, lead=lead or call.lead, connector_id=call.connector_id)


def _of_request(user: Any, request_id: UUID) -> DialTarget:
    earlier = visible_outbound_requests(user).filter(pk=request_id).select_related("lead").first()
    if earlier is None:
        raise ClickToCallRefusedError("There is no such request among yours.", "repeats")
    return DialTarget(phone=earlier.phone, lead=earlier.lead)


def _of_phone(user: Any, phone_id: int, lead: Lead | None) -> DialTarget:
    phones = LeadPhone.objects.filter(pk=phone_id, lead__in=visible_leads(user)).select_related("lead")
    phone = (phones.filter(lead=lead) if lead else phones).first()
    if phone is None:
        raise ClickToCallRefusedError("This lead has no such number.", "phone_id")
    return DialTarget(phone=phone.e164 or phone.number, lead=phone.lead)
