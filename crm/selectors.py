"""Reads over people and leads, limited to what a user may see."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet

from crm.matching import match_leads
from crm.models import Agent, Lead, LeadMerge, LeadPhone, Opportunity
from crm.services.phones import home_country
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of, is_whole_number, suffix_of

LEAST_DIGITS = 4
"""So many of a number's last digits find it."""


def agent_of(user: AbstractBaseUser | AnonymousUser | Any) -> Agent | None:
    """The agent that this user is, or None (an administrator need not be one). Read once for a user object."""
    return getattr(user, "agent", None)


def search_leads(leads: QuerySet[Lead], text: str, *, sees_numbers: bool = True) -> QuerySet[Lead]:
    """Leads whose name, company or e-mail holds the text, or one of whose numbers ends in its digits.

    For somebody who does not see numbers only a whole number finds one: parts would tell it digit by digit.
    """
    text = text.strip()
    wanted = text_search(text, ("name", "company", "email"), sees_numbers=sees_numbers)
    typed = digits_of(text)
    digits = typed.lstrip("0")
    if not sees_numbers:
        wanted |= Q(pk__in=_leads_with_whole_number(digits))
    elif len(digits) >= SUFFIX_LENGTH:
        by_suffix = Q(phones__national_suffix=digits[-SUFFIX_LENGTH:])
        wanted |= by_suffix & (Q(phones__e164__endswith=digits) | Q(phones__e164__endswith=digits[-10:]))
    elif len(typed) >= LEAST_DIGITS:
        # A number's last digits may begin with a nought.
        wanted |= Q(phones__national_suffix__endswith=typed)
    return leads.filter(wanted).distinct()


def text_search(text: str, columns: Iterable[str], *, sees_numbers: bool) -> Q:
    """Rows one of whose columns holds the text; hidden numbers in those columns cannot be found by their digits."""
    # SQLite's LIKE knows the case of ASCII letters only; its regular expressions are Python's.
    lookup, sought = ("iregex", re.escape(text)) if connection.vendor == "sqlite" else ("icontains", text)
    wanted = Q()
    for column in columns:
        holds = Q(**{f"{column}__{lookup}": sought})
        if not sees_numbers and any(character.isdecimal() for character in text):
            holds &= ~Q(**{f"{column}__regex": _LIKE_A_NUMBER})
        wanted |= holds
    return wanted


# Wider than what is masked, in the regular expressions that both databases understand.
_LIKE_A_NUMBER = rf"(\d\D{{0,6}}){{{SUFFIX_LENGTH}}}"


def _leads_with_whole_number(digits: str) -> list[Any]:
    suffix = suffix_of(digits)
    phones = LeadPhone.objects.filter(national_suffix=suffix) if suffix else LeadPhone.objects.none()
    return [phone.lead_id for phone in phones if is_whole_number(digits, phone.e164 or phone.number)]


def find_lead(reference: str) -> Lead | None:
    """The lead of this id, ours or another system's; of a lead that was merged, the one that it went into."""
    if not reference:
        return None
    try:
        lead_id = uuid.UUID(reference)
    except ValueError:
        lead_id = None
    if lead_id and (found := Lead.objects.filter(pk=lead_id).first() or _kept_instead_of(Q(former_id=lead_id))):
        return found
    known = Lead.objects.filter(external_id=reference).first()
    return known or _kept_instead_of(Q(former_external_id=reference))


def leads_with_same_number(of: Lead | Iterable[str], leads: QuerySet[Lead]) -> list[Lead]:
    """Those of the leads that share a number with this lead, or have one of these numbers; most likely first."""
    if isinstance(of, Lead):
        numbers: list[str] = [phone.e164 or phone.number for phone in of.phones.all()]
        leads = leads.exclude(pk=of.pk)
    else:
        numbers = list(of)
    country = home_country()
    ids = dict.fromkeys(match.lead.id for number in numbers for match in match_leads(number, country))
    found = {lead.pk: lead for lead in leads.filter(pk__in=ids).prefetch_related("phones")}
    return [found[pk] for pk in ids if pk in found]


def _kept_instead_of(former: Q) -> Lead | None:
    merge = LeadMerge.objects.filter(former, undone_at=None).select_related("kept").first()
    return merge.kept if merge else None


def visible_leads(user: Any) -> QuerySet[Lead]:
    """Staff see all leads; an agent those that are theirs or have an opportunity of theirs, those without owner, and
    those whom their calls concern."""
    leads = Lead.objects.all()
    if user.is_staff:
        return leads
    agent = agent_of(user)
    if agent is None:
        return leads.none()
    with_opportunity = Opportunity.objects.filter(owner=agent).values("lead_id")
    theirs = Q(owner=agent) | Q(owner=None) | Q(pk__in=with_opportunity)
    return leads.filter(theirs | Q(pk__in=_leads_called_by(agent)))


def visible_opportunities(user: Any) -> QuerySet[Opportunity]:
    """Opportunities of the leads that the user may see."""
    if user.is_staff:
        return Opportunity.objects.all()
    return Opportunity.objects.filter(lead__in=visible_leads(user))


def visible_agents(user: Any) -> QuerySet[Agent]:
    """Staff see all agents, an agent only themself."""
    if user.is_staff:
        return Agent.objects.all()
    return Agent.objects.filter(user_id=user.pk)


def _leads_called_by(agent: Agent) -> QuerySet[Any]:
    """Lead ids reached through the reverse relation of calls, which this layer does not import."""
    return Lead.objects.filter(Q(calls__agent=agent) | Q(calls__popup__deliveries__agent=agent)).values("pk")
