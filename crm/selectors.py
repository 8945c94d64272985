"""Reads over people and leads, limited to what a user may see."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet

from crm.models import Agent, Lead, LeadMerge, Opportunity
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of


def agent_of(user: AbstractBaseUser | AnonymousUser | Any) -> Agent | None:
    """The agent that this user is, or None (an administrator need not be one)."""
    if not user.is_authenticated:
        return None
    return Agent.objects.filter(user_id=cast(int, user.pk)).first()


def search_leads(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Leads whose name, company or e-mail holds the text, or one of whose numbers ends in its digits."""
    text = text.strip()
    wanted = Q(name__icontains=text) | Q(company__icontains=text) | Q(email__icontains=text)
    digits = digits_of(text).lstrip("0")
    if len(digits) >= SUFFIX_LENGTH:
        by_suffix = Q(phones__national_suffix=digits[-SUFFIX_LENGTH:])
        wanted |= by_suffix & (Q(phones__e164__endswith=digits) | Q(phones__e164__endswith=digits[-10:]))
    elif len(digits) >= 4:
        wanted |= Q(phones__national_suffix__endswith=digits)
    return leads.filter(wanted).distinct()


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


def _kept_instead_of(former: Q) -> Lead | None:
    merge = LeadMerge.objects.filter(former, undone_at=None).select_related("kept").first()
    return merge.kept if merge else None


def visible_leads(user: Any) -> QuerySet[Lead]:
    """Staff see all leads; an agent those that are theirs, those without owner, and those whom their calls concern."""
    leads = Lead.objects.all()
    if user.is_staff:
        return leads
    agent = agent_of(user)
    if agent is None:
        return leads.none()
    return leads.filter(Q(owner=agent) | Q(owner=None) | Q(pk__in=_leads_called_by(agent)))


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
